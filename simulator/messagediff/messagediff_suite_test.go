package messagediff_test

import (
	"testing"

	"nctsim/simulator/simtest/suite"
)

func TestMessageDiff(t *testing.T) {
	suite.Run(t, "messagediff")
}
