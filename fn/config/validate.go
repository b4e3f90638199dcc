package config

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
)

// validate checks what the types cannot say.
func (c *ConfigPipeline) validate() error {
	if v := c.Spec.KubernetesVersion; v != "" {
		if _, ok := apischema.ParseRelease(v); !ok {
			return fmt.Errorf("spec.kubernetesVersion: %q: expected a release of Kubernetes, such as 1.33", v)
		}
	}
	if v := c.Spec.Validate; v != nil {
		if err := v.validate(); err != nil {
			return err
		}
	}
	if n := c.Spec.Normalize; n != nil {
		if err := n.validate(); err != nil {
			return err
		}
	}
	return nil
}

func (v *Validate) validate() error {
	const at = "spec.validate"
	if err := oneOf(at+".unresolved", v.Unresolved, "error", "warning", "ignore"); err != nil {
		return err
	}
	for i, e := range v.Externals {
		at := fmt.Sprintf("%s.externals[%d]", at, i)
		if e.Kind == "" || e.Name == "" {
			return fmt.Errorf("%s: kind and name are required", at)
		}
		if strings.TrimSpace(e.Reason) == "" {
			return fmt.Errorf("%s: a reason is required: say who provides %s %q", at, e.Kind, e.Name)
		}
		if err := globs(at, e.Kind, e.Name, e.Namespace); err != nil {
			return err
		}
	}
	for i, g := range v.Ignore {
		at := fmt.Sprintf("%s.ignore[%d]", at, i)
		if g.Rule == "" {
			return fmt.Errorf("%s: rule is required", at)
		}
		if strings.TrimSpace(g.Reason) == "" {
			return fmt.Errorf("%s: a reason is required: say why %q is acceptable here", at, g.Rule)
		}
		if err := globs(at, g.Rule, g.Kind, g.Name, g.Namespace); err != nil {
			return err
		}
	}
	for i, r := range v.NameReference {
		if r.Kind == "" || len(r.FieldSpecs) == 0 {
			return fmt.Errorf("%s.nameReference[%d]: kind and fieldSpecs are required", at, i)
		}
		for j, f := range r.FieldSpecs {
			if f.Kind == "" || f.Path == "" {
				return fmt.Errorf("%s.nameReference[%d].fieldSpecs[%d]: kind and path are required", at, i, j)
			}
		}
	}
	return nil
}

func globs(at string, patterns ...string) error {
	for _, p := range patterns {
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("%s: %q is not a glob: %w", at, p, err)
		}
	}
	return nil
}

// oneOf checks an enumeration; empty is always allowed.
func oneOf(at, value string, allowed ...string) error {
	if value == "" || slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%s: %q: expected one of %s", at, value, strings.Join(allowed, ", "))
}

func sorted(names []string) string {
	slices.Sort(names)
	return strings.Join(names, ", ")
}
