// Package actusfile reads files of ACTUS cases and evaluates them with the
// chaincode's engine (chaincode/loan/schedule/actus).
//
// A file is one JSON object of cases: {id: {terms, to, dataObserved,
// eventsObserved, results}}. Terms bear the standard's names; a number may be
// a JSON number or a string, with spaces around it; an array term may be a
// JSON array or a string with commas. Results are not read.
//
// It guarantees that a file that is not such an object is an error, and that
// within one each case is either evaluated or refused by a typed error: a term
// that is unknown, given twice, not understood or not supported is never left
// out silently. It owns the file format and no rule of the standard.
package actusfile
