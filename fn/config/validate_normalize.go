package config

import (
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ressKim-io/wealist-k8s-migration/internal/quantity"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

func (n *Normalize) validate() error {
	for name, part := range n.parts {
		if p, ok := part.(interface{ validate(at string) error }); ok {
			if err := p.validate("spec.normalize." + name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Secrets) validate(at string) error { return globs(at+".trimNewlines", s.TrimNewlines...) }

func (r *Resources) validate(at string) error {
	for _, name := range slices.Sorted(maps.Keys(r.Profiles)) {
		if err := r.validateProfile(at+".profiles."+name, name); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Match)) {
		at, m := at+".match."+name, r.Match[name]
		if m.Image == "" && m.Command == "" {
			return fmt.Errorf("%s: image or command is required: a glob that says which containers get profile %q", at, m.Profile)
		}
		if err := globs(at, m.Image, m.Command); err != nil {
			return err
		}
		if err := r.profileExists(at+".profile", m.Profile); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Scale)) {
		if err := factor(at+".scale."+name, r.Scale[name], new(big.Rat)); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Ratio)) {
		if err := factor(at+".ratio."+name, r.Ratio[name], big.NewRat(1, 1)); err != nil {
			return err
		}
	}
	return nil
}

// noProfile is the name that leaves a container alone.
const noProfile = "none"

func (r *Resources) validateProfile(at, name string) error {
	if name == noProfile || name == "" || strings.ContainsAny(name, "=, ") {
		return fmt.Errorf("%s: a profile cannot have this name: none is reserved, and the annotation that names profiles separates them by = and commas", at)
	}
	own := r.Profiles[name]
	for _, part := range []struct {
		name   string
		values map[string]Quantity
	}{{"requests", own.Requests}, {"limits", own.Limits}, {"floor", own.Floor}} {
		for _, res := range slices.Sorted(maps.Keys(part.values)) {
			at := at + "." + part.name + "." + res
			if err := checkQuantity(at, part.values[res]); err != nil {
				return err
			}
		}
	}
	p, _ := r.Profile(name)
	for _, res := range slices.Sorted(maps.Keys(p.Requests)) {
		limit, ok := p.Limits[res]
		if !ok {
			continue
		}
		// Both parse: they were checked, or are built in.
		if l, q := resource.MustParse(string(limit)), resource.MustParse(string(p.Requests[res])); l.Cmp(q) < 0 {
			return fmt.Errorf("%s: the limit of %s, %s, is below the request, %s", at, res, limit, p.Requests[res])
		}
	}
	return nil
}

func (r *Resources) profileExists(at, name string) error {
	names := r.ProfileNames()
	if name == noProfile || slices.Contains(names, name) {
		return nil
	}
	if near := suggest.Nearest(name, names, 1); len(near) > 0 {
		return fmt.Errorf("%s: there is no profile %q; did you mean %q?", at, name, near[0])
	}
	return fmt.Errorf("%s: there is no profile %q; expected one of %s, or one under spec.normalize.resources.profiles", at, name, strings.Join(names, ", "))
}

func checkQuantity(at string, q Quantity) error {
	if q == None || q == "" {
		return nil
	}
	v, err := quantity.Parse(string(q))
	if err != nil {
		return fmt.Errorf("%s: %q is not a quantity: expected a number with an optional unit, such as 100m, 0.5, 512Mi or 2Gi, or none", at, string(q))
	}
	if v.Sign() < 0 {
		return fmt.Errorf("%s: %q is negative", at, string(q))
	}
	return nil
}

// maxFactor bounds factors, so that no product overflows.
const maxFactor = 1000

// Rat is f as an exact number. Decimals only: no fractions, no exponents.
func (f Factor) Rat() (*big.Rat, bool) {
	if f == "" || len(f) > 20 || strings.Trim(string(f), "0123456789.") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(string(f))
}

// factor checks that f is a number above zero, and not below least.
func factor(at string, f Factor, least *big.Rat) error {
	v, ok := f.Rat()
	if !ok || v.Sign() <= 0 || v.Cmp(least) < 0 || v.Cmp(big.NewRat(maxFactor, 1)) > 0 {
		from := "above 0"
		if least.Sign() > 0 {
			from = "from " + least.RatString()
		}
		return fmt.Errorf("%s: %q: expected a decimal number %s up to %d, such as 2 or 1.5", at, string(f), from, maxFactor)
	}
	return nil
}

var (
	digestPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^sha256:[0-9a-f]{64}$`) })

	// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
	labelKey = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`)
	})
	labelValue = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$`)
	})
)

// IsLabelValue reports whether s can be the value of a label.
func IsLabelValue(s string) bool { return labelValue().MatchString(s) }

func (i *Images) validate(at string) error {
	if err := oneOf(at+".pullPolicy", i.PullPolicy, "IfNotPresent", "Always"); err != nil {
		return err
	}
	if err := globs(at+".local", i.Local...); err != nil {
		return err
	}
	if err := globs(at+".tags", i.Tags...); err != nil {
		return err
	}
	if err := globs(at+".registries", slices.Sorted(maps.Keys(i.Registries))...); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(i.Digests)) {
		if name == "" || strings.Contains(name, "@") {
			return fmt.Errorf("%s.digests: %q: expected an image without a digest, such as example.com/shop:1.4.0", at, name)
		}
		if d := i.Digests[name]; !digestPattern().MatchString(d) {
			return fmt.Errorf("%s.digests: %s: %q is not a digest: expected sha256: and 64 hexadecimal digits, as docker buildx imagetools inspect prints it", at, name, d)
		}
	}
	return nil
}

func (l *Labels) validate(at string) error {
	for _, key := range slices.Sorted(maps.Keys(l.Set)) {
		if !labelKey().MatchString(key) {
			return fmt.Errorf("%s.set: %q cannot be the key of a label: expected up to 63 letters, digits, -, _ and ., after an optional domain and /", at, key)
		}
		if !IsLabelValue(l.Set[key]) {
			return fmt.Errorf("%s.set.%s: %q cannot be the value of a label: expected up to 63 letters, digits, -, _ and .", at, key, l.Set[key])
		}
	}
	return nil
}
