package audit

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/client/audit/audittest"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/vault"
)

// refusedAs asserts which refusal an error is.
func refusedAs(t *testing.T, code string, err error) {
	t.Helper()
	var r *Refused
	require.ErrorAs(t, err, &r)
	require.Equal(t, code, r.Code, r.En)
	require.NotEmpty(t, r.Zh)
}

// failed tells whether an error is one of those that a bad bundle gives.
func failed(err error) bool {
	var r *Refused
	var f *invalid.Error
	return errors.As(err, &r) || errors.As(err, &f)
}

// A record from the log to the block and back, by a third party that has the
// trust and the bundle's bytes.
func TestBundleThereAndBack(t *testing.T) {
	w := newWorld(t, 0)
	trust, b := w.bundle()
	text, err := b.Encode()
	require.NoError(t, err)
	require.True(t, IsBundle(text))
	var file bytes.Buffer
	require.NoError(t, trust.Write(&file))
	trust, err = ReadTrust(&file)
	require.NoError(t, err)
	b, err = DecodeBundle(text)
	require.NoError(t, err)
	v, err := trust.Verify(b)
	require.NoError(t, err)
	r := w.prove(3)
	require.Equal(t, Confirmed, v.State)
	require.Equal(t, []any{bankLog, "BankAMSP", uint64(3), uint64(5), uint64(1), r.LeafHash, "credit", r.Anchor.TxID, r.Anchor.Block}, []any{v.Log, v.Owner, v.Seq, v.Size, v.Sequence, v.LeafHash, v.Channel, v.TxID, v.Block})
	require.Equal(t, []string{"CentralBankMSP", "CommissionMSP", "FinanceMSP"}, v.Orderers, "three of four are the quorum")
	require.Equal(t, []string{"CentralBankMSP", "CommissionMSP", "FinanceMSP"}, v.Endorsers)
	require.Len(t, v.Confirms, 1)
	require.Equal(t, "next anchor", v.Confirms[0].Says)
	require.Equal(t, cidOf("d").String(), v.CID)
	require.Equal(t, []Field{{"file.sha256", hexSHA([]byte("plain d"))}, {"remark", ""}}, v.Fields)
}

// A file is the record's ciphertext or, where its hash is opened, the record.
func TestFileBelongsToLeaf(t *testing.T) {
	trust, b := newWorld(t, 0).bundle()
	match := func(content string) (string, error) {
		v, err := trust.Verify(b)
		require.NoError(t, err)
		return v.Match(t.Context(), strings.NewReader(content), int64(len(content)))
	}
	is, err := match("d") // a blob of one block
	require.NoError(t, err)
	require.Equal(t, Ciphertext, is)
	is, err = match("plain d")
	require.NoError(t, err)
	require.Equal(t, Plaintext, is)
	_, err = match("plain e")
	refusedAs(t, OtherFile, err)
	b.Fields = nil
	_, err = match("plain d")
	refusedAs(t, OtherFile, err)
}

// From a vault's record to the bundle: its exported ciphertext belongs to the
// leaf, and so does the file itself, block by block and by its opened hash.
func TestVaultRecordIsProven(t *testing.T) {
	w := newWorld(t, 0)
	dir := t.TempDir()
	o := vault.Options{Dir: dir, Passphrase: func() ([]byte, error) { return []byte("测试口令"), nil }}
	require.NoError(t, vault.Init(o, vault.Settings{Organization: "BankA"}, 1))
	house, err := vault.Open(o)
	require.NoError(t, err)
	defer house.Close()
	content := bytes.Repeat([]byte("合同"), 500_000) // several blocks
	record, err := house.Put(t.Context(), vault.New{Subject: "91630100MA75ABCD12", Schema: "contract/1", Name: "合同.pdf"}, bytes.NewReader(content))
	require.NoError(t, err)
	e, err := house.Entry(record.ID, bankLog)
	require.NoError(t, err)
	_, err = w.log.Append(t.Context(), []evidencelog.Entry{entry("x"), e})
	require.NoError(t, err)
	a, index := w.anchor(1)
	w.confirm(1, a, index)
	b, _, err := w.source.Bundle(t.Context(), w.prove(1))
	require.NoError(t, err)
	opened, err := house.Disclose(record.ID, vault.FieldSHA256)
	require.NoError(t, err)
	b.Fields = &opened
	text, err := b.Encode()
	require.NoError(t, err)
	b, err = DecodeBundle(text)
	require.NoError(t, err)
	v, err := w.trust().Verify(b)
	require.NoError(t, err)

	var car bytes.Buffer
	require.NoError(t, house.Export(t.Context(), record.ID, &car))
	match := func(content []byte) (string, error) {
		return v.Match(t.Context(), bytes.NewReader(content), int64(len(content)))
	}
	is, err := match(car.Bytes())
	require.NoError(t, err)
	require.Equal(t, Ciphertext, is)
	is, err = match(content)
	require.NoError(t, err)
	require.Equal(t, Plaintext, is)
	for _, at := range []int{40, car.Len() / 2, car.Len() - 1} {
		bad := bytes.Clone(car.Bytes())
		bad[at] ^= 1
		_, err = match(bad)
		refusedAs(t, OtherFile, err)
	}
	content[len(content)-1] ^= 1
	_, err = match(content)
	refusedAs(t, OtherFile, err)
}

// Every byte of the text is authenticated or fixed by the format: there is no
// region that may be altered. QXL_DRILL set: all bytes, three alterations of
// each; else every ninth byte.
func TestEveryByteCounts(t *testing.T) {
	trust, b := newWorld(t, 0).bundle()
	text, err := b.Encode()
	require.NoError(t, err)
	deltas, step := []byte{0x01}, 9
	if os.Getenv("QXL_DRILL") != "" {
		deltas, step = []byte{0x01, 0x20, 0x80}, 1
	}
	for i := 0; i < len(text); i += step {
		for _, d := range deltas {
			altered := bytes.Clone(text)
			altered[i] ^= d
			bad, err := DecodeBundle(altered)
			if err == nil {
				_, err = trust.Verify(bad)
			}
			require.True(t, failed(err), "byte %d of %d, %q to %q in %q: %v", i, len(text), text[i], altered[i], text[max(0, i-30):min(len(text), i+30)], err)
		}
	}
	for cut := 0; cut < len(text); cut += 501 {
		bad, err := DecodeBundle(text[:cut])
		if err == nil { // a note without its signature
			_, err = trust.Verify(bad)
		}
		require.True(t, failed(err), "cut at %d", cut)
	}
	bad, err := DecodeBundle(append(bytes.Clone(text), '\n'))
	if err == nil {
		_, err = trust.Verify(bad)
	}
	require.Error(t, err)
}

func TestAnchorNobodyHasReadIsUnconfirmed(t *testing.T) {
	w := newWorld(t, 0)
	w.append(2)
	w.anchor(1)
	b, v, err := w.source.Bundle(t.Context(), w.prove(0))
	require.NoError(t, err)
	require.Equal(t, Unconfirmed, v.State)
	require.Empty(t, b.Confirms)
	require.Empty(t, v.Confirms)
}

// A cosignature reads the checkpoint, and is a confirmation.
func TestCosignatureConfirms(t *testing.T) {
	w := newWorld(t, 0)
	w.append(2)
	a, index := w.anchor(1)
	x := w.Tx("CentralBankMSP").Read(audittest.CheckpointKey(bankLog, 1), audittest.Version(a.Block, index))
	x.Writes = append(x.Writes, w.Tx("BankAMSP").Anchor(bankLog, 9, nil).Writes[0])
	x.Writes[0].Key = audittest.CosignatureKey(bankLog, 1, "CentralBankMSP")
	w.Cut(w.Envelope(x))
	_, v, err := w.source.Bundle(t.Context(), w.prove(0))
	require.NoError(t, err)
	require.Equal(t, Confirmed, v.State)
	require.Equal(t, "cosigned by CentralBankMSP", v.Confirms[0].Says)
}

func TestSequencedReceiptMakesNoBundle(t *testing.T) {
	w := newWorld(t, 0)
	w.append(2)
	_, _, err := w.source.Bundle(t.Context(), w.prove(0))
	var no *invalid.Error
	require.ErrorAs(t, err, &no)
	require.Equal(t, "RECEIPT_NOT_ANCHORED", no.Code)
}

// What each party that signs could do wrong, alone or with others, and what
// an owner of the log could make up.
func TestFalseBundlesAreRefused(t *testing.T) {
	stranger := audittest.NewAuthority("CommissionMSP") // of the same name
	cases := []struct {
		name, code string
		tx         func(w *world, x *audittest.Tx)                   // the anchor before it is signed
		world      func(w *world)                                    // before its block is cut
		bundle     func(w *world, b *Bundle, r *evidencelog.Receipt) // what is made of it
	}{
		{name: "another channel's transaction", code: OtherChannel, tx: func(w *world, x *audittest.Tx) { x.Channel = "test" }},
		{name: "an authority did not endorse", code: NotEndorsed, tx: func(w *world, x *audittest.Tx) { x.Endorsers = x.Endorsers[:2] }},
		{name: "one authority twice", code: NotEndorsed, tx: func(w *world, x *audittest.Tx) { x.Endorsers[2] = x.Endorsers[1] }},
		{name: "a client endorsed", code: NotEndorsed, tx: func(w *world, x *audittest.Tx) { x.Endorsers[0] = w.Of("CommissionMSP").Client }},
		{name: "an orderer endorsed", code: NotEndorsed, tx: func(w *world, x *audittest.Tx) { x.Endorsers[0] = w.Of("CommissionMSP").Orderer }},
		{name: "an authority's root endorsed", code: NotEndorsed, tx: func(w *world, x *audittest.Tx) { x.Endorsers[0] = &w.Of("CommissionMSP").Node }},
		{name: "a peer that is an authority endorsed", code: NotEndorsed, tx: func(w *world, x *audittest.Tx) {
			x.Endorsers[0] = w.Of("CommissionMSP").IssueAuthority("peer1", "peer")
		}},
		{name: "the other signature of the same", code: NotEndorsed, tx: func(w *world, x *audittest.Tx) { x.Endorsers[0] = x.Endorsers[0].High() }},
		{name: "a stranger endorsed", code: NotEndorsed, tx: func(w *world, x *audittest.Tx) { x.Endorsers[0] = stranger.Issue("peer0", "peer") }},
		{name: "a bank in an authority's place", code: NotEndorsed, tx: func(w *world, x *audittest.Tx) { x.Endorsers[0] = w.Of("BankAMSP").Peer }},
		{name: "another proposal was endorsed", code: NotEndorsed, tx: func(w *world, x *audittest.Tx) {
			x.Endorsing = func(r *peer.ProposalResponsePayload) { r.ProposalHash[0] ^= 1 }
		}},
		{name: "the chaincode refused", code: NotEndorsed, tx: func(w *world, x *audittest.Tx) { x.Status = 500 }},
		{name: "written in another chaincode", code: NotWritten, tx: func(w *world, x *audittest.Tx) { x.Namespace = "book-banka" }},
		{name: "by another chaincode", code: NotWritten, tx: func(w *world, x *audittest.Tx) { x.Chaincode = "book-banka" }},
		{name: "a stranger created it", code: NotCertified, tx: func(w *world, x *audittest.Tx) { x.By = audittest.NewAuthority("BankAMSP").Issue("o", "client") }},
		{name: "another member anchored it", code: NotWritten, tx: func(w *world, x *audittest.Tx) {
			x.By = w.Of("CommissionMSP").Client
			_, note := w.log.Checkpoint()
			x.Writes = nil
			x.Anchor(bankLog, 1, note)
		}},
		{name: "another note was anchored", code: NotWritten, tx: func(w *world, x *audittest.Tx) {
			_, note := w.log.Checkpoint()
			x.Writes = nil
			x.Anchor(bankLog, 1, append(bytes.Clone(note), ' '))
		}},
		{name: "under another sequence's key", code: NotWritten, tx: func(w *world, x *audittest.Tx) { x.Writes[0].Key = audittest.CheckpointKey(bankLog, 2) }},
		{name: "under another log's key", code: NotWritten, tx: func(w *world, x *audittest.Tx) { x.Writes[0].Key = audittest.CheckpointKey("qxl/BankAMSP/2", 1) }},
		{name: "deleted", code: NotWritten, tx: func(w *world, x *audittest.Tx) { x.Writes[0].IsDelete = true }},
		{name: "no head moved", code: NotWritten, tx: func(w *world, x *audittest.Tx) { x.Writes = x.Writes[:1] }},
		{name: "a configuration", code: NotThere, tx: func(w *world, x *audittest.Tx) {
			x.Signing = func(p *common.Payload) { p.Header.ChannelHeader = nil }
		}},
		{name: "signed by somebody else than its creator", code: NotThere, tx: func(w *world, x *audittest.Tx) {
			x.Signing = func(p *common.Payload) {
				p.Header.SignatureHeader = (&common.SignatureHeader{}).ProtoReflect().GetUnknown()
			}
		}},
		{name: "certificates had expired", code: NotCertified, world: func(w *world) { w.Now = w.Now.AddDate(1, 0, 0) }},
		{name: "certificates not valid yet", code: NotCertified, world: func(w *world) { w.Now = w.Now.AddDate(-1, 0, 0) }},

		{name: "a signature less than the quorum", code: NotOrdered, bundle: func(w *world, b *Bundle, _ *evidencelog.Receipt) {
			b.Anchor.Signatures = b.Anchor.Signatures[1:]
		}},
		{name: "one orderer twice", code: NotOrdered, bundle: func(w *world, b *Bundle, _ *evidencelog.Receipt) {
			b.Anchor.Signatures[2] = b.Anchor.Signatures[1]
		}},
		{name: "an orderer of no certificate", code: NotOrdered, bundle: func(w *world, b *Bundle, _ *evidencelog.Receipt) {
			b.Orderers = b.Orderers[1:]
		}},
		{name: "a peer signs a block", code: NotCertified, bundle: func(w *world, b *Bundle, _ *evidencelog.Receipt) {
			b.Orderers[0].Certificate = w.Of("CommissionMSP").Peer.Cert.Raw
		}},
		{name: "an orderer of another organization", code: NotCertified, bundle: func(w *world, b *Bundle, _ *evidencelog.Receipt) { b.Orderers[0].MSP = "AuditMSP" }},
		{name: "an orderer of nobody", code: NotCertified, bundle: func(w *world, b *Bundle, _ *evidencelog.Receipt) { b.Orderers[0].MSP = "NobodyMSP" }},
		{name: "another block number", code: NotThere, bundle: func(w *world, b *Bundle, _ *evidencelog.Receipt) { b.Anchor.Number++ }},
		{name: "another number in receipt and block", code: NotOrdered, bundle: func(w *world, b *Bundle, r *evidencelog.Receipt) {
			b.Anchor.Number--
			a := *r.Anchor
			a.Block--
			r.Anchor = &a
		}},
		{name: "a transaction left out", code: NotOrdered, bundle: func(w *world, b *Bundle, _ *evidencelog.Receipt) {
			b.Anchor.Envelopes = b.Anchor.Envelopes[1:]
		}},
		{name: "transactions divided otherwise", code: NotOrdered, bundle: func(w *world, b *Bundle, _ *evidencelog.Receipt) {
			e := b.Anchor.Envelopes
			b.Anchor.Envelopes = [][]byte{e[0][:10], append(bytes.Clone(e[0][10:]), e[1]...), e[2]}
		}},
		{name: "two transactions as one", code: NotOrdered, bundle: func(w *world, b *Bundle, _ *evidencelog.Receipt) {
			e := b.Anchor.Envelopes
			b.Anchor.Envelopes = [][]byte{append(bytes.Clone(e[0]), e[1]...), e[2]} // the anchor's place moves
		}},
		{name: "another transaction's ID", code: NotThere, bundle: func(w *world, b *Bundle, r *evidencelog.Receipt) {
			a := *r.Anchor
			a.TxID = "00" + a.TxID[2:]
			r.Anchor = &a
		}},
		{name: "another channel's receipt", code: OtherChannel, bundle: func(w *world, b *Bundle, r *evidencelog.Receipt) {
			a := *r.Anchor
			a.Channel = "test"
			r.Anchor = &a
		}},
		{name: "another leaf", code: NotIncluded, bundle: func(w *world, b *Bundle, r *evidencelog.Receipt) {
			other := w.prove(2)
			r.Leaf, r.LeafHash = other.Leaf, other.LeafHash
		}},
		{name: "another leaf in the leaf's place", code: NotIncluded, bundle: func(w *world, b *Bundle, r *evidencelog.Receipt) {
			l, err := evidencelog.DecodeLeaf(r.Leaf)
			require.NoError(w, err)
			l.CID = cidOf("forged")
			r.Leaf, _ = l.Encode()
			r.LeafHash = l.Hash()
		}},
		{name: "a newer checkpoint of the log", code: NotWritten, bundle: func(w *world, b *Bundle, r *evidencelog.Receipt) {
			w.append(1)
			_, r.Checkpoint = w.log.Checkpoint()
		}},
		{name: "another record's fields", code: OtherField, bundle: func(w *world, b *Bundle, r *evidencelog.Receipt) { b.Fields = disclosed("c", 0) }},
		{name: "a field that was altered", code: OtherField, bundle: func(w *world, b *Bundle, r *evidencelog.Receipt) {
			b.Fields = disclosed("d", 0)
			b.Fields.Openings[0].Value = []byte("600000.00")
		}},
		{name: "a confirmation that is an earlier block", code: NotConfirming, bundle: func(w *world, b *Bundle, r *evidencelog.Receipt) {
			b.Confirms[0].Number = b.Anchor.Number
		}},
		{name: "a confirmation that read another version", code: NotConfirming, bundle: func(w *world, b *Bundle, r *evidencelog.Receipt) {
			w.confirm(2, *r.Anchor, 2)
			require.NoError(w, w.source.add(w.Context(), b, &b.Confirms[0], w.Blocks[len(w.Blocks)-1]))
		}},
		{name: "a confirmation that no authority endorsed", code: NotEndorsed, bundle: func(w *world, b *Bundle, r *evidencelog.Receipt) {
			x := w.Tx("BankAMSP").Read(audittest.HeadKey(bankLog), audittest.Version(r.Anchor.Block, 1))
			x.Endorsers = nil
			w.Cut(w.Envelope(x))
			require.NoError(w, w.source.add(w.Context(), b, &b.Confirms[0], w.Blocks[len(w.Blocks)-1]))
		}},
		{name: "a confirmation in an unsigned block", code: NotOrdered, bundle: func(w *world, b *Bundle, r *evidencelog.Receipt) {
			b.Confirms[0].Signatures[0].Signature[9] ^= 1
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, 0)
			trust := w.trust()
			w.append(5)
			if c.world != nil {
				c.world(w)
			}
			_, note := w.log.Checkpoint()
			x := w.Tx("BankAMSP").Anchor(bankLog, 1, note)
			if c.tx != nil {
				c.tx(w, x)
			}
			a := evidencelog.Anchor{Channel: audittest.Channel, TxID: x.ID(), Block: w.Cut(w.Envelope(w.Tx("CommissionMSP")), w.Envelope(x), w.Envelope(w.Tx("AuditMSP")))}
			require.NoError(t, w.log.Anchored(note, a))
			w.confirm(1, a, 1)
			b := &Bundle{Receipt: w.prove(3), Confirms: make([]Block, 1)}
			require.NoError(t, w.source.add(t.Context(), b, &b.Anchor, w.Blocks[a.Block]))
			require.NoError(t, w.source.add(t.Context(), b, &b.Confirms[0], w.Blocks[a.Block+1]))
			if c.bundle != nil {
				_, err := trust.Verify(b)
				require.NoError(t, err, "true before")
				c.bundle(w, b, &b.Receipt)
			}
			_, err := trust.Verify(b)
			refusedAs(t, c.code, err)
		})
	}
}

// Of seven ordering organizations five must have signed.
func TestQuorum(t *testing.T) {
	for n, want := range map[int]int{1: 1, 2: 2, 3: 2, 4: 3, 5: 4, 6: 4, 7: 5, 10: 7} {
		require.Equal(t, want, quorum(n), "%d organizations", n)
	}
	w := newWorld(t, 3)
	w.Skip = 2
	trust, b := w.bundle()
	require.Equal(t, 5, trust.Quorum())
	require.Len(t, b.Anchor.Signatures, 5)
	w.Skip = 3
	_, _, err := func() (*Bundle, *Verdict, error) {
		a, _ := w.anchor(3)
		r := w.prove(3)
		r.Anchor = &a
		return w.source.Bundle(t.Context(), r)
	}()
	refusedAs(t, NotOrdered, err)
}

func TestTrustFileIsStrict(t *testing.T) {
	w := newWorld(t, 0)
	var file bytes.Buffer
	require.NoError(t, w.trust().Write(&file))
	good := file.String()
	_, err := ReadTrust(bytes.NewReader(file.Bytes()))
	require.NoError(t, err)
	for _, c := range [][2]string{
		{`"qxl-trust/1"`, `"qxl-trust/2"`}, {`"channel": "credit"`, `"channel": ""`}, {`"party": "F"`, `"party": "P"`}, {`"orders": true`, `"orders": false`},
		{`"BankAMSP"`, `"ZMSP"`}, {`"format"`, `"formats"`}, {"BEGIN CERTIFICATE", "BEGIN CERT"}, {"\n}\n", "\n}\n{}"},
	} {
		bad := bytes.ReplaceAll([]byte(good), []byte(c[0]), []byte(c[1]))
		require.NotEqual(t, good, string(bad), c[0])
		_, err := ReadTrust(bytes.NewReader(bad))
		require.True(t, failed(err), "%s: %v", c[1], err)
	}
	o := w.trust().organization("FinanceMSP")
	require.Equal(t, []string{hexSHA(w.Of("FinanceMSP").Cert.Raw)}, o.Fingerprints())
}

func hexSHA(b []byte) string {
	s := sha256.Sum256(b)
	return evidencelog.Hash(s).String()
}
