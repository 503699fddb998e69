package bench

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"runtime"
	"sync"
	"time"
)

// yardstick is how long the machine's speed is taken for, before a part and
// after it.
const yardstick = 300 * time.Millisecond

// speed is how many ECDSA P-256 signatures all cores verify in a second. A
// virtual machine's cores are not always equally fast: rates are comparable
// where this is.
func speed() (float64, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return 0, err
	}
	sum := sha256.Sum256([]byte("yardstick"))
	signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		return 0, err
	}
	cores := runtime.GOMAXPROCS(0)
	counts := make([]int, cores)
	begun := time.Now()
	var wg sync.WaitGroup
	for i := range counts {
		wg.Go(func() {
			for time.Since(begun) < yardstick {
				if ecdsa.VerifyASN1(&key.PublicKey, sum[:], signature) {
					counts[i]++
				}
			}
		})
	}
	wg.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / time.Since(begun).Seconds(), nil
}
