// Package evidencetest is logs and witnesses in memory, for tests of what
// anchors them. Tests only.
package evidencetest
