package record_test

import (
	"testing"

	"nctsim/simulator/simtest/suite"
)

func TestRecord(t *testing.T) {
	suite.Run(t, "Record")
}
