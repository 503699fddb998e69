package embedded

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// keys are drawn so that zero bytes and the bytes around the escapes occur.
var keys = rapid.StringOfN(rapid.RuneFrom([]rune{0, 1, 2, 'a', 'b', 0xff, 0x10FFFF}), 1, 12, -1)

func TestPrivateKeysKeepTheirOrderAndComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := keys.Draw(t, "a"), keys.Draw(t, "b")
		va := version{rapid.Uint64().Draw(t, "block"), rapid.Uint32().Draw(t, "tx")}
		x, y := va.append(valueKey("ns", "coll", a)), version{}.append(valueKey("ns", "coll", b))
		if a != b {
			require.Equal(t, strings.Compare(a, b), bytes.Compare(x, y), "%q %q", a, b)
		}
		key, v, err := splitValueKey(x[len(valuePrefix("ns", "coll")):])
		require.NoError(t, err)
		require.Equal(t, a, key)
		require.Equal(t, va, v)
		// A bound without version lies before all versions of its key.
		require.Negative(t, bytes.Compare(escape(valuePrefix("ns", "coll"), a), x))
	})
}

func TestNamespacesAndCollectionsDoNotRunIntoEachOther(t *testing.T) {
	r := start(t)
	r.mustDo(bookA, forAll, op{Do: "put", Coll: "loan", Key: "k", Value: "A"}, op{Do: "put", Coll: "intake", Key: "k", Value: "I"}, op{Do: "put", Key: "k", Value: "P"})
	r.mustDo(bookB, []string{"BankBMSP", "CommissionMSP", "CentralBankMSP", "FinanceMSP"}, op{Do: "put", Coll: "loan", Key: "k", Value: "B"}, op{Do: "put", Key: "k", Value: "Q"})
	for chaincode, want := range map[string][]string{
		bookA: {`"k"=A;`, `"k"=I;`, "", `"k"=P;`}, bookB: {`"k"=B;`, "", "", `"k"=Q;`},
	} {
		require.Equal(t, want, r.mustAsk("CommissionMSP", chaincode,
			op{Do: "range", Coll: "loan"}, op{Do: "range", Coll: "intake"}, op{Do: "range", Coll: "comp"}, op{Do: "range"}))
	}
	require.Equal(t, []string{"", "", ""}, r.mustAsk("CommissionMSP", "commons", op{Do: "range", Coll: "intake"}, op{Do: "range"}, op{Do: "hash", Coll: "intake", Key: "k"}))
}

func TestEachEndorserHasATransientMapOfItsOwn(t *testing.T) {
	r := start(t)
	_, err := r.direct(bookA, func(s shim.ChaincodeStubInterface) error {
		first := s.(*stub)
		first.sim.proposal.transient = map[string][]byte{"seed": []byte("x")}
		a, b := newStub(first.sim, first.ns, nil), newStub(first.sim, first.ns, nil)
		delete(a.transient, "seed")
		all, err := b.GetTransient()
		require.Equal(t, []byte("x"), all["seed"])
		return err
	})
	require.NoError(t, err)
}

func TestNoChangedByteOfABlockPasses(t *testing.T) {
	body, err := ledgerstate.Encode(&Record{TxID: "t", Namespaces: []NamespaceRecord{{Name: "n", Reads: []ReadRecord{{"k", 1, 2}}, Collections: []CollectionRecord{{Name: "c"}}}}})
	require.NoError(t, err)
	raw, err := (&stored{Number: 1, Codes: []string{codeValid}, Bodies: [][]byte{body}}).encode()
	require.NoError(t, err)
	b, err := decodeStored(raw)
	require.NoError(t, err)
	_, err = b.open()
	require.NoError(t, err)
	for i := range raw {
		for bit := range 8 {
			changed := bytes.Clone(raw)
			changed[i] ^= 1 << bit
			_, err := decodeStored(changed)
			require.Error(t, err, "byte %d bit %d", i, bit)
		}
		_, err := decodeStored(raw[:i])
		require.Error(t, err)
	}
}
