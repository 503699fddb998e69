// Package audittest is a small consortium for tests of offline verification: authorities of its own, ordering nodes and
// peers that sign what Fabric's sign, in the form in which Fabric does. It executes no chaincode and checks nothing; what it
// is asked to sign it signs, false or not.
package audittest
