// Package sheet reads one table from an XLSX workbook as office programs save
// it, cell by cell, and writes tables as workbooks.
//
// What it guarantees of reading:
//
//   - memory is bounded whatever the file holds: the sheet is a stream, the
//     shared strings have a limit, and so have the file, what it unzips to, a
//     row and every token of its XML;
//   - a value is what the sheet stores, never what it shows: numbers keep
//     their decimal text and become a decimal only where that is certain;
//   - what people and programs would read differently is a Fault that names
//     sheet, row and column: formulas, merged cells, hidden rows, columns and
//     sheets with data, a second sheet with data, errors, macros, passwords.
//
// What it guarantees of writing: the same table gives the same bytes, codes
// are text, amounts are numbers that read back to the fen, dates are dates.
//
// Reading is on the standard library's zip and XML: the row iterator of the
// library that writes (excelize) gives texts without their types, formulas
// and formats, and its typed access holds the whole sheet in memory.
//
// It knows nothing of record types or columns of the day file.
package sheet
