// Package identifier checks the codes that name people, organizations, places
// and trades: unified social credit codes (USCC 统一社会信用代码, GB 32100-2015),
// resident IDs (公民身份号码, GB 11643-1999), institution codes of lenders
// (金融机构编码), region codes of Qinghai (GB/T 2260), industry codes (GB/T
// 4754-2017) and the size of an enterprise (国统字〔2017〕213号).
//
// It guarantees that any string whatever gets an answer, that letters are
// taken as upper case first, and that what may be true of a genuine code that
// is old or unusual is a warning and never an error.
//
// It owns these code tables. It knows no register: a code that passes is well
// formed, not existing. Where a business is located is never derived from its
// USCC, whose region part is that of the registrar at the time.
package identifier
