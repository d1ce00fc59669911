//go:build !race

package tier

// RaceDetector says whether the tests run under the race detector, which makes everything several times as slow.
const RaceDetector = false
