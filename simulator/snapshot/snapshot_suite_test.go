package snapshot_test

import (
	"testing"

	"nctsim/simulator/simtest/suite"
)

func TestSnapshot(t *testing.T) {
	suite.Run(t, "snapshot")
}
