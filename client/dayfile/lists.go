package dayfile

import (
	"fmt"
	"strconv"
)

// parallel is one field of every element of a list, as a column holds it: the
// values of all elements in one cell. Several columns fill the fields of one
// list and must have as many values.
type parallel interface {
	length() int
	grow(n int)
	field(i int) any // place of the i-th element's value
	sample() any     // place of a value of that type
}

type parallelOf[T any] struct {
	to *[]T
	at func(*T) any
}

// list makes the place of a column that holds a field of the elements of to.
func list[T any](to *[]T, at func(*T) any) any { return parallelOf[T]{to, at} }

func (p parallelOf[T]) length() int     { return len(*p.to) }
func (p parallelOf[T]) grow(n int)      { *p.to = make([]T, n) }
func (p parallelOf[T]) field(i int) any { return p.at(&(*p.to)[i]) }
func (p parallelOf[T]) sample() any     { return p.at(new(T)) }

// setParallel reads a cell's values into a list's elements.
func (c *Column) setParallel(p parallel, cell string) error {
	parts, err := c.parts(cell)
	if err != nil {
		return err
	}
	switch n := p.length(); {
	case n == 0:
		p.grow(len(parts))
	case n != len(parts):
		return &Problem{Code: "LIST_LENGTH", Limit: strconv.Itoa(n) + " values, as in the columns before", Value: strconv.Itoa(len(parts)) + " values",
			Zh: "各栏的项数不一致", En: "the columns of one list do not have the same number of values", Hint: "give one value for each, joined by " + listSeparator}
	}
	for i, part := range parts {
		if part, err = c.term(part); err == nil {
			err = c.set(p.field(i), part)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// formatParallel writes them; nothing where an optional column says nothing.
func (c *Column) formatParallel(p parallel) []string {
	cells := make([]string, p.length())
	said := !c.Optional
	for i := range cells {
		one := Column{Header: c.Header, Terms: c.Terms, at: func(any) any { return p.field(i) }}
		cells[i] = one.format(nil)
		zero := Column{at: func(any) any { return p.sample() }}
		said = said || cells[i] != zero.format(nil)
	}
	if !said {
		return nil
	}
	return cells
}

// formOfList says how a list of such values is written.
func formOfList(p parallel) (zh, en string) {
	one := Column{at: func(any) any { return p.sample() }, owner: func() any { return nil }, Max: defaultMax}
	zh, en = one.Form()
	return fmt.Sprintf("一个或多个,以分号 ; 相连: %s", zh), fmt.Sprintf("one or more, joined by ;: %s", en)
}
