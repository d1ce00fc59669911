package movement_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestMovement(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "movement")
}
