package frontdoor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

func program() *cobra.Command {
	root := &cobra.Command{Use: "p", SilenceErrors: true, SilenceUsage: true}
	group := Group(&cobra.Command{Use: "loan"})
	group.AddCommand(&cobra.Command{Use: "show NO", Args: cobra.ExactArgs(1), RunE: func(*cobra.Command, []string) error { return nil }})
	root.AddCommand(group)
	UsageErrors(root)
	return root
}

func TestWrongUsageSaysWhatAndWhere(t *testing.T) {
	for _, c := range []struct {
		args     []string
		zh, hint string
	}{
		{[]string{"loan"}, "请写明要办理什么", "see p loan --help"},
		{[]string{"loan", "shwo", "--as", "BankA/officer1"}, "没有这个命令", "see p loan --help"},
		{[]string{"loan", "show"}, "参数个数不对", "see p loan show --help"},
		{[]string{"loan", "show", "1", "--no"}, "没有这个选项", "see p loan show --help"},
	} {
		root := program()
		root.SetArgs(c.args)
		var p *Problem
		require.ErrorAs(t, root.Execute(), &p, "%v", c.args)
		require.Equal(t, c.zh, p.Zh)
		require.Equal(t, c.hint, p.Hint)
		require.Equal(t, Usage, p.Exit)
	}
}

func TestFinishKeepsResultsAndMessagesApart(t *testing.T) {
	var out, errw bytes.Buffer
	require.Equal(t, Done, Finish(nil, nil, true, &out, &errw))
	require.Equal(t, Refused, Finish(fmt.Errorf("x: %w", Silent(Refused)), nil, true, &out, &errw))
	require.Empty(t, out.String()+errw.String())

	p := &Problem{Exit: Usage, Code: "X", Field: "f", Value: "<v>", Zh: "不对", En: "wrong", Hint: "do this"}
	require.Equal(t, Usage, Finish(p, nil, true, &out, &errw))
	var document struct{ Error map[string]string }
	require.NoError(t, json.Unmarshal(out.Bytes(), &document))
	require.Equal(t, map[string]string{"code": "X", "field": "f", "value": "<v>", "zh": "不对", "message": "wrong", "hint": "do this"}, document.Error)
	require.Equal(t, "错误: 不对\nerror: wrong\n  field: f; value: <v>\nhint: do this\n", errw.String())

	require.Equal(t, Infrastructure, Explain(errors.New("disk"), nil).Exit)
}

func TestFlagsAreFoundBeforeParsing(t *testing.T) {
	require.True(t, AsksJSON([]string{"loan", "show", "1", "--json"}))
	require.False(t, AsksJSON([]string{"check", "--", "--json"}))
	require.True(t, AsksHelp(nil))
	require.True(t, AsksHelp([]string{"loan", "-h"}))
	require.False(t, AsksHelp([]string{"loan"}))
}
