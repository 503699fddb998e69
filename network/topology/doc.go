// Package topology reads the one file a consortium is made from: its
// organizations with their dated display names, nodes, ports and people.
//
// It guarantees that a Topology it returns is complete and consistent: every
// default is filled in, every port is assigned and unique, every name is one
// that Fabric accepts. An error names file, line, field, value and limit.
//
// It knows nothing of credit: a party is a label that policies refer to.
package topology
