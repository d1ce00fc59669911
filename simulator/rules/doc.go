// Package rules says what is wrong with a trader's message that its schema accepts.
//
// Most of it is data: data/assertions has one XPath assertion per row for each message, data/lists the code lists,
// data/registry.yaml what the offices know about traders, guarantees and places. A Book holds rules and lists, a
// Checker what is switched on:
//
//	book, err := rules.Load(rules.Sources{})
//	checker, err := book.Checker(rules.Options{Mode: rules.Final})
//	shown, registered, err := checker.Check(ctx, document) // code lists, conditions and rules; traders, authorisations, places
//	invalid := checker.CheckGuarantees(document, rules.Cover{At: now})
//
// A Finding is one FunctionalError of an IE056 or IE057, an InvalidGuarantee one GuaranteeReference of an IE055. What
// needs the movement (references, state, LRN in use, limits of amendments) is for package office. How phase 4 differs,
// whose pointers are made of titles (data/titles.tsv), is in errorstyle.go.
//
// The assertions are compiled to functions that run over a tree of the message made for them (compile.go, evaluate.go, tree.go): the
// part of XPath 1.0 that they need, exactly. What they have in common for many elements is evaluated once for all of them, so that
// the time grows with the size of the message and not with its square. libxml2 is the oracle in the tests.
package rules
