package sheet

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// texts are the shared strings: one after the other, and where each ends.
type texts struct {
	all  []byte
	ends []uint32
}

func (t *texts) at(i int) (string, bool) {
	if i < 0 || i >= len(t.ends) {
		return "", false
	}
	begin := uint32(0)
	if i > 0 {
		begin = t.ends[i-1]
	}
	return string(t.all[begin:t.ends[i]]), true
}

func (c *container) sharedStrings(part string) (*texts, error) {
	t, err := c.open(part, c.limits.unzipped)
	if err != nil {
		return nil, err
	}
	defer t.close()
	list := &texts{}
	for {
		token, err := t.next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		if e, ok := token.(xml.StartElement); !ok || e.Name.Local != "si" {
			continue
		}
		text, err := t.richText(c.limits.strings - len(list.all))
		if err != nil {
			return nil, err
		}
		// An index entry counts as its text does: a billion empty strings
		// are no less a bomb.
		if list.all = append(list.all, text...); len(list.all)+4*len(list.ends) > c.limits.strings {
			return nil, tooLarge("the shared strings", strconv.Itoa(c.limits.strings)+" bytes")
		}
		list.ends = append(list.ends, uint32(len(list.all)))
	}
}

// richText is the text of the element that has just begun, up to its end:
// its runs joined, without the phonetic help that East Asian programs add.
func (t *tokens) richText(most int) (string, error) {
	var b strings.Builder
	depth, phonetic, inside := 1, 0, false
	for depth > 0 {
		token, err := t.next()
		if err != nil {
			return "", failure(t.part, err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			if phonetic > 0 || e.Name.Local == "rPh" {
				phonetic++
			}
			inside = e.Name.Local == "t" && phonetic == 0
		case xml.EndElement:
			depth--
			if phonetic > 0 {
				phonetic--
			}
			inside = false
		case xml.CharData:
			if !inside {
				continue
			}
			if b.Len()+len(e) > most {
				return "", tooLarge("the texts of "+t.part, strconv.Itoa(t.c.limits.strings)+" bytes")
			}
			b.Write(e)
		}
	}
	return unescaped(b.String()), nil
}

// unescaped undoes how office programs write characters that XML has not:
// _x000D_ is a carriage return, _x005F_ an underscore.
func unescaped(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if len(s)-i >= 7 && s[i] == '_' && s[i+1] == 'x' && s[i+6] == '_' {
			if n, err := strconv.ParseUint(s[i+2:i+6], 16, 16); err == nil {
				b.WriteRune(rune(n))
				i += 7
				continue
			}
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}
