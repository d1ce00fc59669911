// Package workspace keeps several simulators behind one address, each a world of its own: a store, a clock, a seed, settings, scenarios,
// boxes. A request says for which it is by the name of the host, by the beginning of its path or by a header; who says nothing gets to the
// default one.
//
// The package knows nothing of what is in a workspace: it finds the one of a request, makes and deletes them, counts what they are asked,
// and lets those go that nobody uses. Package simulator opens them.
package workspace
