package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/identifier"
)

// Each import offers the sample's certificates from the first on. One that a
// subject of an earlier file has gives way to another pseudonym.
func TestSubjectsOfASecondFile(t *testing.T) {
	d := newDesk(t)
	for i := range 3 {
		who, what := line{registered.record, map[string]string{}}, line{granted.record, map[string]string{}}
		for column, cell := range registered.cells {
			who.cells[column] = cell
		}
		for column, cell := range granted.cells {
			what.cells[column] = cell
		}
		first := fmt.Sprintf("63262219790512%03d", 101+2*i)
		number := first + string(identifier.ResidentIDCheckCharacter(first))
		who.cells["主体证件号码"], what.cells["主体证件号码"] = number, number
		who.cells["业务流水号"], what.cells["业务流水号"], what.cells["授权编号"] = fmt.Sprint("ZT", i), fmt.Sprint("SQS", i), fmt.Sprint("SQS", i)
		path := d.file(fmt.Sprint("subjects", i), "Commission", who, what)
		code, refused := d.send(path, "Commission/operator1")
		require.Empty(t, refused)
		require.Equal(t, exitDone, code)
		receipt, err := os.ReadFile(strings.TrimSuffix(path, ".csv") + ".receipt.csv")
		require.NoError(t, err)
		require.Equal(t, 2, strings.Count(string(receipt), ",已受理,"), "%s", receipt)
	}
}
