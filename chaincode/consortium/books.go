package consortium

// Owner implements command.Reference.
func (t *Tables) Owner(book string) string {
	for i := range t.Members {
		if m := &t.Members[i]; m.Book == book && book != "" {
			return m.MSP
		}
	}
	return ""
}
