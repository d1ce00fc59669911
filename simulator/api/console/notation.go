package console

import (
	"html/template"
	"nctsim/simulator/pattern"
	"regexp"
	"slices"
	"strings"
)

// The notation of the rules (docs/spec/rules.md), piece by piece, in words.
var notation = []struct {
	short func() *regexp.Regexp
	words string
}{
	{pattern.New(`^replaces ([A-Z]+[0-9]+): `), "In the place of $1: "},
	{pattern.New(`\bR\(([^()]*)\)`), "$1 is required"},
	{pattern.New(`\bN\(([^()]*)\)`), "$1 must be absent"},
	{pattern.New(`\bO\(([^()]*)\)`), "$1 is optional"},
	{pattern.New(`[,;]? else R\b`), "; otherwise it is required"},
	{pattern.New(`[,;]? else N\b`), "; otherwise it must be absent"},
	{pattern.New(`[,;]? else O\b`), "; otherwise it is optional"},
	{pattern.New(`[;,]? else\b`), "; otherwise"},
	{pattern.New(`( and \w+) R if\b`), "$1 are required if"},
	{pattern.New(`\bR (if|on|at|and)\b`), "is required $1"},
	{pattern.New(`\bN (if|both|at|and|every)\b`), "must be absent $1"},
	{pattern.New(`\bO (if|at|and)\b`), "is optional $1"},
	{pattern.New(`\bR\b([;.,]|$)`), "is required$1"},
	{pattern.New(`\bN\b([;.,]|$)`), "must be absent$1"},
	{pattern.New(`\bexists\(([^()]*)\)`), "there is $1"},
	{pattern.New(` present\b`), " is present"},
	{pattern.New(` ?not in (CL[0-9]+)`), " is not in the list $1"},
	{pattern.New(`\bin (CL[0-9]+)`), "is in the list $1"},
	{pattern.New(` ?\bnot in \{([^}]*)\}`), " is none of $1"},
	{pattern.New(` ?\bin \{([^}]*)\}`), " is one of $1"},
	{pattern.New(`^([^;:.]*?) -> `), "If $1, then "},
	{pattern.New(` -> `), ": then "},
	{pattern.New(` ?!= ?`), " is not "},
	{pattern.New(` ?<= ?`), " must be at most "},
	{pattern.New(` ?>= ?`), " must be at least "},
	{pattern.New(`\bsum\((HC|item) (\w+)\)`), "the sum of $2 of each $1"},
	{pattern.New(` ?> ?`), " is more than "},
	{pattern.New(` ?:?= ?`), " is "},
	{pattern.New(`\bdep country\b`), "the country of the office of departure"},
	{pattern.New(`\bdest country\b`), "the country of the office of destination"},
	{pattern.New(`\bHC\b`), "HouseConsignment"},
	{pattern.New(`\bAI\b`), "AdditionalInformation"},
	{pattern.New(`\bis is\b`), "is"},
	{pattern.New(`^(is|must be)\b`), "It $1"},
	{pattern.New(`([;:]|: then) (is|must be)\b`), "$1 it $2"},
	{pattern.New(`\.; otherwise`), ". Otherwise"},
}

// noted is what tells that a text is in that notation.
var noted = pattern.New(`\b[RNO]\(|\belse [RNO]\b|\b[RN]\b(?: if| at|;|$)|->|[<>]=|\bin (?:CL[0-9]|\{)`)

// inWords is what a rule says in plain words, "" if it is written in them.
func inWords(text string) string {
	if !noted().MatchString(text) {
		return ""
	}
	for _, n := range notation {
		text = n.short().ReplaceAllString(text, n.words)
	}
	return strings.TrimSuffix(strings.Join(strings.Fields(text), " "), ".") + "."
}

// listNamed is a code list that a text names.
var listNamed = pattern.New(`\bCL[0-9]{3}\b`)

// linked is a text in which the code lists are links.
func linked(root, text string) template.HTML {
	link := `<a href="` + template.HTMLEscapeString(root+listsPath) + `/$0">$0</a>`
	return template.HTML(listNamed().ReplaceAllString(template.HTMLEscapeString(text), link)) // it is escaped
}

// sign is a piece of the notation with what it means.
type sign struct{ Short, Means string }

// signs are the pieces of the notation that somebody has to know.
var signs = []sign{
	{"R(x)", "x is required"}, {"N(x)", "x must be absent"}, {"O", "x is optional"}, {"else", "otherwise"}, {"a -> b", "if a, then b"},
	{"in CL076", "is one of the codes of list CL076"}, {"{1,2}", "one of these values"},
	{"dep, dest", "the office of departure, the office of destination that was declared"},
	{"country", "the first two characters of the reference number of an office"},
	{"HC, item, AI", "HouseConsignment, ConsignmentItem, AdditionalInformation"},
}

// Signs explain the notation, none if the rule does not use it.
func (r ruleRow) Signs() []sign {
	if slices.ContainsFunc(r.Says, func(t ruleText) bool { return t.Words != "" }) {
		return signs
	}
	return nil
}

// rowNotation is what rows of the process tables say, piece by piece, in words.
var rowNotation = []struct {
	short func() *regexp.Regexp
	words string
}{
	{pattern.New(`\bgc ok\b`), "guarantees valid"},
	{pattern.New(`\bgc bad\b`), "guarantees not valid"},
	{pattern.New(`\b(if|,) ok\b`), "$1 no errors"},
	{pattern.New(`^ok$`), "no errors"},
	{pattern.New(`\b(normal|simplified)(Departure|Arrival)\b`), "$1 procedure"},
	{pattern.New(`\bpreLodged\b`), "pre-lodged"},
	{pattern.New(`\bunloading(Clean|Partial)\b`), "unloading: $1"},
	{pattern.New(`\bre-arm ([a-z])`), "restart timer $1"},
	{pattern.New(`\barm ([a-z])`), "start timer $1"},
	{pattern.New(`\bstop ([a-z])`), "stop timer $1"},
	{pattern.New(`\bstop timer all timers\b`), "stop all timers"},
	{pattern.New(`; to ([A-Z]\w+)$`), "; then $1"},
	{pattern.New(`([a-z])_([a-z])`), "$1 $2"},
}

// rowWords is what a row of a process table says, or a part of it, in words: "start timer auto release; then ACCEPTED".
func rowWords(text string) string {
	for _, n := range rowNotation {
		text = n.short().ReplaceAllString(text, n.words)
	}
	return text
}
