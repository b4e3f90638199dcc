package check

import (
	"bytes"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
)

// questionOfStructure asks for what may read a file in place of an API server, or
// completes a resource before one compares it with its schema: podman takes a port of
// the host for that of the container too, and Go programs declare the webhooks that
// give fields their defaults.
// https://docs.podman.io/en/latest/markdown/podman-kube-play.1.html
// https://book.kubebuilder.io/reference/markers/webhook
func questionOfStructure(f *finding.Finding) (q question, ok bool) {
	group := groupOf(f)
	switch {
	case f.File == "" || !schemaRules[f.Rule]:
	case playable[f.Resource.Kind] && (f.Resource.APIVersion == "v1" || group == "apps"):
		q.played = path.Base(filepath.ToSlash(f.File))
	case f.Rule == apischema.RequiredField && !inventory.ByKubernetes(group):
		q.group = group
	}
	return q, q != question{}
}

// playable are the kinds that podman reads.
var playable = map[string]bool{"Pod": true, "Deployment": true, "DaemonSet": true, "ConfigMap": true, "Secret": true, "PersistentVolumeClaim": true}

var (
	plays    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(?:play kube|kube play)\b`) })
	defaults = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\+kubebuilder:webhook:.*`) })
)

func (q question) structureAnsweredBy(text []byte) bool {
	if q.group != "" {
		if !bytes.Contains(text, []byte("kubebuilder:webhook:")) {
			return false
		}
		return slices.ContainsFunc(defaults().FindAllString(string(text), -1), func(marker string) bool {
			_, groups, _ := strings.Cut(marker, "groups=")
			groups, _, _ = strings.Cut(groups, ",")
			return strings.Contains(marker, "mutating=true") && slices.Contains(strings.Split(strings.Trim(groups, "\"`"), ";"), q.group)
		})
	}
	if !hasWord(text, q.played) {
		return false
	}
	for _, at := range plays().FindAllIndex(text, -1) {
		if hasWord(endOfCommand(text[at[1]:min(len(text), at[1]+2000)]), q.played) {
			return true
		}
	}
	return false
}
