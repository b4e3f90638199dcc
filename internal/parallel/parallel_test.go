package parallel

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestInOrder(t *testing.T) {
	for _, jobs := range []int{0, 1, 2, 7, 100} {
		var running, most atomic.Int64
		var got []int
		InOrder(50, jobs, func(i int) int {
			if now := running.Add(1); now > most.Load() {
				most.Store(now)
			}
			time.Sleep(time.Duration((50-i)%7) * 100 * time.Microsecond)
			running.Add(-1)
			return i * i
		}, func(i, result int) {
			assert.Equal(t, i*i, result)
			got = append(got, i)
		})
		assert.Len(t, got, 50)
		assert.IsIncreasing(t, got)
		if jobs > 0 {
			assert.LessOrEqual(t, most.Load(), int64(jobs+1))
		}
	}
	InOrder(0, 4, func(int) int { return 0 }, func(int, int) { t.Error("there is nothing to take") })
}
