package simulator_test

import (
	"testing"

	"nctsim/simulator/simtest/suite"
)

func TestSimulator(t *testing.T) {
	suite.Run(t, "Simulator")
}
