// Package web holds what the console shows pages with: templates, a style sheet, a script and pictures, all the project's own.
// Package simulator/api/console fills and serves them.
package web

import "embed"

// Files contains templates/*.html, templates/parts/*.html and static/*.
//
//go:embed templates static
var Files embed.FS
