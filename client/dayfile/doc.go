// Package dayfile reads the day files that organizations send, turns their
// lines into commands of the ledger, and writes receipts.
//
// A day file 日终文件 is a CSV table as an office program exports it: UTF-8
// (with or without a byte order mark) or GB18030, Chinese headers, yuan with
// two decimals; or one sheet of an XLSX workbook with the same rows, whose
// cells have types. docs/day-files.md is its specification; the tables in this
// package (records*.go) are what both the reader and that text follow.
//
// What it guarantees:
//
//   - nothing is sent of a file that is not right as a whole: Open reads it
//     to the end and checks every cell, every command's own conditions and
//     the trailer's count and sum, in memory that does not grow with the file
//     or with a line; a file that was cut anywhere has no right trailer;
//   - every problem names line, column, limit and value, in Chinese and
//     English, and what to do;
//   - lines are handed on in the order of the file;
//   - a receipt is there whole or not at all, whenever the process is killed,
//     and running the same file again gives the same refusals, with what was
//     accepted named as already applied.
//
// It owns the format and the files it writes beside its input. It decides no
// business rule: those are the ledger's.
package dayfile
