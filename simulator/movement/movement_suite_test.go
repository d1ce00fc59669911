package movement_test

import (
	"testing"

	"nctsim/simulator/simtest/suite"
)

func TestMovement(t *testing.T) {
	suite.Run(t, "movement")
}
