package report_test

import (
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

type full struct{}

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }

// Every format says when a report could not be written, and asks the question
// that a finding leaves to it.
func TestFormats(t *testing.T) {
	names := report.Names()
	assert.Equal(t, report.Default, names[0])
	r := &report.Report{Findings: []finding.Finding{{
		Rule: "some-rule", Severity: finding.Error, Message: "there is no a", Suggestions: []string{"b"}, Meant: `"b"`,
	}}}
	for _, name := range names {
		f, ok := report.Lookup(name)
		assert.True(t, ok)
		assert.ErrorIs(t, f.Write(full{}, r), errFull, name)
		var text writer
		assert.NoError(t, f.Write(&text, r), name)
		assert.Regexp(t, `there is no a; did you mean (\\?"|&#34;)b(\\?"|&#34;)\?`, string(text), name)
		assert.NoError(t, f.Write(io.Discard, &report.Report{}), name)
	}
	_, ok := report.Lookup("xml")
	assert.False(t, ok)
}

type writer []byte

func (w *writer) Write(b []byte) (int, error) {
	*w = append(*w, b...)
	return len(b), nil
}
