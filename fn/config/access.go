package config

import "github.com/ressKim-io/wealist-k8s-migration/fn/finding"

// The getters accept nil, so that an absent part of the configuration needs no
// special case.

// GetClusterDomain returns ClusterDomain, "cluster.local" unless set.
func (s *Spec) GetClusterDomain() string {
	if s == nil || s.ClusterDomain == "" {
		return "cluster.local"
	}
	return s.ClusterDomain
}

// GetUnresolved returns Unresolved, "" unless set.
func (v *Validate) GetUnresolved() string {
	if v == nil {
		return ""
	}
	return v.Unresolved
}

// GetExternals returns Externals.
func (v *Validate) GetExternals() []External {
	if v == nil {
		return nil
	}
	return v.Externals
}

// GetIgnore returns Ignore.
func (v *Validate) GetIgnore() []Ignore {
	if v == nil {
		return nil
	}
	return v.Ignore
}

// SeverityOf returns the severity of a rule: the configured one, or its default.
func (v *Validate) SeverityOf(rule string, def finding.Severity) finding.Severity {
	if v == nil {
		return def
	}
	if s, ok := v.Rules[rule]; ok {
		return s
	}
	return def
}
