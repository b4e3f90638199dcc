package suggest_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

func TestPathSlips(t *testing.T) {
	for typed, meant := range map[string]string{
		"overlaysprod":      "overlays/prod",
		"overlaysxprod":     "overlays/prod",
		"overlay/sprod":     "overlays/prod",
		"overlays//prod":    "overlays/prod",
		"../..xbase":        "../../base",
		"..x../base":        "../../base",
		"../..c/omponents":  "../../components",
		".././.base":        "../../base",
		"./.../base":        "../../base",
		"files/allowedconf": "files/allowed.conf",
	} {
		if path.Clean(typed) == meant {
			continue // what opens files sees no difference
		}
		assert.Contains(t, slices.Collect(suggest.PathSlips(typed)), meant, typed)
	}
	for _, typed := range []string{"", "/", ".", "..", "a", "a/b", "../x", strings.Repeat("a/", 200)} {
		for other := range suggest.PathSlips(typed) {
			assert.Equal(t, path.Clean(other), other)
			assert.NotEqual(t, typed, other)
			assert.False(t, path.IsAbs(other), other)
		}
	}
}
