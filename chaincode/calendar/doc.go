// Package calendar is civil dates, day counts and working days.
//
// It guarantees that a Date is a day that exists between 1900 and 2200, that
// year fractions are exact, and that nobody is told a day is a working day in
// a year for which the State Council's notice is not in the table: such a
// question is an error. It reads no clock and no time zone but Beijing's.
//
// It owns Date, MonthEnd, DayCount and WorkingDays. It must not know what a
// date is for: which day a rule counts from belongs to that rule's room.
package calendar
