package dayfile

// Format is what kind of table a file is.
type Format string

const (
	CSV  Format = "CSV"
	XLSX Format = "XLSX"
)

// rows is a table as the scanner reads it, whatever file it stands in.
type rows interface {
	// next gives the next row's cells without blanks around them and without
	// empty ones at the end; io.EOF follows the last. The error may be a
	// *Problem, after which rows follow, or a *fatalProblem, after which none do.
	next() ([]string, error)
	// at is the number of the row that next gave, from 1; 0 before the first.
	at() int
	// fault is why the value of a cell of the row cannot be used as any
	// column's; nil for most.
	fault(j int) *Problem
	// take gives a cell's value as the text that the column is parsed from.
	take(c *Column, j int, cell string) (string, *Problem)
	// place names a cell of the row where rows and columns have names.
	place(j int) string
	// last are problems that only the end of the file tells, and their count.
	last() ([]*Problem, int)
	format() Format
	encoded() Encoding
}

// textRows are the lines of a CSV table: every cell is text.
type textRows struct {
	*lines
	cells []string
}

func (r *textRows) next() ([]string, error) {
	text, err := r.lines.next()
	if err != nil {
		return nil, err
	}
	cells, p := splitCells(text, r.cells)
	if p != nil {
		return nil, p
	}
	r.cells = cells
	return cells, nil
}

func (r *textRows) at() int { return r.n }

func (r *textRows) fault(int) *Problem { return nil }

func (r *textRows) take(_ *Column, _ int, cell string) (string, *Problem) { return cell, nil }

func (r *textRows) place(int) string { return "" }

func (r *textRows) last() ([]*Problem, int) { return nil, 0 }

func (r *textRows) format() Format { return CSV }

func (r *textRows) encoded() Encoding { return r.encoding }
