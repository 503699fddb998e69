package registry_test

import (
	"testing"

	"github.com/qingxinlian/qxl/test-network/mutants"
)

func TestMutantsFitTheCode(t *testing.T) { mutants.Fit(t, 20) }

// TestMutantsAreCaught runs this package's tests on each mutant when
// scripts/mutants says so; it takes some minutes.
func TestMutantsAreCaught(t *testing.T) { mutants.Caught(t, 20) }
