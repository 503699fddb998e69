package dayfile

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/dayfile/sheet"
)

// WriteSheet writes a day file as a bank's office program would: the same
// rows on one sheet, codes as text, amounts as numbers, dates as dates.
func WriteSheet(t testing.TB, out io.Writer, f *File) {
	t.Helper()
	w, err := sheet.NewWriter(out, "明细")
	require.NoError(t, err)
	var under *Record
	put := func(r *Record, value any) {
		if r != under {
			names := []string{firstCell}
			for i := range r.Columns {
				names = append(names, r.Columns[i].Header)
			}
			require.NoError(t, w.Header(names...))
			under = r
		}
		cells := []any{r.Type}
		for i := range r.Columns {
			cells = append(cells, r.Columns[i].asCell(t, value))
		}
		require.NoError(t, w.Row(cells...))
	}
	put(headRecord, &f.Head)
	require.NoError(t, f.Each(func(l *Line) error { put(l.Record, l.Value); return nil }))
	put(trailerRecord, &f.Trailer)
	require.NoError(t, w.Close())
}

func (c *Column) asCell(t testing.TB, value any) any {
	text := c.format(value)
	if text == "" {
		return nil
	}
	if c.stored() == asText {
		return text
	}
	place := c.at(value)
	if list, ok := place.(parallel); ok { // one value alone as it is, several as text
		if list.length() > 1 {
			return text
		}
		place = list.field(0)
	}
	switch v := place.(type) {
	case *money.Fen:
		return *v
	case **money.Rate:
		return **v
	case **money.Fen:
		return **v
	case *money.Rate:
		return *v
	case *int:
		return *v
	case **int:
		return **v
	case *calendar.Date:
		return *v
	case *[]money.Fen:
		if len(*v) == 1 {
			return (*v)[0]
		}
		return text
	}
	t.Fatalf("column %s: no cell for %T", c.Header, c.at(value))
	return nil
}
