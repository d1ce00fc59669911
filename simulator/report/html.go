package report

import (
	_ "embed"
	"html/template"
)

//go:embed style.css
var style string

// Style is the style sheet of reports that are a page with nothing beside it.
var Style = template.CSS(style)
