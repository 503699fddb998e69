package dayfile

var commissionRecords []*Record
