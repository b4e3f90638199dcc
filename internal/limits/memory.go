package limits

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// Of memory, a large input takes what is made of it, and garbage: Go collects it
// when there is as much of it as of the rest. Where the rest is much in itself it
// is collected earlier.

var (
	own   atomic.Bool  // the process is this program's
	taken atomic.Int64 // bytes of input
	tuned atomic.Bool
)

const (
	// heapTimes the input is how large the heap may get before more of the time
	// goes into collecting it. Pages of the program, stacks and what the allocator
	// cannot use come on top.
	heapTimes = 11
	// fewBytes are worth no effort.
	fewBytes = 1 << 20
	// percents of garbage: less costs more time than it is worth.
	leastPercent = 8
)

// OwnMemory says that the process is this program's: how it collects garbage may
// be changed, unless somebody did with GOGC. Without it, Expect does nothing.
func OwnMemory() { own.Store(os.Getenv("GOGC") == "") }

// Expect says that so many bytes of input, all of which are in memory, come to be
// read as resources.
func Expect(bytes int) {
	if own.Load() && taken.Add(int64(bytes)) >= fewBytes && tuned.CompareAndSwap(false, true) {
		afterEachCollection()
	}
}

// Collect collects garbage at once, where a large input was just let go of and what
// comes next takes much memory too. Like Expect it does nothing in other programs.
func Collect() {
	if tuned.Load() {
		runtime.GC()
	}
}

type sentinel struct{ _ [16]byte }

func afterEachCollection() {
	runtime.SetFinalizer(&sentinel{}, func(*sentinel) {
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(sample)
		if live := sample[0].Value; live.Kind() == metrics.KindUint64 && live.Uint64() > 0 {
			room := 100*heapTimes*taken.Load()/int64(live.Uint64()) - 100
			debug.SetGCPercent(int(min(max(room, leastPercent), 100)))
		}
		afterEachCollection()
	})
}
