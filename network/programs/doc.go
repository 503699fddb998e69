// Package programs provides the Fabric programs a network runs: it builds them
// from the Go module proxy at the versions pinned under network/tools, or uses
// an operator's own.
//
// It guarantees that the directory it returns holds every program, complete,
// each able to print its version. Builds are cached by what they are made of
// outside the repository; several callers at once build once.
//
// It owns the cache directory and touches nothing else.
package programs

// The copies under pins exist because go:embed does not reach into another
// module, and the qxl binary builds the programs without the checkout.
//
//go:generate cp ../tools/go.mod pins/fabric.mod
//go:generate cp ../tools/go.sum pins/fabric.sum
//go:generate cp ../tools/ca/go.mod pins/ca.mod
//go:generate cp ../tools/ca/go.sum pins/ca.sum
