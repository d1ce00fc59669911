package compare_test

import (
	"testing"

	"nctsim/simulator/simtest/suite"
)

func Test(t *testing.T) { suite.Run(t, "compare") }
