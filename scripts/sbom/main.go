// Command sbom prints what a binary of nctsim is made of, as a CycloneDX 1.6 document:
//
//	go run ./scripts/sbom BINARY VERSION PACKAGE…
//
// The Go modules are those that the binary itself names; the C libraries that are linked into it are given as packages of Debian,
// "libxml2_2.9.14+dfsg-1.3~deb12u6_source" or "libc6-dev_2.36-9+deb12u14_amd64". The same binary gives the same bytes.
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
)

type document struct {
	Format      string      `json:"bomFormat"`
	SpecVersion string      `json:"specVersion"`
	Version     int         `json:"version"`
	Metadata    metadata    `json:"metadata"`
	Components  []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type    string `json:"type"`
	Ref     string `json:"bom-ref"`
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl"`
	Hashes  []hash `json:"hashes,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: sbom BINARY VERSION PACKAGE…")
		os.Exit(2)
	}
	if err := write(os.Stdout, os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func write(w io.Writer, binary, version string, packages []string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	d := document{Format: "CycloneDX", SpecVersion: "1.6", Version: 1}
	d.Metadata.Component = of("application", "pkg:generic/nctsim@"+url.PathEscape(version), "nctsim", version)
	d.Metadata.Component.Hashes = []hash{{"SHA-256", hex.EncodeToString(sum[:])}}
	d.Components = append(d.Components,
		of("library", "pkg:generic/go@"+strings.TrimPrefix(info.GoVersion, "go"), "go", strings.TrimPrefix(info.GoVersion, "go")))
	for _, p := range packages {
		parts := strings.Split(p, "_")
		if len(parts) != 3 {
			return fmt.Errorf("%q is not a package; hint: write it as libxml2_2.9.14_source", p)
		}
		d.Components = append(d.Components, of("library", "pkg:deb/debian/"+parts[0]+"@"+url.QueryEscape(parts[1])+"?arch="+parts[2], parts[0], parts[1]))
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		c := of("library", "pkg:golang/"+m.Path+"@"+url.PathEscape(m.Version), m.Path, m.Version)
		// go.sum's "h1:" is a SHA-256 over the module's files.
		if b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.Sum, "h1:")); err == nil && len(b) == sha256.Size {
			c.Hashes = []hash{{"SHA-256", hex.EncodeToString(b)}}
		}
		d.Components = append(d.Components, c)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

func of(kind, purl, name, version string) component {
	return component{Type: kind, Ref: purl, Name: name, Version: version, PURL: purl}
}
