// Package subject is the room of the information subjects 信息主体 who deal
// with one bank: enterprises, sole traders, herders, co-operatives and family
// ranches, with what they were at each date.
//
// It lives in a book's collection person, which the bank and the Commission
// alone hold. It owns identities: name, code, legal representative. Whatever
// leaves the room for a collection that others hold is a Profile: type,
// region, industry, size. It must not put identity into anything that another
// collection stores, a refusal included: ProfileAt and SignatoryAt name the
// pseudonym only.
//
// Keys: kind "person", one aggregate a page. The page's name is the subject's
// pseudonym in this book, 8 to 32 characters a-z and 0-9, drawn at random;
// the natural key is the USCC, or the resident ID of a herder or family ranch
// that has none.
//
// What a subject is changes by dated amendments, kept in order of the day
// from which they hold. An amendment that comes late is put in its place:
// later ones keep what they changed, and inherit the rest from it.
//
// Commands: subject.Register, subject.Amend, both by the Commission's
// operator. Queries: subject.Show, locate.person, digest.person.
//
//	state      | command  | gives
//	(none)     | Register | registered
//	registered | Amend    | registered, with one more amendment
//
// Refusals begin with SUBJECT_.
package subject
