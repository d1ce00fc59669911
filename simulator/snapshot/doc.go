// Package snapshot is the files that hold a picture of a simulator: their format, and the folder in which a simulator keeps them. What
// is in the store it does not know.
//
// A file consists of the file of the store, the files of uploads that wait for their scan, a manifest in JSON, and an end of 64 bytes:
// the length of the manifest (8 bytes, the highest first), the SHA-256 of all before it, and a mark that says what the file is.
// With the manifest behind the store, a store that is not used any more becomes a snapshot by what is appended to it.
package snapshot
