//go:build !linux

package snapshot

import "os"

// certain says that Untouched cannot be deceived.
const certain = false

func sameChange(_, _ os.FileInfo) bool { return true }
