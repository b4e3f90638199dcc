package main

import (
	"math/rand/v2"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/test/slips"
)

// edit is one way to get a text wrong. ok is false where it leaves it right.
type edit struct {
	name string
	// absent edits make a name that nothing is near to: it is reported as not in the
	// tree, unless somebody says that others provide what is not there.
	absent bool
	make   func(r *rand.Rand, right string) (wrong string)
}

// typing errors are made behind the first character.
var typing = typed(slips.Inside)

// typed are the typing errors at positions that where returns.
func typed(where func(r *rand.Rand, s string) int) []edit {
	var edits []edit
	for _, slip := range slips.All {
		edits = append(edits, edit{name: slip.Name, make: func(r *rand.Rand, s string) string { return slip.Make(s, where(r, s)) }})
	}
	return edits
}

// spelling errors are those of people who remember a name by its sound.
var spelling = []edit{
	{name: "case changed", make: func(r *rand.Rand, s string) string {
		i := r.IntN(len(s))
		if up := strings.ToUpper(s[i : i+1]); up != s[i:i+1] {
			return s[:i] + up + s[i+1:]
		}
		return s[:i] + strings.ToLower(s[i:i+1]) + s[i+1:]
	}},
	{name: "plural", make: func(_ *rand.Rand, s string) string {
		if rest, ok := strings.CutSuffix(s, "s"); ok {
			return rest
		}
		if strings.ToUpper(s) == s {
			return s + "S"
		}
		return s + "s"
	}},
	{name: "hyphen or underscore", make: func(r *rand.Rand, s string) string {
		var at []int
		for i := range len(s) {
			if strings.IndexByte("-_.", s[i]) >= 0 {
				at = append(at, i)
			}
		}
		if len(at) == 0 {
			return s
		}
		i := at[r.IntN(len(at))]
		switch {
		case r.IntN(2) == 0:
			return s[:i] + s[i+1:]
		case s[i] == '-':
			return s[:i] + "_" + s[i+1:]
		}
		return s[:i] + "-" + s[i+1:]
	}},
}

// affixes are parts of names that people add, or believe to be there.
var affixes = []edit{
	{name: "prefix", absent: true, make: func(r *rand.Rand, s string) string { return [...]string{"my-", "the-", "prod-", "k8s-"}[r.IntN(4)] + s }},
	{name: "suffix", absent: true, make: func(r *rand.Rand, s string) string { return s + [...]string{"-svc", "-v2", "-new", "-1"}[r.IntN(4)] }},
}

// digits are typing errors in numbers.
var digits = typed(func(r *rand.Rand, s string) int { return r.IntN(len(s)) })

// schedules are errors in crontab lines.
var schedules = []edit{
	{name: "field dropped", make: func(_ *rand.Rand, s string) string { _, rest, _ := strings.Cut(s, " "); return rest }},
	{name: "field added", make: func(_ *rand.Rand, s string) string { return "0 " + s }},
	{name: "out of range", make: func(r *rand.Rand, s string) string {
		f := strings.Fields(s)
		if len(f) != 5 {
			return s
		}
		i := r.IntN(5)
		f[i] = [...]string{"60", "24", "32", "13", "8"}[i]
		return strings.Join(f, " ")
	}},
	{name: "blank lost", make: func(_ *rand.Rand, s string) string { return strings.Replace(s, " ", "", 1) }},
	{name: "letter", make: func(_ *rand.Rand, s string) string { return "x" + s[1:] }},
}

// images are errors in names of images that no registry takes.
var images = []edit{
	{name: "colon doubled", make: func(_ *rand.Rand, s string) string { return strings.Replace(s, ":", "::", 1) }},
	{name: "colon at the end", make: func(_ *rand.Rand, s string) string { return s + ":" }},
	{name: "blank", make: func(_ *rand.Rand, s string) string { return strings.Replace(s, "/", "/ ", 1) }},
	{name: "capital", make: func(_ *rand.Rand, s string) string {
		i := strings.LastIndex(s, "/") + 1
		return s[:i] + strings.ToUpper(s[i:i+1]) + s[i+1:]
	}},
	{name: "slash doubled", make: func(_ *rand.Rand, s string) string { return strings.Replace(s, "/", "//", 1) }},
	{name: "digest cut", make: func(_ *rand.Rand, s string) string {
		if strings.Contains(s, "@sha256:") {
			return s[:len(s)-3]
		}
		return s
	}},
}

// memories and cpus are errors in quantities that a server refuses, or takes for
// something absurd.
var memories = []edit{
	{name: "B added", make: func(_ *rand.Rand, s string) string { return s + "B" }},
	{name: "lower case", make: func(_ *rand.Rand, s string) string { return strings.ToLower(s) }},
	{name: "blank", make: func(_ *rand.Rand, s string) string {
		i := strings.IndexAny(s, "KMGTP")
		if i < 0 {
			return s
		}
		return s[:i] + " " + s[i:]
	}},
	{name: "b for i", make: func(_ *rand.Rand, s string) string { return strings.Replace(s, "i", "b", 1) }},
	{name: "letter dropped", make: func(_ *rand.Rand, s string) string {
		return strings.NewReplacer("Mi", "i", "Gi", "i", "Ki", "i").Replace(s)
	}},
	{name: "m for Mi", make: func(_ *rand.Rand, s string) string { return strings.NewReplacer("Mi", "m", "Gi", "m").Replace(s) }},
}

var cpus = []edit{
	{name: "case changed", make: func(_ *rand.Rand, s string) string { return strings.Replace(s, "m", "M", 1) }},
	{name: "i added", make: func(_ *rand.Rand, s string) string { return s + "i" }},
	{name: "blank", make: func(_ *rand.Rand, s string) string { return strings.Replace(s, "m", " m", 1) }},
	{name: "suffix dropped", make: func(_ *rand.Rand, s string) string {
		if len(s) < 4 {
			return s // of a few CPUs nobody knows
		}
		return strings.TrimSuffix(s, "m")
	}},
	{name: "unit spelt out", make: func(_ *rand.Rand, s string) string { return s + "cpu" }},
}
