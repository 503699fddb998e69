package main

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// contentFlags fills a command's content from flags, one for each JSON field
// of the content: the definition is the only description there is. Lists and
// objects are given as JSON.
type contentFlags struct {
	content any  // pointer to the content struct
	command bool // of a command, not of a query
	set     []func() error
	must    []string // flags that have no meaning when left out
	refs    []*refFlag
	lists   []*refList
}

// refList is a list of references: people give natural keys with commas.
type refList struct {
	name string
	text string
	list reflect.Value // the slice in the content
}

// refs makes the references of the list, which are then found like others.
func (l *refList) refs() (refs []*refFlag) {
	if l.text != "" {
		numbers := strings.Split(l.text, ",")
		l.list.Set(reflect.MakeSlice(l.list.Type(), len(numbers), len(numbers)))
		for i, no := range numbers {
			l.list.Index(i).Set(reflect.ValueOf(ledgerstate.Ref{No: strings.TrimSpace(no)}))
		}
	}
	for i := range l.list.Len() {
		to := l.list.Index(i).Addr().Interface().(*ledgerstate.Ref)
		r := &refFlag{name: l.name, no: to.No, to: to, use: func() {}, got: func() *ledgerstate.Ref { return nil }}
		if !to.ID.IsZero() {
			r.id = to.ID.String()
		}
		refs = append(refs, r)
	}
	return refs
}

// refFlag is a reference to another aggregate: people give its natural key,
// the ID is looked up unless given.
type refFlag struct {
	name string
	no   string
	id   string
	to   *ledgerstate.Ref
	use  func()                  // for an optional reference: makes it part of the content
	got  func() *ledgerstate.Ref // what --content gave; nil for nothing
	want ledgerstate.Want
}

var refType = reflect.TypeOf(ledgerstate.Ref{})

func newContentFlags(cmd *cobra.Command, content any, command bool) *contentFlags {
	c := &contentFlags{content: content, command: command}
	c.fields(cmd, reflect.ValueOf(content).Elem())
	return c
}

func (c *contentFlags) fields(cmd *cobra.Command, v reflect.Value) {
	for i := range v.NumField() {
		f, field := v.Type().Field(i), v.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct { // its fields are the content's in JSON too
			c.fields(cmd, field)
			continue
		}
		if name == "" || name == "-" || !f.IsExported() {
			continue
		}
		name = strings.ReplaceAll(name, "_", "-")
		switch {
		case f.Type == refType:
			to := field.Addr().Interface().(*ledgerstate.Ref)
			c.ref(cmd, name, to, func() {}, func() *ledgerstate.Ref { return to })
		case f.Type == reflect.PointerTo(refType):
			to := &ledgerstate.Ref{}
			c.ref(cmd, name, to, func() { field.Set(reflect.ValueOf(to)) }, func() *ledgerstate.Ref { return field.Interface().(*ledgerstate.Ref) })
		case f.Type == reflect.SliceOf(refType):
			l := &refList{name: name, list: field}
			cmd.Flags().StringVar(&l.text, name, "", labelZh(name)+" numbers, with commas")
			c.lists = append(c.lists, l)
		default:
			c.value(cmd, name, field, option == "omitempty")
		}
	}
}

func (c *contentFlags) ref(cmd *cobra.Command, name string, to *ledgerstate.Ref, use func(), got func() *ledgerstate.Ref) {
	r := &refFlag{name: name, to: to, use: use, got: got}
	cmd.Flags().StringVar(&r.no, name, "", strings.TrimSuffix(labelZh(name), "编号")+"编号 number of the "+name)
	cmd.Flags().StringVar(&r.id, name+"-id", "", "内部编号 opaque ID; looked up, or drawn for a new one, if left out")
	c.refs = append(c.refs, r)
}

func (c *contentFlags) value(cmd *cobra.Command, name string, field reflect.Value, optional bool) {
	usage := fieldUsage(field.Type())
	if zh := labels[strings.ReplaceAll(name, "-", "_")]; zh != "" {
		usage = zh + " " + usage
	}
	if !optional && c.command {
		usage += " (needed)"
		switch field.Interface().(type) {
		case calendar.Date, money.Fen, string: // a zero would be taken for a value
			c.must = append(c.must, name)
		}
	}
	text := cmd.Flags().String(name, "", usage)
	c.set = append(c.set, func() error {
		if !cmd.Flags().Changed(name) {
			return nil
		}
		if err := setField(field, *text); err != nil {
			if named := invalid.In(name, err); named != err {
				return named
			}
			if r, ok := refusal.As(err); ok { // a code of one of the ledger's lists
				zh, en := r.Texts()
				return &problem{Exit: exitUsage, Code: r.Code, Field: "--" + name, Limit: r.Limit, Value: *text, Zh: zh, En: en, Hint: "choose one that the limit names"}
			}
			return &problem{Exit: exitUsage, Code: "FLAG_VALUE", Field: "--" + name, Limit: fieldUsage(field.Type()), Value: *text,
				Zh: "参数值无法识别", En: fmt.Sprintf("cannot read --%s: %v", name, err), Hint: "see --help for the form"}
		}
		return nil
	})
}

func fieldUsage(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch name := t.String(); name {
	case "money.Fen":
		return "yuan with two decimals 元"
	case "money.Rate":
		return "percent a year 年利率%"
	case "calendar.Date":
		return "YYYY-MM-DD"
	case "ledgerstate.ID":
		return "opaque ID"
	case "authorization.Hash":
		return "SHA-256, 64 hex digits"
	}
	switch t.Kind() {
	case reflect.Slice:
		if t.Elem().Kind() == reflect.String {
			return "list, with commas"
		}
		return "JSON"
	case reflect.Struct, reflect.Map:
		return "JSON"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "number"
	}
	return "text"
}

// setField reads a flag's text into a field of the content.
func setField(field reflect.Value, text string) error {
	if u, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch field.Kind() {
	case reflect.Pointer:
		to := reflect.New(field.Type().Elem())
		field.Set(to)
		return setField(to.Elem(), text)
	case reflect.String:
		field.SetString(text)
		return nil
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		field.SetBool(b)
		return err
	case reflect.Slice:
		if field.Type().Elem().Kind() == reflect.String && !strings.HasPrefix(text, "[") {
			list := strings.Split(text, ",")
			field.Set(reflect.MakeSlice(field.Type(), len(list), len(list))) // of a named type of string, perhaps
			for i, x := range list {
				field.Index(i).SetString(strings.TrimSpace(x))
			}
			return nil
		}
	}
	return json.Unmarshal([]byte(text), field.Addr().Interface())
}

// needed refuses a command line that leaves out what the command needs.
func (c *contentFlags) needed(cmd *cobra.Command) error {
	for _, name := range c.must {
		if !cmd.Flags().Changed(name) {
			return &problem{Exit: exitUsage, Code: "FLAG_MISSING", Field: "--" + name, Zh: "缺少" + labelZh(name), En: "a required flag is missing", Hint: "see " + cmd.CommandPath() + " --help"}
		}
	}
	return nil
}

// read fills the content. References get a mark of their own, by which the
// definition tells what each refers to.
func (c *contentFlags) read(def command.Definition) error {
	for _, set := range c.set {
		if err := set(); err != nil {
			return err
		}
	}
	for _, l := range c.lists {
		c.refs = append(c.refs, l.refs()...)
	}
	for i, r := range c.refs {
		if from := r.got(); from != nil { // flags win over the file
			if r.no == "" {
				r.no = from.No
			}
			if r.id == "" {
				r.id = from.ID.String()
			}
		}
		if r.no == "" && r.id == "" {
			continue
		}
		r.use()
		*r.to = ledgerstate.Ref{ID: ledgerstate.ID{Page: "mark" + strconv.Itoa(i)}, No: r.no}
	}
	for _, w := range command.Wants(def, c.content) {
		for _, r := range c.refs {
			if !r.to.ID.IsZero() && r.to.ID == w.Ref.ID && r.want.Kind == nil {
				r.want = w
			}
		}
	}
	for _, r := range c.refs {
		r.to.ID = ledgerstate.ID{}
		if r.id == "" {
			continue
		}
		id, err := ledgerstate.ParseID(r.id)
		if err != nil {
			return &problem{Exit: exitUsage, Code: "ID_FORM", Field: "--" + r.name + "-id", Value: r.id, Zh: "内部编号格式不符", En: err.Error()}
		}
		r.to.ID = id
	}
	return nil
}
