//go:build race

package tier

import (
	"flag"
	"os"

	_ "pgregory.net/rapid"
)

// RaceDetector says whether the tests run under the race detector, which makes everything several times as slow.
const RaceDetector = true

// Random stories are told one after another, too: a fifth of them, unless the environment or the command line says how many.
func init() {
	if _, chosen := os.LookupEnv("RAPID_CHECKS"); chosen {
		return
	}
	if err := flag.Set("rapid.checks", "20"); err != nil {
		panic(err)
	}
}
