// Package e2e holds the end-to-end tests: the built program, a Fabric network
// of its own on free ports, the sample province's day files. They run with
// QXL_E2E=1 (scripts/test sets it) and say so when they do not.
package e2e
