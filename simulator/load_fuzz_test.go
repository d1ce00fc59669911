package simulator_test

import (
	"strings"
	"testing"
)

// FuzzSettingsFile reads any bytes as nctsim.yaml: either they are settings, or the error says where they are not.
func FuzzSettingsFile(f *testing.F) {
	for _, seed := range []string{
		"", "# nothing\n", "seed: 7\nprofile: silent\n", "addr: \":1\"", "seed: [1, 2]", "- a", "a: {b: c}", "seed: *a", "&a seed: 1",
		"seed: |\n  1\n", "--- \nseed: 1\n---\nseed: 2\n", "? seed\n: 1\n", "seed:\n\t1", "\x00", "<<: {seed: 1}", "0:\r\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := load(nil, nil, map[string]string{"nctsim.yaml": text})
		if err != nil && !strings.Contains(err.Error(), "; hint: ") && !strings.Contains(err.Error(), "nctsim.yaml") {
			t.Errorf("an error without a place and without a hint: %v", err)
		}
	})
}
