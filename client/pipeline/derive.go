package pipeline

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// ItemOf makes an item of a command's definition and its content, a pointer:
// what the command wants to read says which references there are. What the
// lane may write is taken to be written.
func ItemOf(def command.Definition, content any) (Item, error) {
	spec := def.Describe()
	item := Item{Lane: spec.Lane.Name, Command: spec.Name, Content: content}
	v := reflect.ValueOf(content)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return item, fmt.Errorf("%s: content is %T, not a pointer to its content", spec.Name, content)
	}
	// Each reference gets an ID of its own while the definition is asked, so
	// that what it wants can be traced to its place in the content.
	places := map[ledgerstate.ID]*ledgerstate.Ref{}
	given := map[*ledgerstate.Ref]ledgerstate.ID{}
	walk(v, func(r *ledgerstate.Ref) {
		if r.No == "" {
			return
		}
		probe := ledgerstate.ID{Page: "probe" + strconv.Itoa(len(places))}
		places[probe], given[r] = r, r.ID
		r.ID = probe
	})
	wants := command.Wants(def, content)
	for r, id := range given {
		r.ID = id
	}
	taken := map[*ledgerstate.Ref]bool{}
	for i, w := range wants {
		at := places[w.Ref.ID]
		if taken[at] {
			// It has the ID of an aggregate named before, as the acceptance
			// of an application has its loan's: it moves with that one.
			continue
		}
		if at == nil {
			if w.Ref.No == "" {
				continue // an optional reference that is not given
			}
			fixed := w.Ref // one that the command itself knows
			at = &fixed
		}
		taken[at] = true
		item.Refs = append(item.Refs, Ref{
			Kind:  Kind{Code: w.Kind.KindCode(), Slots: slotsOf(w.Kind)},
			At:    at,
			Birth: w.Birth,
			Reads: i > 0 && !w.Birth && !writes(spec.Lane, w.Kind.CollectionName()),
		})
	}
	return item, nil
}

// slotsOf reads Slots of a ledgerstate.Kind whatever its state.
func slotsOf(k ledgerstate.Any) int {
	v := reflect.Indirect(reflect.ValueOf(k))
	if v.Kind() == reflect.Struct {
		if f := v.FieldByName("Slots"); f.IsValid() && f.CanInt() {
			return int(f.Int())
		}
	}
	return 0
}

func writes(l command.Lane, collection string) bool {
	if collection == "" {
		return len(l.Collections) == 0
	}
	for _, c := range l.Collections {
		if c.Name == collection {
			return true
		}
	}
	return false
}

var refType = reflect.TypeFor[ledgerstate.Ref]()

// walk visits every reference of a content.
func walk(v reflect.Value, visit func(*ledgerstate.Ref)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), visit)
		}
	case reflect.Struct:
		if v.Type() == refType && v.CanAddr() {
			visit(v.Addr().Interface().(*ledgerstate.Ref))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				walk(v.Field(i), visit)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			walk(v.Index(i), visit)
		}
	}
}
