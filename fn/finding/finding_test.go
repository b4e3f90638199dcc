package finding_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// TestSort: findings are in order, and equal ones where they were.
func TestSort(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func() string { return strconv.Itoa(r.IntN(2)) }
	for range 200 {
		var fs []finding.Finding
		for i := range r.IntN(200) {
			fs = append(fs, finding.Finding{
				File: pick(), Line: r.IntN(3), Column: r.IntN(2), Field: pick(), Rule: pick(), Message: pick(),
				Resource: finding.Resource{Kind: pick(), Namespace: pick(), Name: pick()}, Help: strconv.Itoa(i),
			})
		}
		want := slices.Clone(fs)
		slices.SortStableFunc(want, func(a, b finding.Finding) int {
			return cmp.Or(
				cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
				cmp.Compare(a.Resource.Kind, b.Resource.Kind), cmp.Compare(a.Resource.Namespace, b.Resource.Namespace),
				cmp.Compare(a.Resource.Name, b.Resource.Name), cmp.Compare(a.Field, b.Field),
				cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
		})
		finding.Sort(fs)
		assert.Equal(t, want, fs)
	}
}
