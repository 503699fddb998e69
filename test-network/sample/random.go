package sample

import "math/rand/v2"

// random draws numbers that depend on the seed alone. Only the generator's
// raw output is used, which Go has fixed; how package rand makes ranges of it
// may change.
type random struct{ source *rand.PCG }

func newRandom(seed, stream uint64) *random { return &random{rand.NewPCG(seed, stream)} }

// below is a number from 0 to n-1.
func (r *random) below(n int) int {
	return int((r.source.Uint64() >> 11) % uint64(n))
}

// between is a number from low to high.
func (r *random) between(low, high int) int { return low + r.below(high-low+1) }

// percent reports true in n of 100 cases.
func (r *random) percent(n int) bool { return r.below(100) < n }

func pick[T any](r *random, list []T) T { return list[r.below(len(list))] }

// weighted picks an index by its weight.
func (r *random) weighted(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := r.below(sum)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return len(weights) - 1
}

// text is n characters of an alphabet.
func (r *random) text(n int, alphabet string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.below(len(alphabet))]
	}
	return string(b)
}

const (
	lettersAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789"
	hexDigits        = "0123456789abcdef"
)
