package testnetwork

import "bytes"

// ThreeBanks is the sample's topology with a third bank.
func ThreeBanks() []byte {
	const audit = "  - name: Audit\n"
	return bytes.Replace(Topology, []byte(audit), []byte(thirdBank+audit), 1)
}

const thirdBank = `  - name: BankC
    party: Bank
    names:
      - {from: 2020-01-01, zh: 丙城市商业银行（示例）, en: Sample City Bank C}
    peers: [{name: peer0}]
    people: *bankers
`
