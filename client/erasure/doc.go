// Package erasure is a person at work on what the law orders erased from a
// bank's book (chaincode/erasure): it finds all that the book holds of a
// subject, carries an approved order out collection by collection, looks
// whether anything is left, and erases arrears whose years are over.
//
// What it guarantees: a run that was interrupted anywhere goes on when it is
// started again, by whomever, and one that is done does nothing; nothing is
// closed while the subject's pseudonym is still found in the book.
//
// It must not decide what may be erased: the chaincode does.
package erasure
