package sheet

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// shape is what a number format makes of a number, as far as that decides
// what the number means.
type shape uint8

const (
	plain   shape = iota
	day           // shows year, month and day
	moment        // a date without its year, month or day, or a time
	percent       // shows a hundred times the number
	scaled        // shows a thousandth of the number, or less
)

// builtin are the formats that have a number and no text. 27 to 58 are those
// of a Chinese office program.
var builtin = func() map[int]shape {
	m := map[int]shape{9: percent, 10: percent, 14: day, 15: day, 22: day, 30: day, 31: day}
	for _, ids := range [][2]int{{16, 21}, {27, 29}, {32, 36}, {45, 47}, {50, 58}} {
		for id := ids[0]; id <= ids[1]; id++ {
			m[id] = moment
		}
	}
	return m
}()

// styles gives the shape of each cell format of the workbook.
func (c *container) styles(part string) ([]shape, error) {
	custom := map[string]shape{}
	var list []shape
	err := c.each(part, func(parent string, e xml.StartElement) error {
		switch {
		case parent == "numFmts" && e.Name.Local == "numFmt":
			custom[attribute(e, "numFmtId")] = shapeOf(attribute(e, "formatCode"))
		case parent == "cellXfs" && e.Name.Local == "xf":
			id := attribute(e, "numFmtId")
			s, ok := custom[id]
			if !ok {
				n, _ := strconv.Atoi(id) // no number is the general format
				s = builtin[n]
			}
			list = append(list, s)
		}
		return nil
	})
	return list, err
}

// shapeOf reads a format's text: its first section, which positive numbers
// and dates take.
func shapeOf(code string) shape {
	if strings.HasPrefix(strings.ToLower(code), "general") || strings.HasPrefix(code, "G/") {
		return plain
	}
	var year, month, date, time, scaling, digits, hundred bool
	commas := 0 // since the last digit
	for i := 0; i < len(code); i++ {
		switch ch := code[i]; ch {
		case ';':
			i = len(code)
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				end = len(code)
			}
			i += end + 1
		case '\\', '!', '_', '*':
			i++ // the next character is shown, or a space as wide
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				end = len(code)
			} else if inner := strings.ToLower(code[i+1 : i+end]); inner != "" && strings.Trim(inner, "hms") == "" {
				time = true // a duration
			}
			i += end
		case '%':
			hundred = true
		case '0', '#', '?':
			digits, commas = true, 0 // what stood before was a separator
		case ',':
			commas++
		case '.':
			scaling = scaling || digits && commas > 0 // 0,.00
			commas = 0
		case 'y', 'Y':
			year = true
		case 'm', 'M':
			month = true
		case 'd', 'D':
			date = true
		case 'h', 'H', 's', 'S':
			time = true
		case 'e':
			year = year || !digits // 1E+00 has its digit before it
		}
	}
	switch {
	case year && month && date:
		return day
	case year || month || date || time:
		return moment
	case hundred:
		return percent
	case scaling || digits && commas > 0:
		return scaled
	}
	return plain
}
