// Package claimsheet writes a claim as official papers have it: the application
// for compensation with its computation 补偿申请书(金额测算表), as a workbook whose
// formulas work the sum out again, and as a PDF; and the list of claims in
// publicity 公示名单.
//
// Amounts are stated in yuan 元 and in ten thousand yuan 万元. What stands in a
// sheet is what the ledger answered; nothing is computed here that the ledger
// has not computed, but by the workbook's own formulas, which must agree.
package claimsheet
