package pipeline

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// ItemOf makes an item of a command's definition and its content, a pointer:
// what the command wants to read says which references there are. It is taken
// to write the aggregate it acts on and those it brings into being, as the
// rooms' commands do; one that writes another one too costs a transaction
// that is found invalid now and then, and repeated.
func ItemOf(def command.Definition, content any) (Item, error) {
	spec := def.Describe()
	item := Item{Lane: spec.Lane.Name, Command: spec.Name, Content: content}
	v := reflect.ValueOf(content)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return item, fmt.Errorf("%s: content is %T, not a pointer to its content", spec.Name, content)
	}
	// References without an ID get one of their own while the definition is
	// asked, so that what it wants can be traced to its place in the content.
	// Asked twice with other IDs, it shows what it derives from them.
	wants, places := probe(def, v, "probea")
	others, _ := probe(def, v, "probeb")
	if len(wants) != len(others) {
		return item, fmt.Errorf("%s: what the command reads depends on opaque IDs", spec.Name)
	}
	for i, w := range wants {
		if w.Ref.No == "" || w.Ref.No != others[i].Ref.No {
			continue // an optional reference that is not given, or one named by an ID that is not known yet
		}
		r := Ref{Kind: Kind{Code: w.Kind.KindCode(), Slots: slotsOf(w.Kind), Tail: w.Kind.SharedTail()}, Birth: w.Birth, Reads: i > 0 && !w.Birth}
		place := places[w.Ref.ID]
		switch {
		case place != nil && place.No == w.Ref.No && !second(item.Refs, place):
			r.At = place
		case place != nil: // another aggregate under the same ID
			r.At, r.With = &ledgerstate.Ref{No: w.Ref.No}, place
		case w.Ref.ID != others[i].Ref.ID: // derived from an ID that is not known yet
			continue
		default: // one that the command itself knows
			r.At = &ledgerstate.Ref{ID: w.Ref.ID, No: w.Ref.No}
		}
		item.Refs = append(item.Refs, r)
	}
	return item, nil
}

// second reports whether a place in the content is an earlier reference's
// already.
func second(earlier []Ref, place *ledgerstate.Ref) bool {
	for _, r := range earlier {
		if r.At == place {
			return true
		}
	}
	return false
}

// probe asks a definition what it wants while every reference of the content
// has an ID: its own, or one made of prefix. places are the references by ID.
func probe(def command.Definition, content reflect.Value, prefix string) (wants []ledgerstate.Want, places map[ledgerstate.ID]*ledgerstate.Ref) {
	places = map[ledgerstate.ID]*ledgerstate.Ref{}
	var probed []*ledgerstate.Ref
	walk(content, func(r *ledgerstate.Ref) {
		switch {
		case r.No == "":
			return
		case r.ID.IsZero():
			r.ID = ledgerstate.ID{Page: prefix + strconv.Itoa(len(probed))}
			probed = append(probed, r)
		}
		places[r.ID] = r
	})
	wants = command.Wants(def, content.Interface())
	for _, r := range probed {
		r.ID = ledgerstate.ID{}
	}
	return wants, places
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
