package identifier

import "strconv"

// CheckInstitution checks the form of a lender's institution code
// (金融机构编码, 银发〔2009〕363号): a capital letter and thirteen digits. Its check
// digit has no published algorithm, so it is not verified.
func CheckInstitution(code string) Check {
	c := newCheck(Institution, code)
	c.length("INSTITUTION_LENGTH", 14)
	position, shown := at(c.Value, func(position int, r rune) bool {
		if position == 1 {
			return r >= 'A' && r <= 'Z'
		}
		return r >= '0' && r <= '9'
	})
	if position > 0 {
		c.fail("INSTITUTION_CHARACTER", "第 "+strconv.Itoa(position)+" 位字符不允许（首位为大写字母，其余为数字）",
			"character "+strconv.Itoa(position)+" "+shown+" is not allowed (a capital letter, then digits)")
	}
	return c.finish()
}
