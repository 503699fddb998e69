// Package money is amounts of yuan as integer fen and rates as integer
// billionths, with the arithmetic that loans need.
//
// It guarantees that no result passes through a float, that every result
// which does not fit is an error and never wraps, and that rounding happens
// only where a Rounding is named. Text is what people and JSON see ("5000.00"
// yuan, "9.4822" percent a year); the ledger stores integers.
//
// It owns Fen, Rate and Rounding. It must not know what an amount is for:
// limits of a business rule belong to the room that states the rule.
package money
