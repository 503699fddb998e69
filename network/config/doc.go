// Package config writes the configuration of a network from its topology:
// configtx.yaml, a core.yaml per peer, an orderer.yaml per orderer and the
// external builder.
//
// It guarantees that the same topology and state directory give the same
// bytes. What is tuned is tuned in the templates, where each setting says why.
// It needs no file of the Fabric distribution.
package config
