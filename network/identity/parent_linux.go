package identity

import "syscall"

// dieWithParent has the kernel kill the child when this process dies, so
// that no authority outlives a kill -9.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
