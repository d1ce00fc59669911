package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"nctsim/simulator/libxml"
)

// commit is set by the linker where the build does not stamp it.
var commit = ""

type versionInfo struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Go       string `json:"go"`
	Libxml2  string `json:"libxml2"`
	Platform string `json:"platform"`
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long: `Print the version of this binary, with the Go release that built it and the libxml2 that it uses; as
JSON also the commit.`,
		Args: arguments(0, 0),
		RunE: printing(func(cmd *cobra.Command, out printer, _ []string) error {
			v := versionInfo{
				Version: version, Commit: commitOfBuild(), Go: runtime.Version(), Libxml2: libxml.Version(),
				Platform: runtime.GOOS + "/" + runtime.GOARCH,
			}
			return out.print(v, func(w io.Writer) {
				fmt.Fprintf(w, "nctsim %s (%s, %s, libxml2 %s)\n", v.Version, v.Go, v.Platform, v.Libxml2)
			})
		}),
	}
}

// commitOfBuild is the commit, when the build knew it.
func commitOfBuild() string {
	if commit != "" {
		return commit
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}
