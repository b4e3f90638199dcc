// Package parallel does many things at once and hands their results on in order.
package parallel

import (
	"runtime"
	"sync/atomic"
)

// InOrder calls do for 0 to n-1, at most jobs of them at once (0 is one for each
// processor), and take with each result, in order and never two at once. So few
// results wait for an earlier one that memory does not depend on n.
func InOrder[T any](n, jobs int, do func(i int) T, take func(i int, result T)) {
	if jobs < 1 {
		jobs = runtime.GOMAXPROCS(0)
	}
	if jobs = min(jobs, n); jobs <= 1 {
		for i := range n {
			take(i, do(i))
		}
		return
	}
	const ahead = 4 // a long one does not keep the others waiting
	results := make([]chan T, n)
	for i := range results {
		results[i] = make(chan T, 1)
	}
	room := make(chan struct{}, ahead*jobs)
	var next atomic.Int64
	for range jobs {
		go func() {
			for {
				room <- struct{}{}
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				results[i] <- do(i)
			}
		}()
	}
	for i := range n {
		take(i, <-results[i])
		<-room
	}
}
