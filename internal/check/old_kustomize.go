package check

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// stricter is the release of kustomize from which on a build fails for something, and what
// earlier ones do with it.
type stricter struct {
	since   kustomizeRelease
	earlier string
}

var stricterReleases = map[string]stricter{ // by a part of what is said of the failure
	// The api is v0.13.0: https://github.com/kubernetes-sigs/kustomize/releases/tag/kustomize%2Fv5.0.0
	"patches: expected fields with their values, got a value of type string": {kustomizeRelease{5, 0}, "takes them as patchesStrategicMerge"},
	// The api is v0.14.0: https://github.com/kubernetes-sigs/kustomize/releases/tag/kustomize%2Fv5.1.0
	kbuild.Empty: {kustomizeRelease{5, 1}, "builds nothing of it"},
	// The api is v0.17.0: https://github.com/kubernetes-sigs/kustomize/releases/tag/kustomize%2Fv5.4.0
	kbuild.UnknownInConfiguration: {kustomizeRelease{5, 4}, "skips it"},
	// The api is v0.19.0: https://github.com/kubernetes-sigs/kustomize/releases/tag/kustomize%2Fv5.6.0
	kbuild.ImagesOfVolumes: {kustomizeRelease{5, 6}, "builds it"},
}

// stricterIn returns what of stricterReleases a failure is, "" if it is none.
func stricterIn(failure string) string {
	for what := range stricterReleases {
		if strings.Contains(failure, what) {
			return what
		}
	}
	return ""
}

type kustomizeRelease struct{ major, minor int }

func (r kustomizeRelease) before(other kustomizeRelease) bool {
	return r.major < other.major || r.major == other.major && r.minor < other.minor
}

// pinnedKustomize is how scripts and pipelines say which release they build with.
var pinnedKustomize = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\bkustomize_?version["']?\s*[:?]?[:=]+\s*["']?(?:kustomize/)?v?(\d)\.(\d+)` +
		`|\bkustomize(?:/v\d)?@v?(\d)\.(\d+)|\bkustomize/releases/download/(?:kustomize(?:/|%2F))?v?(\d)\.(\d+)|\bkustomize:v?(\d)\.(\d+)`)
})

// wantedKustomize is how documents say which release is to be installed, unless a later one
// will do.
var wantedKustomize = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?im)\bkustomize\b["'` + "`" + `\])(:/=\s-]*(?:version\W+)?v?(\d)\.(\d+)(?:\.(?:\d+|x))?(?:["'` + "`" + `\]),;]|\.?\s*$|\.?\s+(?:and|is|only|exactly|from|in)\b)`)
})

// oldKustomize makes notes of builds that fail only with later releases of kustomize than
// the one that the repository builds with.
var oldKustomize = saying[stricter]{
	asks: func(_ *outcome, f *finding.Finding) (q stricter, ok bool) {
		if f.Rule == BuildFails {
			q, ok = stricterReleases[f.Said().What]
		}
		return q, ok
	},
	wants: func(file string) bool {
		name := strings.ToLower(path.Base(file))
		return isScript(file) || isDocument(file) || path.Ext(name) == ".bzl" || strings.HasPrefix(name, "dockerfile") || path.Ext(name) == ".env"
	},
	most: mostScripts,
	says: func(file string, text []byte) func(stricter) string {
		pinned := pinnedKustomize()
		if isDocument(file) {
			pinned = wantedKustomize()
		}
		m := pinned.FindSubmatch(text)
		if m == nil {
			return nil
		}
		return func(than stricter) string {
			for i := 1; i < len(m); i += 2 {
				if len(m[i]) == 0 {
					continue
				}
				major, _ := strconv.Atoi(string(m[i]))
				minor, _ := strconv.Atoi(string(m[i+1]))
				if own := (kustomizeRelease{major, minor}); own.before(than.since) {
					return file + " builds with kustomize " + string(m[i]) + "." + string(m[i+1]) + ", which " + than.earlier
				}
			}
			return ""
		}
	},
}
