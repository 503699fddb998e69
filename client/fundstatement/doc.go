// Package fundstatement is Finance's papers of the compensation fund: it
// compares the fund's books with the depository banks' statements, and writes
// payment orders as workbooks.
//
// What it guarantees:
//
//   - a statement is compared only if it adds up by itself, line by line; what
//     does not is named with line and column and refused as a whole;
//   - every difference is named, with both sides; what agrees is not;
//   - a workbook's sums are formulas over its lines, and its amounts are the
//     ledger's, exact: whoever recalculates it gets the same.
//
// It decides no rule: the figures are the chaincode's, asked for by query.
package fundstatement
