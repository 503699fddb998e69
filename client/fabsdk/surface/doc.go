// Package surface is what a client must know of the commands that members
// post: each one's chaincode, lane and references, who may endorse a lane,
// and the sentences of all refusals.
//
// chaincode/command and the rooms are the one definition of all this. They
// import the generated messages of fabric-protos-go-apiv2, which register the
// same protobuf names as those of fabric-sdk-go: in one binary the two panic
// at init. So what the connector needs of the definitions is written to
// surface.json, which is embedded here, and this package's test, which may
// import the rooms, fails while file and definitions differ:
//
//	go test ./client/fabsdk/surface -update
//
// It guarantees to agree with the definitions of the same commit. It must
// never import fabric-sdk-go, and nothing that imports it may also import
// the rooms, except its own test.
package surface
