// Package dossier reads a claim's papers 申请材料, or a loan's 贷款资料, from a
// folder: which item each file is, by what its name begins with, and its
// content address. It puts them into the bank's vault and log on demand, each
// once. The ledger keeps the addresses; the papers stay in the bank's house.
//
// It knows the items from the rooms of compensation and of loans, and neither
// the ledger nor what the papers say.
package dossier
