package surface

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
)

// Chaincodes of the definitions.
const (
	Book    = "book"    // deployed once per bank, as book-<bank>
	Commons = "commons" // deployed once, under this name
)

// Surface is the whole of it, sorted by name.
type Surface struct {
	Lanes    []Lane    `json:"lanes"`
	Commands []Command `json:"commands"`
	Queries  []Query   `json:"queries"`
	Reasons  []Reason  `json:"reasons"`
}

// Lane is the way a transaction takes.
type Lane struct {
	Name      string `json:"name"`
	Chaincode string `json:"chaincode"`
	// Endorsers are the smallest sets of parties that may endorse it, the one
	// to prefer first: B is the book's bank, C, P and F are the authorities.
	Endorsers [][]string `json:"endorsers"`
}

// Command is a command by its name, such as "loan.Repay".
type Command struct {
	Name      string      `json:"name"`
	Zh        string      `json:"zh"`
	En        string      `json:"en"`
	Chaincode string      `json:"chaincode"`
	Lane      string      `json:"lane"`
	Refs      []Reference `json:"refs,omitempty"`
}

// Reference is a field of a command's content that names an aggregate by
// opaque ID and natural key, {"id": …, "no": …}.
type Reference struct {
	Field string `json:"field"`
	Kind  string `json:"kind"`            // asked with the query "locate.<kind>"
	Birth bool   `json:"birth,omitempty"` // the command brings it into being: its ID is drawn
}

// Query is a query by its name, such as "loan.Show".
type Query struct {
	Name      string `json:"name"`
	Zh        string `json:"zh"`
	En        string `json:"en"`
	Chaincode string `json:"chaincode"`
}

// Reason is a stable code of a refusal and its sentences.
type Reason struct {
	Code   string `json:"code"`
	Zh     string `json:"zh"`
	En     string `json:"en"`
	Source string `json:"source,omitempty"` // law, standard or article
}

//go:embed surface.json
var file []byte

var known = func() (s Surface) {
	if err := json.Unmarshal(file, &s); err != nil {
		panic("client/fabsdk/surface/surface.json: " + err.Error()) // committed and tested
	}
	return s
}()

// KindOf is the chaincode that a name is a deployment of: "book-banka" is a
// book.
func KindOf(deployed string) string {
	if deployed == Commons {
		return Commons
	}
	if strings.HasPrefix(deployed, Book+"-") {
		return Book
	}
	return ""
}

// FindCommand finds a command of a deployed chaincode.
func FindCommand(deployed, name string) (Command, bool) {
	kind := KindOf(deployed)
	i := slices.IndexFunc(known.Commands, func(c Command) bool { return c.Chaincode == kind && c.Name == name })
	if i < 0 {
		return Command{}, false
	}
	return known.Commands[i], true
}

// Commands lists the names of a deployed chaincode's commands.
func Commands(deployed string) []string {
	var names []string
	for _, c := range known.Commands {
		if c.Chaincode == KindOf(deployed) {
			names = append(names, c.Name)
		}
	}
	return names
}

// FindQuery finds a query of a deployed chaincode.
func FindQuery(deployed, name string) (Query, bool) {
	kind := KindOf(deployed)
	i := slices.IndexFunc(known.Queries, func(q Query) bool { return q.Chaincode == kind && q.Name == name })
	if i < 0 {
		return Query{}, false
	}
	return known.Queries[i], true
}

// FindLane finds a lane of a deployed chaincode.
func FindLane(deployed, name string) (Lane, bool) {
	kind := KindOf(deployed)
	i := slices.IndexFunc(known.Lanes, func(l Lane) bool { return l.Chaincode == kind && l.Name == name })
	if i < 0 {
		return Lane{}, false
	}
	return known.Lanes[i], true
}

// Lanes lists the names of a deployed chaincode's lanes.
func Lanes(deployed string) []string {
	var names []string
	for _, l := range known.Lanes {
		if l.Chaincode == KindOf(deployed) {
			names = append(names, l.Name)
		}
	}
	return names
}

// FindReason finds the sentences of a refusal by its code.
func FindReason(code string) (Reason, bool) {
	i := slices.IndexFunc(known.Reasons, func(r Reason) bool { return r.Code == code })
	if i < 0 {
		return Reason{}, false
	}
	return known.Reasons[i], true
}
