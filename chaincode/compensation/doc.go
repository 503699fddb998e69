// Package compensation is a bank's side of risk compensation 风险补偿: filings
// of its loans 备案, and claims 补偿申请 on the fund for those that went bad.
package compensation
