// Package channel makes the network's one channel, joins nodes to it and asks
// peers what they know of each other.
//
// It guarantees that every step may be repeated: a node that has joined is
// left alone. It signs as an organization's admin and as nobody else.
package channel
