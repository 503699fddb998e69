package embedded

import (
	"context"
	"fmt"
	"math/rand"
	"sync/atomic"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
)

// pages is the shape of a batch without any rule: one multi-get of 40 pages
// of a partition, one write batch that writes them all.
type pages struct{}

const pagesPerTransaction, pageSize = 40, 10 << 10

func (pages) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

func (pages) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	_, params := stub.GetFunctionAndParameters()
	transient, _ := stub.GetTransient()
	keys := make([]string, pagesPerTransaction)
	for i := range keys {
		keys[i] = fmt.Sprintf("page %s %d", params[0], i)
	}
	old, err := stub.GetMultiplePrivateData("loan", keys...)
	if err != nil || len(old) != len(keys) {
		return shim.Error(fmt.Sprint(err))
	}
	stub.StartWriteBatch()
	for i, key := range keys {
		value := append([]byte(nil), transient["page"]...)
		copy(value, fmt.Sprintf("%d after %.20s", i, old[i]))
		if err := stub.PutPrivateData("loan", key, value); err != nil {
			return shim.Error(err.Error())
		}
	}
	if err := stub.FinishWriteBatch(); err != nil {
		return shim.Error(err.Error())
	}
	return shim.Success(nil)
}

// benchmarkPages runs over 128 partitions of 40 pages, about 50 MB of live
// data at each of 4 members.
func benchmarkPages(b *testing.B, clients int, noSync bool) {
	r := startIn(b, b.TempDir(), func(c *Consortium) {
		c.Organizations = c.Organizations[:6]
		c.NoSync = noSync
		c.NewChaincode = func(command.Chaincode, string) (shim.Chaincode, error) { return pages{}, nil }
	})
	page := make([]byte, pageSize)
	_, _ = rand.New(rand.NewSource(1)).Read(page)
	l := r.as("BankAMSP")
	var next atomic.Int64
	b.SetParallelism(clients)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			partition := fmt.Sprint(next.Add(1) % 128)
			_, err := l.Submit(context.Background(), ledger.Call{Chaincode: bookA, Function: "pages", Args: []string{partition},
				Transient: map[string][]byte{"page": page}, Endorsers: forLoan})
			require.NoError(b, err)
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
	b.ReportMetric(float64(r.Height()), "blocks")
}

func BenchmarkPages(b *testing.B) {
	b.Run("1 client", func(b *testing.B) { benchmarkPages(b, 1, false) })
	b.Run("8 clients", func(b *testing.B) { benchmarkPages(b, 4, false) })
	b.Run("8 clients, no fsync", func(b *testing.B) { benchmarkPages(b, 4, true) })
}

func BenchmarkEmpty(b *testing.B) {
	r := start(b)
	l := r.as("BankAMSP")
	call := scripted(bookA, []op{{Do: "put", Coll: "loan", Key: "k", Value: "v"}}, forLoan...)
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, err := l.Submit(context.Background(), call)
			require.NoError(b, err)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
}
