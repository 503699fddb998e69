package dayfile

var bankRecords []*Record
