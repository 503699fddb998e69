package actus

import (
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
)

// Time is a midnight, written in one of the ways the standard's files use.
// The zero value is no time.
type Time struct {
	day   calendar.Date // the day that begins at this midnight
	clock uint8         // index in clocks: how it was written
}

const (
	midnight uint8 = iota // also of a day counted by a cycle
	dayOnly
	shortMidnight
	longTwentyFour
	shortTwentyFour
	lastSecond
)

var clocks = [...]string{midnight: "T00:00:00", dayOnly: "", shortMidnight: "T00:00", longTwentyFour: "T24:00:00", shortTwentyFour: "T24:00", lastSecond: "T23:59:59"}

const timeFormat = "2013-01-31T00:00:00"

// At is the midnight with which a day begins.
func At(day calendar.Date) Time { return Time{day: day} }

// ParseTime reads a day with one of T00:00:00, T00:00, T24:00:00, T24:00,
// T23:59:59 or nothing after it.
func ParseTime(text string) (Time, error) {
	date, rest := text, ""
	if at := strings.IndexByte(text, 'T'); at >= 0 {
		date, rest = text[:at], text[at:]
	}
	day, err := calendar.ParseDate(date)
	if err != nil {
		return Time{}, malformed("", text, timeFormat)
	}
	for clock, suffix := range clocks {
		if suffix == rest {
			t := Time{day: day, clock: uint8(clock)}
			if t.names() == day {
				return t, nil
			}
			if t.day++; !t.day.Valid() {
				return Time{}, outOfRange("", calendar.Last.String(), text)
			}
			return t, nil
		}
	}
	return Time{}, unsupported("", text, strings.Join(clocks[:1], "")+", T24:00:00 or T23:59:59")
}

// names is the day that is written; it ends at this midnight for T24:00 and
// T23:59:59.
func (t Time) names() calendar.Date {
	if t.clock >= longTwentyFour && t.day != 0 {
		return t.day - 1
	}
	return t.day
}

// Day is the day that begins at this midnight; interest counts from it.
func (t Time) Day() calendar.Date { return t.day }

// IsZero reports whether t is no time.
func (t Time) IsZero() bool { return t.day == 0 }

// After compares midnights, however they are written.
func (t Time) After(u Time) bool { return t.day > u.day }

func (t Time) String() string {
	if t.IsZero() {
		return ""
	}
	return t.names().String() + clocks[t.clock]
}

// civil is the day from which cycles, month ends and business days are judged.
func (t Time) civil() calendar.Date {
	if t.clock == lastSecond {
		return t.day - 1
	}
	return t.day
}

// on is the same time of day on another civil day.
func (t Time) on(civil calendar.Date) Time {
	if t.clock == lastSecond {
		civil++
	}
	return Time{day: civil, clock: t.clock}
}

// place orders times to the second: T23:59:59 comes just before its midnight.
func (t Time) place() int {
	if t.clock == lastSecond {
		return 2*int(t.day) - 1
	}
	return 2 * int(t.day)
}
