package kbuild

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestUnreachedOnce: what could not be had is not asked for again, nor anything else of a
// host that is away, by the same program.
func TestUnreachedOnce(t *testing.T) {
	u := &Unreached{}
	asked := 0
	ask := func(by, address, says string) error {
		return u.get(by, address, func() error {
			asked++
			if says == "" {
				return nil
			}
			return unreachable(address, errors.New(says))
		})
	}
	const gone = "HTTP Error: status code 404 (Not Found)"
	assert.ErrorContains(t, ask("http", "https://one.example.com/a.yaml", gone), "404")
	assert.ErrorContains(t, ask("http", "https://one.example.com/a.yaml", ""), "404")
	assert.Equal(t, 1, asked)
	assert.NoError(t, ask("http", "https://one.example.com/b.yaml", "")) // the host is there
	assert.ErrorContains(t, ask("git", "https://two.example.com/a?ref=1", "fatal: unable to access: Could not resolve host: two.example.com"), "Could not resolve")
	assert.Equal(t, 3, asked)
	err := ask("git", "https://two.example.com/b?ref=1", "")
	assert.EqualError(t, err, "https://two.example.com/b?ref=1 cannot be had: Could not resolve host: two.example.com")
	assert.Equal(t, 3, asked)
	assert.NoError(t, ask("http", "https://two.example.com/b", "")) // by another program
	assert.NoError(t, ask("git", "git@two.example.com:b", ""))
	assert.Equal(t, 5, asked)
}
