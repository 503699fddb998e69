// Package testcc is a chaincode that proves a network and means nothing: it
// puts and gets what it is told, public or private.
package testcc

import (
	"fmt"
	"os"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"golang.org/x/sync/errgroup"
)

// Serve runs one server per address and package ID until one of them ends.
func Serve(key, cert, roots string, addresses, ids []string) error {
	var tls shim.TLSProperties
	for file, to := range map[string]*[]byte{key: &tls.Key, cert: &tls.Cert, roots: &tls.ClientCACerts} {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		*to = data
	}
	var g errgroup.Group
	for i := range addresses {
		server := &shim.ChaincodeServer{CCID: ids[i], Address: addresses[i], CC: chaincode{}, TLSProps: tls}
		g.Go(server.Start)
	}
	return g.Wait()
}

type chaincode struct{}

func (chaincode) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

// Invoke: put KEY VALUE, get KEY, putPrivate COLLECTION KEY with the value in
// the transient map, getPrivate COLLECTION KEY.
func (chaincode) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	function, args := stub.GetFunctionAndParameters()
	answer, err := run(stub, function, args)
	if err != nil {
		return shim.Error(err.Error())
	}
	return shim.Success(answer)
}

func run(stub shim.ChaincodeStubInterface, function string, args []string) ([]byte, error) {
	want := map[string]int{"put": 2, "get": 1, "putPrivate": 2, "getPrivate": 2}
	if n, ok := want[function]; !ok || n != len(args) {
		return nil, fmt.Errorf("no function %s with %d arguments", function, len(args))
	}
	switch function {
	case "put":
		return nil, stub.PutState(args[0], []byte(args[1]))
	case "get":
		return stub.GetState(args[0])
	case "putPrivate":
		transient, err := stub.GetTransient()
		if err != nil {
			return nil, err
		}
		return nil, stub.PutPrivateData(args[0], args[1], transient["value"])
	default:
		return stub.GetPrivateData(args[0], args[1])
	}
}
