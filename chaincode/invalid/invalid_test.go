package invalid

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestErrorNamesFieldValueLimitAndHint(t *testing.T) {
	e := &Error{Code: "X", Field: "amount", Limit: "2 decimals", Value: "1.234", En: "too many decimals", Hint: "round it"}
	require.EqualError(t, e, "amount: too many decimals (value 1.234, limit 2 decimals); round it")
	require.EqualError(t, &Error{En: "bad", Value: "v"}, "bad (value v)")
	require.EqualError(t, &Error{En: "bad", Limit: "l"}, "bad (limit l)")
}

func TestInNamesTheFieldOnceAndNeverChangesTheOriginal(t *testing.T) {
	original := &Error{Code: "X", En: "bad"}
	err := In("principal", fmt.Errorf("line 3: %w", original))
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "principal", e.Field)
	require.Empty(t, original.Field)
	require.Equal(t, err, In("other", err))
	plain := errors.New("plain")
	require.Equal(t, plain, In("f", plain))
	require.NoError(t, In("f", nil))
}

func TestShownCutsAndEscapes(t *testing.T) {
	require.Equal(t, "五千元", Shown("五千元"))
	require.Equal(t, `a\x1b[31m`, Shown("a\x1b[31m"))
	require.Equal(t, `\xff`, Shown("\xff"))
	long := Shown(strings.Repeat("长", 1000))
	require.Equal(t, strings.Repeat("长", 48)+"…", long)
}
