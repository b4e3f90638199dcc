package quantity_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/internal/quantity"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{"0.5": "500m", "1024Mi": "1Gi", "1e3": "1e3", "2E": "2E", "1Ei": "1Ei", "5e-1": "500e-3"} {
		q, err := quantity.Parse(text)
		assert.NoError(t, err, text)
		assert.Equal(t, want, q.String())
	}
	// Comparing or adding these would not end.
	for _, text := range []string{"", "1e999999999", "1e-999999999", "1E+65", strings.Repeat("9", 65), "1e", "1e99999999999999999999"} {
		_, err := quantity.Parse(text)
		assert.Error(t, err, text)
	}
}
