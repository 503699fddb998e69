// Package supervisor keeps a network's processes running: it starts them,
// watches that each lives, answers and follows the others, restarts those that
// do not, and says so.
//
// It guarantees that
//   - one supervisor runs for a directory, whoever starts it;
//   - it signals only processes that carry the directory's mark in their
//     environment, never a stranger that has inherited a process number;
//   - processes that outlived a killed supervisor are taken over, and after
//     Stop none is left.
//
// It owns the run directory it is given and the processes' logs. What the
// processes are, it does not know. It needs Linux's /proc.
package supervisor
