package actus

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
)

// Calendar tells working days. No calendar (nil) has no holidays; a
// *calendar.WorkingDays is one.
type Calendar interface {
	IsWorkingDay(calendar.Date) (bool, error)
}

// MondayToFriday is the standard's calendar MF.
type MondayToFriday struct{}

// IsWorkingDay reports whether d is not a Saturday or Sunday.
func (MondayToFriday) IsWorkingDay(d calendar.Date) (bool, error) { return d.Weekday() <= 5, nil }

// BusinessDay is what becomes of an event on a day that is not worked. The
// zero value leaves it there.
type BusinessDay struct {
	Move      Move
	Calculate bool // CS…: interest counts to the day as scheduled, not as moved
}

// Move is a direction.
type Move uint8

const (
	Stay Move = iota
	Following
	ModifiedFollowing // unless that is in the next month; then the day before
	Preceding
	ModifiedPreceding // unless that is in the month before; then the day after
)

var businessDays = map[string]BusinessDay{
	"NOS": {}, "NULL": {},
	"SCF": {Move: Following}, "SCMF": {Move: ModifiedFollowing}, "SCP": {Move: Preceding}, "SCMP": {Move: ModifiedPreceding},
	"CSF": {Following, true}, "CSMF": {ModifiedFollowing, true}, "CSP": {Preceding, true}, "CSMP": {ModifiedPreceding, true},
}

// ParseBusinessDay reads NOS, SCF, SCMF, SCP, SCMP, CSF, CSMF, CSP or CSMP.
func ParseBusinessDay(text string) (BusinessDay, error) {
	if b, ok := businessDays[text]; ok {
		return b, nil
	}
	return BusinessDay{}, unsupported("", text, "NOS, SCF, SCMF, SCP, SCMP, CSF, CSMF, CSP, CSMP")
}

// moved is the time at which an event happens.
func (t *Terms) moved(at Time) (Time, error) {
	if t.BusinessDay.Move == Stay || t.Calendar == nil || at.IsZero() {
		return at, nil
	}
	day := at.civil()
	forward := t.BusinessDay.Move == Following || t.BusinessDay.Move == ModifiedFollowing
	found, err := nearestWorkingDay(t.Calendar, day, forward)
	if err != nil {
		return Time{}, err
	}
	if (t.BusinessDay.Move == ModifiedFollowing || t.BusinessDay.Move == ModifiedPreceding) && month(found) != month(day) {
		if found, err = nearestWorkingDay(t.Calendar, day, !forward); err != nil {
			return Time{}, err
		}
	}
	return at.on(found), nil
}

func month(d calendar.Date) int {
	year, month, _ := d.Civil()
	return year*12 + month
}

// nearestWorkingDay looks no further than a year: a calendar without working
// days is a mistake.
func nearestWorkingDay(c Calendar, d calendar.Date, forward bool) (calendar.Date, error) {
	step := calendar.Date(-1)
	if forward {
		step = 1
	}
	for range 366 {
		if !d.Valid() {
			break
		}
		works, err := c.IsWorkingDay(d)
		if err != nil {
			return 0, err
		}
		if works {
			return d, nil
		}
		d += step
	}
	return 0, outOfRange("calendar", "a working day within a year", d.String())
}

// counted is the day to which interest counts for an event scheduled at a time.
func (t *Terms) counted(at Time) (calendar.Date, error) {
	if t.BusinessDay.Calculate {
		return at.Day(), nil
	}
	m, err := t.moved(at)
	return m.Day(), err
}
