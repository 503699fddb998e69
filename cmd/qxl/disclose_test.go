package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/wallet"
)

const digestForm = "5b0f0a6d3d7f4b3b1e0c8f4a9a4f5b5de1c1b6a7f20c94b3d2a8e6f7c5d4b3a2"

// grant gives BankA a grant of a subject, by the operator.
func (d vaultDesk) grant(number, subject, items, providers string) {
	d.t.Helper()
	require.Equal(d.t, "accepted", d.done("authorization", "grant", "--as", "Commission/operator1", "--bank", "BankA", "--date", openDay.String(), "--number", number, "--grant", number,
		"--subject", subject, "--subject-type", "PERSON", "--capacity", "SELF", "--signed", openDay.String(), "--grantee", "BankAMSP", "--purpose", "01", "--items", items, "--mode", "RAW",
		"--from", openDay.String(), "--to", (openDay + 30).String(), "--max-queries", "5", "--contact", "0971-0000000", "--providers", providers, "--no-reprovision", "true",
		"--consents", "PROVISION", "--method", "FACE_SMS", "--form", digestForm, "--signature", digestForm)["outcome"])
}

// owner makes an authority's log and vault with one record of a subject, and
// anchors it. It gives the file of its receipt.
func (d vaultDesk) owner(org, keeper, subject, schema string, content []byte) string {
	d.t.Helper()
	d.done("log", "init", "--org", org)
	d.done("log", "register", "--as", org+"/approver1")
	d.done("vault", "init", "--org", org)
	paper, receipt := d.file(org+".pdf"), d.file(org+".receipt")
	require.NoError(d.t, os.WriteFile(paper, content, 0o600))
	d.done("vault", "put", paper, "--org", org, "--subject", subject, "--schema", schema, "--name", "../../报告.pdf", "--field", "amount=500000.00", "--field", "overdue=0", "--field", "phone=13900000000", "--receipt", receipt)
	d.done("log", "anchor", "--as", keeper)
	return receipt
}

// list gives one field of each document of a list.
func list(document map[string]any, name, field string) []string {
	out := []string{}
	for _, x := range document[name].([]any) {
		out = append(out, x.(map[string]any)[field].(string))
	}
	return out
}

// TestDisclosureAtTheDesk goes the way of a bank's officer, of the central
// bank that keeps the record, and of the subject who looks at it.
func TestDisclosureAtTheDesk(t *testing.T) {
	d := vaultDesk{t, t.TempDir()}
	d.done("people")
	const self = "Subject/s01-book-banka"
	p, err := wallet.Read(filepath.Join(d.state, embeddedEngine), self)
	require.NoError(t, err)
	who := p.Attrs[wallet.AttrPseudonym]
	content := bytes.Repeat([]byte("个人信用报告"), 60_000)
	receipt := d.owner("CentralBank", "CentralBank/officer1", "632521196001010014", "loan/1", content)
	subjects := d.file("subjects.csv")
	require.NoError(t, os.WriteFile(subjects, []byte("book-banka,"+who+",632521196001010014\n"), 0o600))
	d.grant("SQ-1", who, "LOAN", "CentralBankMSP")
	ask := func(out string, more ...string) []string {
		return append([]string{"disclose", "ask", "--as", "BankA/officer1", "--grant", "SQ-1", "--why", "SQ2024030001", "--record", receipt, "--subjects", subjects, "-o", d.file(out)}, more...)
	}

	// The whole record.
	got := d.done(ask("whole")...)
	require.Equal(t, "RECEIVED", got["status"])
	record := got["records"].([]any)[0].(map[string]any)
	require.Equal(t, true, record["anchored"])
	require.Equal(t, d.file("whole"), filepath.Dir(record["file"].(string)), "an owner's file name leads nowhere else")
	plain, err := os.ReadFile(record["file"].(string))
	require.NoError(t, err)
	require.Equal(t, content, plain)
	left, err := filepath.Glob(d.file("whole/.qxl-*"))
	require.NoError(t, err)
	require.Empty(t, left)

	// Two fields; the third stays closed.
	got = d.done(ask("fields", "--field", "overdue", "--field", "amount")...)
	proof := got["records"].([]any)[0].(map[string]any)["file"].(string)
	raw, err := os.ReadFile(proof)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "phone")
	require.Equal(t, "ANCHORED", d.done("disclose", "verify", proof, "--as", "BankB/officer1")["verdict"])
	require.Equal(t, "LEAF", d.done("disclose", "verify", proof, "--leaf", record["leaf"].(string))["verdict"])
	d.fails(exitRefused, "FIELDS_OTHER_LEAF", "disclose", "verify", proof, "--leaf", digestForm)
	d.fails(exitUsage, "FLAG_MISSING", "disclose", "verify", proof)
	var document map[string]any
	require.NoError(t, json.Unmarshal(raw, &document))
	altered := d.file("altered.json")
	require.NoError(t, os.WriteFile(altered, bytes.Replace(raw, []byte("NTAwMDAwLjAw"), []byte("OTAwMDAwLjAw"), 1), 0o600))
	d.fails(exitRefused, "FIELDS_OTHER", "disclose", "verify", altered, "--leaf", record["leaf"].(string))
	require.NoError(t, os.WriteFile(altered, append(raw, ' '), 0o600))
	d.fails(exitUsage, "FIELDS_FORMAT", "disclose", "verify", altered, "--leaf", record["leaf"].(string))
	// The owner itself makes the very same proof.
	d.done("disclose", "fields", receipt, "--org", "CentralBank", "--field", "amount", "--field", "overdue", "-o", d.file("own.json"))
	require.Equal(t, "ANCHORED", d.done("disclose", "verify", d.file("own.json"), "--as", "Audit/auditor1")["verdict"])

	// What is refused, by the ledger and by the owner's node.
	d.fails(exitRefused, "AUTHORIZATION_PURPOSE", ask("no1", "--purpose", "03")...)
	d.fails(exitRefused, "DISCLOSURE_NO_FIELD", ask("no2", "--field", "salary")...)
	d.fails(exitRefused, "AUTHORIZATION_MISSING", ask("no3", "--grant", "SQ-2")...)
	d.fails(exitRefused, "AUTHORIZATION_MISSING", ask("no4", "--grant", "SQ-2", "--subject", who, "--purpose", "01")...)
	d.fails(exitRefused, "DISCLOSURE_OTHER_SUBJECT", "disclose", "ask", "--as", "BankA/officer1", "--grant", "SQ-1", "--why", "SQ2024030001", "--record", receipt, "-o", d.file("no5"))
	d.fails(exitUsage, "DISCLOSE_ENGINE", "disclose", "serve", "--as", "CentralBank/officer1")
	d.fails(exitUsage, "RECORD_NAME", "disclose", "ask", "--as", "BankA/officer1", "--grant", "SQ-1", "--why", "x", "--record", "nothing", "-o", d.file("no6"))

	// The subject sees all of it.
	trace := d.done("audit", "subject", "--as", self)
	require.Equal(t, who, trace["subject"])
	times := map[string]int{}
	for _, word := range list(trace, "trace", "what") {
		times[word]++
	}
	require.Equal(t, map[string]int{"granted": 1, "used": 4, "asked": 4, "denied": 2, "refused": 2, "delivered": 2, "received": 2}, times)
	for _, x := range trace["trace"].([]any) {
		step := x.(map[string]any)
		if step["what"] == "asked" || step["what"] == "denied" {
			require.Equal(t, "SQ2024030001", step["why"])
			require.Equal(t, "BankAMSP", step["msp"])
		}
		if step["what"] == "denied" || step["what"] == "refused" {
			require.NotEmpty(t, step["code"])
		}
	}
	require.Equal(t, trace["trace"], d.done("audit", "subject", "--as", "CentralBank/auditor1", "--bank", "BankA", "--subject", who)["trace"])
	require.Empty(t, d.done("audit", "subject", "--as", "Subject/s02-book-banka")["trace"])

	// Revocation stops the next request, and asks for certificates.
	require.Empty(t, d.done("disclose", "owed", "--as", "BankA/officer1")["requests"])
	d.done("authorization", "revoke", "--as", self, "--bank", "BankA", "--date", openDay.String(), "--number", "RV-1", "--grant", "SQ-1", "--subject", who, "--channel", "APP", "--delete", "true")
	d.fails(exitRefused, "AUTHORIZATION_REVOKED", ask("no7")...)
	owed := list(d.done("disclose", "owed", "--as", "BankA/officer1"), "requests", "request")
	require.Len(t, owed, 2)
	certificate := d.file("删除证明.pdf")
	require.NoError(t, os.WriteFile(certificate, []byte("删除证明"), 0o600))
	for _, n := range owed {
		require.Equal(t, "accepted", d.done("disclose", "certify", "--as", "BankA/reviewer1", "--request", n, "--certificate", certificate)["outcome"])
	}
	d.fails(exitRefused, "DISCLOSURE_DELETED", "disclose", "recall", "--as", "CentralBank/officer1", "--bank", "BankA", "--request", owed[0], "--basis", "pipl-47", "--reference", "E-1")
	require.Empty(t, d.done("audit", "subject", "--as", self)["owed"])
	require.Equal(t, "DELETED", d.done("disclose", "show", owed[0], "--as", self)["status"])
	require.Len(t, d.done("disclose", "list", "--as", "CentralBank/officer1", "--bank", "BankA", "--owner", "CentralBankMSP", "--status", "denied")["requests"], 3)
	code, out, errw := d.run("audit", "subject", "--as", self)
	require.Equal(t, exitDone, code, errw)
	require.Contains(t, out, "删除证明 deleted")
}

// The Commission knows from the bank's book whom a pseudonym is: it needs no
// list of its own, and another's record is not handed over.
func TestTheCommissionAsOwner(t *testing.T) {
	d := vaultDesk{t, t.TempDir()}
	d.done("people")
	p, err := wallet.Read(filepath.Join(d.state, embeddedEngine), "Subject/s01-book-banka")
	require.NoError(t, err)
	who := p.Attrs[wallet.AttrPseudonym]
	const number = "632622197905121010"
	facts := `{"from":"2024-01-01","name":"合成才让","region":"632521","industry":"0314"}`
	require.Equal(t, "accepted", d.done("subject", "register", "--as", "Commission/operator1", "--bank", "BankA", "--date", openDay.String(), "--number", "ZT1", "--subject", number, "--subject-id", who,
		"--type", "HERDER", "--id-kind", "RESIDENT_ID", "--facts", facts)["outcome"])
	receipt := d.owner("Commission", "Commission/operator1", number, "grass/1", []byte("草场承包合同"))
	d.grant("SQ-1", who, "GRASS", "CommissionMSP,ProviderMSP")
	ask := []string{"disclose", "ask", "--as", "BankA/officer1", "--grant", "SQ-1", "--why", "SQ2024030001", "--record"}
	d.done(append(ask, receipt, "-o", d.file("mine"))...)
	other, paper := d.file("other.receipt"), d.file("other.pdf")
	require.NoError(t, os.WriteFile(paper, []byte("另一人的"), 0o600))
	d.done("vault", "put", paper, "--org", "Commission", "--subject", "632622197905121032", "--schema", "grass/1", "--receipt", other)
	d.fails(exitRefused, "DISCLOSURE_OTHER_SUBJECT", append(ask, other, "-o", d.file("other"))...)
}
