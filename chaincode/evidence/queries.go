package evidence

import (
	"encoding/hex"
	"sort"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Queries of the room. All of it is public.
var Queries = []command.QueryDefinition{ShowLog, Logs, ShowCheckpoint, Checkpoints, Keys, Digest}

func query(name, zh, en string) command.QuerySpec {
	return command.QuerySpec{Name: name, Zh: zh, En: en, Access: consortium.Everyone, Chaincode: command.Commons}
}

// LogQuery names a log by its origin.
type LogQuery struct {
	Origin string `json:"origin"`
}

// LogSheet is a log as everybody sees it.
type LogSheet struct {
	Origin   string `json:"origin"`
	Owner    string `json:"owner"`
	Key      string `json:"key,omitempty"` // the live one; none after it was revoked
	Sequence uint64 `json:"sequence"`      // of the last anchor; 0 before the first
	Size     uint64 `json:"size"`
	Root     []byte `json:"root"`
	Note     string `json:"note,omitempty"` // the checkpoint anchored last
	TxID     string `json:"tx,omitempty"`   // by which transaction
}

// ShowLog 存证日志: where a log's anchors stand.
var ShowLog = command.Query[LogQuery, *LogSheet]{
	QuerySpec: query("evidence.Log", "存证日志", "where a log's anchors stand"),
	Answer: func(ctx *command.Context, q LogQuery) (*LogSheet, error) {
		msp, ok := OwnerOfLog(q.Origin)
		if !ok {
			return nil, OriginForm.At("origin", Origin("MSP", 1), q.Origin)
		}
		o, _, err := organization(ctx.View, msp)
		if err != nil {
			return nil, err
		}
		ring, found := o.Ring(q.Origin)
		if !found {
			return nil, NoLog.At("origin", nil, q.Origin)
		}
		return sheet(ctx.View, msp, ring)
	},
}

func sheet(v *ledgerstate.View, msp string, r Keyring) (*LogSheet, error) {
	h, _, err := head(v, r.Name)
	if err != nil {
		return nil, err
	}
	s := &LogSheet{Origin: r.Name, Owner: msp, Sequence: h.Sequence, Size: h.Size, Root: h.Root}
	if k, ok := r.Live(); ok {
		s.Key = k.Verifier
	}
	if h.Sequence > 0 {
		cp, err := anchored(v, r.Name, h.Sequence)
		if err != nil {
			return nil, err
		}
		s.Note, s.TxID = cp.Note, hex.EncodeToString(cp.TxID)
	}
	return s, nil
}

// anchored is what an anchor left.
func anchored(v *ledgerstate.View, origin string, sequence uint64) (Anchored, error) {
	r, err := checkpoint(v, origin, sequence)
	if err != nil {
		return Anchored{}, err
	}
	return r.State, nil
}

func checkpoint(v *ledgerstate.View, origin string, sequence uint64) (*ledgerstate.Record[Anchored], error) {
	ref := CheckpointRef(origin, sequence)
	r, err := CheckpointKind.At(v, ref.ID)
	if err == nil && (r == nil || r.Natural != ref.No) {
		err = NoCheckpoint.At("sequence", nil, sequence)
	}
	return r, err
}

// LogsQuery asks for the logs of one organization, or of all.
type LogsQuery struct {
	Owner string `json:"owner,omitempty"` // MSP
}

// LogsAnswer lists logs by owner and registration.
type LogsAnswer struct {
	Logs []*LogSheet `json:"logs"`
}

// Logs 存证日志一览.
var Logs = command.Query[LogsQuery, LogsAnswer]{
	QuerySpec: query("evidence.Logs", "存证日志一览", "the logs of all organizations, or of one"),
	Answer: func(ctx *command.Context, q LogsQuery) (LogsAnswer, error) {
		a := LogsAnswer{Logs: []*LogSheet{}}
		err := organizations(ctx, q.Owner, func(msp string, r *ledgerstate.Record[Organization]) error {
			for _, ring := range r.State.Names {
				if _, log := OwnerOfLog(ring.Name); !log {
					continue
				}
				s, err := sheet(ctx.View, msp, ring)
				if err != nil {
					return err
				}
				a.Logs = append(a.Logs, s)
			}
			return nil
		})
		return a, err
	},
}

// organizations visits the members that registered anything, by MSP.
func organizations(ctx *command.Context, only string, visit func(msp string, r *ledgerstate.Record[Organization]) error) error {
	for _, m := range consortium.Of(ctx).Members {
		if only != "" && m.MSP != only {
			continue
		}
		r, err := OrganizationKind.At(ctx.View, OrganizationRef(m.MSP).ID)
		if err == nil && r != nil {
			err = visit(m.MSP, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// CheckpointQuery asks for one anchored checkpoint of a log: by sequence, or
// the first of a size, or the first that covers an entry. With none of them,
// the last one.
type CheckpointQuery struct {
	Origin   string  `json:"origin"`
	Sequence uint64  `json:"sequence,omitempty"`
	Size     *uint64 `json:"size,omitempty"`
	Covers   *uint64 `json:"covers,omitempty"` // seq of an entry, from 0
}

// CheckpointSheet is an anchored checkpoint with its cosignatures.
type CheckpointSheet struct {
	Origin       string        `json:"origin"`
	Sequence     uint64        `json:"sequence"`
	Size         uint64        `json:"size"`
	Root         []byte        `json:"root"`
	Note         string        `json:"note"`     // as the log signed it
	Cosigned     string        `json:"cosigned"` // with the cosignatures' lines, by MSP
	TxID         string        `json:"tx"`       // the transaction that anchored it
	Date         calendar.Date `json:"date"`     // its business date
	Number       string        `json:"number"`   // its business number
	Cosignatures []Cosignature `json:"cosignatures"`
}

// Cosignature is a witness's.
type Cosignature struct {
	Witness string `json:"witness"` // MSP
	Line    string `json:"line"`
}

// ShowCheckpoint 检查点.
var ShowCheckpoint = command.Query[CheckpointQuery, *CheckpointSheet]{
	QuerySpec: query("evidence.Checkpoint", "检查点", "an anchored checkpoint with its cosignatures: by sequence, size or the entry that it covers"),
	Answer: func(ctx *command.Context, q CheckpointQuery) (*CheckpointSheet, error) {
		h, found, err := head(ctx.View, q.Origin)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, NoLog.At("origin", nil, q.Origin)
		}
		field, sequence := "sequence", q.Sequence
		switch {
		case sequence != 0:
		case q.Size != nil:
			field = "size"
			sequence, err = first(ctx.View, q.Origin, h, *q.Size)
		case q.Covers != nil:
			field = "covers"
			if *q.Covers < h.Size { // so that one more is no overflow
				sequence, err = first(ctx.View, q.Origin, h, *q.Covers+1)
			}
		default:
			sequence = h.Sequence
		}
		if err != nil {
			return nil, err
		}
		if sequence < 1 || sequence > h.Sequence {
			return nil, NoCheckpoint.At(field, h.Tree, nil)
		}
		s, err := checkpointSheet(ctx, q.Origin, sequence)
		if err == nil && field == "size" && s.Size != *q.Size {
			return nil, NoCheckpoint.At(field, h.Tree, *q.Size)
		}
		return s, err
	},
}

// first is the sequence of the first anchor of at least a size; 0 if there is
// none. Sizes never fall and sequences have no gap, so twenty reads find it
// among a million.
func first(v *ledgerstate.View, origin string, h Head, size uint64) (uint64, error) {
	if size > h.Size || h.Sequence == 0 {
		return 0, nil
	}
	var failed error
	n := sort.Search(int(h.Sequence)-1, func(i int) bool {
		a, err := anchored(v, origin, uint64(i)+1)
		if err != nil {
			failed = err
			return true
		}
		cp, err := ParseCheckpoint(a.Note)
		if err != nil {
			failed = err
		}
		return cp.Size >= size
	})
	return uint64(n) + 1, failed
}

func checkpointSheet(ctx *command.Context, origin string, sequence uint64) (*CheckpointSheet, error) {
	r, err := checkpoint(ctx.View, origin, sequence)
	if err != nil {
		return nil, err
	}
	cp, err := ParseCheckpoint(r.State.Note)
	if err != nil {
		return nil, err
	}
	s := &CheckpointSheet{Origin: origin, Sequence: sequence, Size: cp.Size, Root: cp.Root, Note: r.State.Note, Cosigned: r.State.Note,
		TxID: hex.EncodeToString(r.State.TxID), Date: r.Log[0].Date, Number: r.Log[0].Number, Cosignatures: []Cosignature{}}
	for _, m := range consortium.Of(ctx).Members {
		ref := CosignatureRef(origin, sequence, m.MSP)
		c, err := CosignatureKind.At(ctx.View, ref.ID)
		if err != nil {
			return nil, err
		}
		if c != nil && c.Natural == ref.No {
			s.Cosignatures = append(s.Cosignatures, Cosignature{m.MSP, c.State.Line})
			s.Cosigned += c.State.Line
		}
	}
	return s, nil
}

// CheckpointsQuery asks for a log's anchors in order.
type CheckpointsQuery struct {
	Origin string `json:"origin"`
	After  uint64 `json:"after,omitempty"` // sequence to go on from
	Limit  int    `json:"limit,omitempty"` // 1 to 500; default 100
}

// CheckpointsAnswer is a part of a log's anchors.
type CheckpointsAnswer struct {
	Checkpoints []*CheckpointSheet `json:"checkpoints"`
	Next        uint64             `json:"next,omitempty"` // give it back as after; 0 at the end
}

// Checkpoints 检查点一览: for auditors, from the first to the last.
var Checkpoints = command.Query[CheckpointsQuery, CheckpointsAnswer]{
	QuerySpec: query("evidence.Checkpoints", "检查点一览", "a log's anchored checkpoints in order"),
	Answer: func(ctx *command.Context, q CheckpointsQuery) (CheckpointsAnswer, error) {
		a := CheckpointsAnswer{Checkpoints: []*CheckpointSheet{}}
		h, found, err := head(ctx.View, q.Origin)
		if err != nil {
			return a, err
		}
		if !found {
			return a, NoLog.At("origin", nil, q.Origin)
		}
		if q.Limit < 1 || q.Limit > 500 {
			q.Limit = 100
		}
		for n := q.After; n < h.Sequence; {
			n++
			s, err := checkpointSheet(ctx, q.Origin, n)
			if err != nil {
				return a, err
			}
			if a.Checkpoints = append(a.Checkpoints, s); len(a.Checkpoints) == q.Limit && n < h.Sequence {
				a.Next = n
				break
			}
		}
		return a, nil
	},
}

// KeysQuery asks for the keys of one organization, or of all.
type KeysQuery struct {
	Owner string `json:"owner,omitempty"` // MSP
}

// KeysAnswer lists every key that was ever registered.
type KeysAnswer struct {
	Organizations []OrganizationKeys `json:"organizations"` // by MSP
}

// OrganizationKeys are an organization's.
type OrganizationKeys struct {
	MSP string `json:"msp"`
	Organization
}

// Keys 密钥: what signatures of logs and witnesses are verified with, from
// which size to which.
var Keys = command.Query[KeysQuery, KeysAnswer]{
	QuerySpec: query("evidence.Keys", "日志与见证密钥", "the keys of logs and witnesses, live, retired and revoked"),
	Answer: func(ctx *command.Context, q KeysQuery) (KeysAnswer, error) {
		a := KeysAnswer{Organizations: []OrganizationKeys{}}
		err := organizations(ctx, q.Owner, func(msp string, r *ledgerstate.Record[Organization]) error {
			a.Organizations = append(a.Organizations, OrganizationKeys{msp, r.State})
			return nil
		})
		return a, err
	},
}

// Digest is the room's part of the state digest.
var Digest = command.Query[command.ExportQuery, command.ExportAnswer]{
	QuerySpec: query("digest.evidence", "状态摘要:存证日志与密钥", "state digest of logs and keys"),
	Answer: func(ctx *command.Context, _ command.ExportQuery) (command.ExportAnswer, error) {
		a := command.ExportAnswer{Aggregates: []command.AggregateDigest{}}
		err := organizations(ctx, "", func(msp string, r *ledgerstate.Record[Organization]) error {
			d, err := command.DigestOf(ctx.View, OrganizationKind, OrganizationRef(msp).ID, r)
			a.Aggregates = append(a.Aggregates, command.AggregateDigest{Natural: r.Natural, Digest: d})
			return err
		})
		return a, err
	},
}
