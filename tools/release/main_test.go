package main

import (
	"strings"
	"testing"
)

// TestWithVersion: an SBOM has the version that the program says, and one about
// something else is an error.
func TestWithVersion(t *testing.T) {
	const sbom = `{"metadata": {"component": {"purl": "pkg:golang/m@IS?goos=linux", "version": "IS"}}, "dependencies": [{"ref": "pkg:golang/m@IS?goos=linux"}]}`
	const author, committer = "v0.0.0-20260101000000-0123456789ab", "v0.0.0-20260102000000-0123456789ab"
	for _, test := range []struct{ is, says, want string }{
		{author, committer, committer},
		{committer, committer, committer},
		{"v1.2.0", "v1.2.0", "v1.2.0"},
		{"v1.2.0", committer, ""},
		{author, "v0.0.0-20260102000000-ba9876543210", ""},
		{"", committer, ""},
	} {
		got, err := withVersion([]byte(strings.ReplaceAll(sbom, "IS", test.is)), test.says)
		if test.want == "" {
			if err == nil {
				t.Errorf("%q for %q is no error", test.is, test.says)
			}
			continue
		}
		if want := strings.ReplaceAll(sbom, "IS", test.want); err != nil || string(got) != want {
			t.Errorf("%q for %q: %s, %v, want %s", test.is, test.says, got, err, want)
		}
	}
}
