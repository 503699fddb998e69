// Package dossier reads a claim's papers 申请材料 from a folder: which item each
// file is, by the code that its name begins with, and its content address. The
// ledger keeps the addresses; the papers stay where they are.
//
// It knows the items of the dossier from the room of compensation, and neither
// the ledger nor what the papers say.
package dossier
