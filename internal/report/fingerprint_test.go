package report_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

func TestFingerprints(t *testing.T) {
	pod := finding.Resource{Kind: "Pod", Namespace: "shop", Name: "web"}
	find := func(line int) finding.Finding {
		return finding.Finding{Rule: "secret-not-found", File: "a.yaml", Line: line, Column: 11, Resource: pod, Field: "spec.containers[0].name"}
	}
	prints := func(text string, fs ...finding.Finding) []string {
		return report.Fingerprints(fs, func(string) []byte { return []byte(text) })
	}
	one := prints("    name: db-secrt\n", find(1))[0]
	assert.Len(t, one, 32)

	moved := find(3)
	moved.Field = "spec.containers[2].name"
	moved.Resource.Namespace = "shop-prod"
	assert.Equal(t, one, prints("# new\n\n  name: db-secrt\r\n", moved)[0], "lines moved, another indentation, another overlay")
	assert.NotEqual(t, one, prints("    name: db-scret\n", find(1))[0], "another mistake")
	renamed := find(1)
	renamed.Rule = "configmap-not-found"
	assert.NotEqual(t, one, prints("    name: db-secrt\n", renamed)[0], "another rule")
	elsewhere := find(1)
	elsewhere.File = "b.yaml"
	assert.NotEqual(t, one, prints("    name: db-secrt\n", elsewhere)[0], "another file")

	twice := prints("    name: db-secrt\n    name: db-secrt\n", find(1), find(2))
	assert.Equal(t, one, twice[0])
	assert.NotEqual(t, one, twice[1])

	nowhere := find(0)
	a := report.Fingerprints([]finding.Finding{nowhere}, nil)[0]
	nowhere.Field = "spec.containers[7].name"
	assert.Equal(t, a, report.Fingerprints([]finding.Finding{nowhere}, nil)[0])
	nowhere.File = ""
	b := report.Fingerprints([]finding.Finding{nowhere}, nil)[0]
	nowhere.Resource.Name = "other"
	assert.NotEqual(t, b, report.Fingerprints([]finding.Finding{nowhere}, nil)[0], "where no file is known, the resource counts")
}

// The fingerprint of a line with a secret says nothing of the secret: who has
// the reports must not be able to try passwords.
func TestFingerprintsHoldNoSecret(t *testing.T) {
	f := finding.Finding{Rule: "r", File: "a.yaml", Line: 1, Column: 1, Resource: finding.Resource{Kind: "Secret"}, Field: "data.a"}
	variable := f
	variable.Resource.Kind = "Pod"
	for _, f := range []finding.Finding{f, variable} {
		var all []string
		for _, secret := range []string{"hunter2", "correct horse"} {
			text := "url: postgres://u:" + strings.ReplaceAll(secret, " ", "%20") + "@h/d\n"
			all = append(all, report.Fingerprints([]finding.Finding{f}, func(string) []byte { return []byte(text) })...)
		}
		assert.Len(t, slices.Compact(all), 1)
	}
}
