package schedule

import (
	"testing"

	"nctsim/simulator/simtest/suite"
)

func TestSchedule(t *testing.T) {
	suite.Run(t, "schedule")
}
