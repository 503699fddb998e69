// Package testnetwork is the one-machine consortium that samples and tests
// run: its topology file, made part of the program so that qxl runs away from
// the checkout.
package testnetwork

import _ "embed"

// Topology is the file topology.yaml.
//
//go:embed topology.yaml
var Topology []byte
