package main

import "path/filepath"

// logDir is where an organization's log is.
func logDir(state, org string) string { return filepath.Join(state, "log", org) }
