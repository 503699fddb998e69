package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// TestExamplesParse: every flag that an example names exists, and every
// example is of a command that exists.
func TestExamplesParse(t *testing.T) {
	root := newRootCommand(&app{})
	found := 0
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, example := range examples {
			if cmd.Example != example {
				continue
			}
			found++
			for _, word := range strings.Fields(example) {
				if name, ok := strings.CutPrefix(word, "--"); ok {
					require.NotNil(t, cmd.Flags().Lookup(name), "%s --%s", cmd.CommandPath(), name)
				}
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(root)
	require.Equal(t, len(examples), found)
}
