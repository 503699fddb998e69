package testnetwork

import _ "embed"

// The reference tables as files of the sample; test-network/reference/README.md
// names their sources.

//go:embed reference/lpr.csv
var LPR string

//go:embed reference/holidays.csv
var Holidays string

//go:embed reference/rule-packs.json
var RulePacks string
