//go:build !linux

package identity

import "syscall"

// dieWithParent: only Linux can promise it.
func dieWithParent() *syscall.SysProcAttr { return nil }
