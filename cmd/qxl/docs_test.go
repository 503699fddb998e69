package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	proofFile = regexp.MustCompile(`[a-z0-9_/-]+_test\.go`)
	proofTest = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	mdLink    = regexp.MustCompile(`\]\(([^)#:]+)\)`)
)

// TestFeaturesNameTestsThatExist keeps docs/features.md true.
func TestFeaturesNameTestsThatExist(t *testing.T) {
	raw, err := os.ReadFile("../../docs/features.md")
	require.NoError(t, err)
	rows := 0
	for _, line := range strings.Split(string(raw), "\n") {
		file := ""
		for _, token := range regexp.MustCompile(proofFile.String()+"|"+proofTest.String()).FindAllString(line, -1) {
			if strings.HasSuffix(token, "_test.go") {
				file = token
				continue
			}
			if file == "" {
				continue // prose
			}
			source, err := os.ReadFile(filepath.Join("../..", file))
			require.NoError(t, err, line)
			require.True(t, strings.Contains(string(source), "func "+strings.Trim(token, "`")+"("), line)
			rows++
		}
	}
	require.Greater(t, rows, 20)
}

// TestDocsLinkToFilesThatExist checks the relative links of README and docs.
func TestDocsLinkToFilesThatExist(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	pages = append(pages, "../../README.md", "../../README.zh-CN.md")
	for _, page := range pages {
		raw, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, m := range mdLink.FindAllStringSubmatch(string(raw), -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(page), m[1]))
			require.NoError(t, err, "%s links to %s", page, m[1])
		}
	}
}
