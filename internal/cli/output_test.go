package cli

import (
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
)

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// A reader that has seen enough is told nothing; a disk that is full is an error.
func TestOutputFails(t *testing.T) {
	var stderr strings.Builder
	assert.Equal(t, ExitFailure, Main([]string{"rules"}, strings.NewReader(""), failing{syscall.EPIPE}, &stderr))
	assert.Empty(t, stderr.String())
	assert.Equal(t, ExitFailure, Main([]string{"rules"}, strings.NewReader(""), failing{syscall.ENOSPC}, &stderr))
	assert.Contains(t, stderr.String(), syscall.ENOSPC.Error())
}
