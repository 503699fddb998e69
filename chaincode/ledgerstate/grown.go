package ledgerstate

import (
	"fmt"
	"reflect"

	"github.com/vmihailenco/msgpack/v5"
)

// DecodeGrown reads into a struct what was written when it had fewer fields:
// new ones stand at the end and are left as they are. A type whose stored form
// has grown calls it in its DecodeMsgpack; msgpack itself refuses an array of
// another length.
func DecodeGrown(dec *msgpack.Decoder, into any) error {
	v := reflect.ValueOf(into).Elem()
	n, err := dec.DecodeArrayLen()
	if err != nil {
		return err
	}
	if n < 0 || n > v.NumField() {
		return fmt.Errorf("%s: %d fields are stored, this program knows %d", v.Type(), n, v.NumField())
	}
	for i := range n {
		if err := dec.Decode(v.Field(i).Addr().Interface()); err != nil {
			return err
		}
	}
	return nil
}
