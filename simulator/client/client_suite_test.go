package client

import (
	"testing"

	"nctsim/simulator/simtest/suite"
)

func TestClient(t *testing.T) {
	suite.Run(t, "Client")
}
