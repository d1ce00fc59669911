package main

import (
	"testing"

	"nctsim/simulator/simtest/suite"
)

func TestCommand(t *testing.T) {
	suite.Run(t, "The command")
}
