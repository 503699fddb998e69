package formula_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// rows are the cells of a table's rows in docs/compensation.md, from those
// that begin with a prefix.
func rows(t *testing.T, columns int, is func(cells []string) bool) (list [][]string) {
	raw, err := os.ReadFile("../../../docs/compensation.md")
	require.NoError(t, err)
	for _, line := range strings.Split(string(raw), "\n") {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(cells) == columns && is(cells) {
			list = append(list, cells)
		}
	}
	return list
}

func amounts(text, separator string) (list []money.Fen) {
	for _, part := range strings.Split(text, separator) {
		if part != "" {
			list = append(list, yuan(part))
		}
	}
	return list
}

// What clerks read is what the rule does.
func TestVectorsOfTheDocument(t *testing.T) {
	vectors := rows(t, 16, func(c []string) bool { return strings.HasPrefix(c[0], "V") })
	require.Len(t, vectors, 10)
	bound := map[string]bool{}
	for _, c := range vectors {
		got, err := formula.Entitle(formula.Terms{Ratio: percent(c[1]), FirstLoanPoints: percent(c[2]), FirstLoan: c[3] == "yes", PerLoanCap: yuan(c[4]), Stack: percent(c[5])},
			formula.Loss{Principal: yuan(c[6]), Recoveries: amounts(c[7], " + "), OtherGovernment: yuan(c[8])}, yuan(c[9]), yuan(c[10]))
		require.NoError(t, err, c[0])
		require.Equal(t, []string{c[11], c[12], c[13], c[14], c[15]},
			[]string{got.NetLoss.String(), got.Limbs.Ratio.String(), got.Limbs.Stack.String(), got.Binding.String(), got.Entitlement.String()}, c[0])
		bound[c[14]] = true
	}
	require.Len(t, bound, 5, "each limb binds once")

	shares := rows(t, 4, func(c []string) bool { return strings.Contains(c[2], "left: to") })
	require.Len(t, shares, 3)
	for _, c := range shares {
		paid, err := formula.ProRata(amounts(c[1], ", "), yuan(c[0]))
		require.NoError(t, err)
		require.Equal(t, amounts(c[3], ", "), paid)
	}
}
