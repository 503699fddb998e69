package loan

import (
	"reflect"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// encodeArray writes fields as an array on the ledger. The last ones are left
// out while they are empty, though not the first `least`: what few records have
// stands last, takes no byte of the others, and what was written before there
// was such a thing still reads.
func encodeArray(enc *msgpack.Encoder, least int, fields ...any) error {
	n := len(fields)
	for n > least && empty(fields[n-1]) {
		n--
	}
	err := enc.EncodeArrayLen(n)
	for i := 0; i < n && err == nil; i++ {
		err = enc.Encode(fields[i])
	}
	return err
}

func empty(field any) bool {
	v := reflect.ValueOf(field)
	switch v.Kind() {
	case reflect.Slice, reflect.String:
		return v.Len() == 0
	}
	return v.IsZero()
}

// decodeArray reads what encodeArray wrote into pointers to empty fields.
func decodeArray(dec *msgpack.Decoder, least int, fields ...any) error {
	n, err := arrayLen(dec, least, len(fields))
	if err != nil {
		return err
	}
	return decodeFields(dec, n, fields...)
}

func arrayLen(dec *msgpack.Decoder, least, most int) (int, error) {
	n, err := dec.DecodeArrayLen()
	if err == nil && (n < least || n > most) {
		err = &invalid.Error{Code: "LOAN_DAMAGED", Limit: "an array of fields", Zh: "存储的贷款数据损坏", En: "the stored loan is damaged", Hint: "verify the ledger"}
	}
	return n, err
}

// decodeFields reads the first n of the fields.
func decodeFields(dec *msgpack.Decoder, n int, fields ...any) error {
	var err error
	for i := 0; i < n && err == nil; i++ {
		err = dec.Decode(fields[i])
	}
	return err
}
