// Package yamlform reads the YAML files that users write. A [Shape] says what a file can hold; from it follow the check of a
// file, with all mistakes at once and each with its place, its line and a hint, the JSON Schema for editors, and the reference
// in Markdown. What a file means is the business of whoever reads the tree of [Node] values afterwards.
package yamlform
