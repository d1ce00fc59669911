package console

import (
	"html/template"
	"regexp"
	"slices"
	"strings"
)

// The notation of the rules (docs/spec/rules.md), piece by piece, in words.
var notation = []struct {
	short *regexp.Regexp
	words string
}{
	{regexp.MustCompile(`^replaces ([A-Z]+[0-9]+): `), "In the place of $1: "},
	{regexp.MustCompile(`\bR\(([^()]*)\)`), "$1 is required"},
	{regexp.MustCompile(`\bN\(([^()]*)\)`), "$1 must be absent"},
	{regexp.MustCompile(`\bO\(([^()]*)\)`), "$1 is optional"},
	{regexp.MustCompile(`[,;]? else R\b`), "; otherwise it is required"},
	{regexp.MustCompile(`[,;]? else N\b`), "; otherwise it must be absent"},
	{regexp.MustCompile(`[,;]? else O\b`), "; otherwise it is optional"},
	{regexp.MustCompile(`[;,]? else\b`), "; otherwise"},
	{regexp.MustCompile(`\bR (if|on|at|and)\b`), "is required $1"},
	{regexp.MustCompile(`\bN (if|both|at|and|every)\b`), "must be absent $1"},
	{regexp.MustCompile(`\bO (if|at|and)\b`), "is optional $1"},
	{regexp.MustCompile(`\bR\b([;.,]|$)`), "is required$1"},
	{regexp.MustCompile(`\bN\b([;.,]|$)`), "must be absent$1"},
	{regexp.MustCompile(`\bexists\(([^()]*)\)`), "there is $1"},
	{regexp.MustCompile(` present\b`), " is present"},
	{regexp.MustCompile(` ?not in (CL[0-9]+)`), " is not in the list $1"},
	{regexp.MustCompile(`\bin (CL[0-9]+)`), "is in the list $1"},
	{regexp.MustCompile(` ?\bnot in \{([^}]*)\}`), " is none of $1"},
	{regexp.MustCompile(` ?\bin \{([^}]*)\}`), " is one of $1"},
	{regexp.MustCompile(` -> `), ": then "},
	{regexp.MustCompile(` ?!= ?`), " is not "},
	{regexp.MustCompile(` ?<= ?`), " is at most "},
	{regexp.MustCompile(` ?>= ?`), " is at least "},
	{regexp.MustCompile(`\bsum\((HC|item) (\w+)\)`), "the sum of $2 of each $1"},
	{regexp.MustCompile(` ?> ?`), " is more than "},
	{regexp.MustCompile(` ?:?= ?`), " is "},
	{regexp.MustCompile(`\bdep country\b`), "the country of the office of departure"},
	{regexp.MustCompile(`\bdest country\b`), "the country of the office of destination"},
	{regexp.MustCompile(`\bHC\b`), "HouseConsignment"},
	{regexp.MustCompile(`\bAI\b`), "AdditionalInformation"},
	{regexp.MustCompile(`\bis is\b`), "is"},
	{regexp.MustCompile(`^(is|must be)\b`), "It $1"},
	{regexp.MustCompile(`([;:]|: then) (is|must be)\b`), "$1 it $2"},
	{regexp.MustCompile(`\.; otherwise`), ". Otherwise"},
}

// noted is what tells that a text is in that notation.
var noted = regexp.MustCompile(`\b[RNO]\(|\belse [RNO]\b|\b[RN]\b(?: if| at|;|$)|->|[<>]=|\bin (?:CL[0-9]|\{)`)

// inWords is what a rule says in plain words, "" if it is written in them.
func inWords(text string) string {
	if !noted.MatchString(text) {
		return ""
	}
	for _, n := range notation {
		text = n.short.ReplaceAllString(text, n.words)
	}
	return strings.TrimSuffix(strings.Join(strings.Fields(text), " "), ".") + "."
}

// listNamed is a code list that a text names.
var listNamed = regexp.MustCompile(`\bCL[0-9]{3}\b`)

// linked is a text in which the code lists are links.
func linked(root, text string) template.HTML {
	link := `<a href="` + template.HTMLEscapeString(root+listsPath) + `/$0">$0</a>`
	return template.HTML(listNamed.ReplaceAllString(template.HTMLEscapeString(text), link)) // it is escaped
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
	short *regexp.Regexp
	words string
}{
	{regexp.MustCompile(`\bgc ok\b`), "guarantees valid"},
	{regexp.MustCompile(`\bgc bad\b`), "guarantees not valid"},
	{regexp.MustCompile(`\b(if|,) ok\b`), "$1 no errors"},
	{regexp.MustCompile(`^ok$`), "no errors"},
	{regexp.MustCompile(`\b(normal|simplified)(Departure|Arrival)\b`), "$1 procedure"},
	{regexp.MustCompile(`\bpreLodged\b`), "pre-lodged"},
	{regexp.MustCompile(`\bunloading(Clean|Partial)\b`), "unloading: $1"},
	{regexp.MustCompile(`\bre-arm ([a-z])`), "restart timer $1"},
	{regexp.MustCompile(`\barm ([a-z])`), "start timer $1"},
	{regexp.MustCompile(`\bstop ([a-z])`), "stop timer $1"},
	{regexp.MustCompile(`\bstop timer all timers\b`), "stop all timers"},
	{regexp.MustCompile(`; to ([A-Z]\w+)$`), "; then $1"},
	{regexp.MustCompile(`\b([a-z]+)_([a-z]+)\b`), "$1 $2"},
	{regexp.MustCompile(`\b([a-z]+)_([a-z]+)\b`), "$1 $2"},
}

// rowWords is what a row of a process table says, or a part of it, in words: "start timer auto release; then ACCEPTED".
func rowWords(text string) string {
	for _, n := range rowNotation {
		text = n.short.ReplaceAllString(text, n.words)
	}
	return text
}
