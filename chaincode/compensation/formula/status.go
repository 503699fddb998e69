package formula

// UnmarshalText reads a status by its code.
func (s *Status) UnmarshalText(text []byte) error {
	known := ""
	for i, name := range statusNames {
		if name.code == string(text) {
			*s = Status(i)
			return nil
		}
		if i > 0 {
			known += " "
		}
		known += name.code
	}
	return &Error{Code: "STATUS_UNKNOWN", Field: "status", Limit: known, Value: string(text), Zh: "没有这种状态", En: "no such status", Hint: "write one of the codes"}
}
