package guarantee_test

import (
	"testing"

	"nctsim/simulator/simtest/suite"
)

func TestGuarantee(t *testing.T) {
	suite.Run(t, "guarantee")
}
