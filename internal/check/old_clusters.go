package check

import (
	"bytes"
	"cmp"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
)

// onOldCluster makes notes of what Kubernetes serves no more, where every release of it
// that the repository installs or names for its cluster still did. What roles allow of the
// group extensions is a note too beside something that is gone: the file is of its time.
func onOldCluster(outcomes []outcome, readers textReaders) {
	asked := map[string][]*finding.Finding{} // by the top of the repository
	for i := range outcomes {
		o := &outcomes[i]
		gone := map[string]bool{} // files
		for j := range o.findings {
			if f := &o.findings[j]; f.Rule == "api-removed" {
				gone[f.File] = true
			}
		}
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || f.Severity <= finding.Note || servedUntil(f) == 0 {
				continue
			}
			if f.Rule == apischema.AccessInvalid && gone[f.File] {
				answer(f, "more in the file is of releases before that")
				f.Severity = finding.Note
			} else if top := o.tree.top(); top != "" {
				asked[top] = append(asked[top], f)
			}
		}
	}
	for top, findings := range asked {
		readers[top] = append(readers[top], clusterReader(top, findings))
	}
}

// servedUntil is the minor number of the release of Kubernetes 1 from which on what a finding
// is about is served no more, 0 if it is about something else.
func servedUntil(f *finding.Finding) int {
	switch {
	case f.Rule == "api-removed":
		if major, minor := rules.Removed(f.Resource.APIVersion, f.Resource.Kind); major == 1 && minor > 0 {
			return minor
		}
	case f.Rule == apischema.AccessInvalid && f.Said().What == apischema.Former:
		minor, _ := strconv.Atoi(f.Said().Name)
		return minor
	}
	return 0
}

// clusterReleases is how a file says which release of Kubernetes, or of OpenShift, a cluster
// has: those that install one and name it, what only OpenShift 3 had, and what documents and
// pipelines say otherwise, which only tells that there are newer ones.
var clusterReleases = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:kindest/node:v?|--kubernetes-version[= ]["']?v?|rancher/k3s:v?|k3s_version[:=" ]+v?|\bkube(?:let|adm|ctl)=|\b(?:kubernetes|k8s|kube)_?version\b["']?\s*[:?]?[:=]+\s*["']?v?)1\.(\d{1,2})\b` +
		`|\b(?:openshift|okd|origin|ocp)(?: container platform)?[-/ :]*v?(?:3\.(\d{1,2})\b|4(?:\.(\d{1,2}))?\b)|\b(minishift|oc cluster up)\b` +
		`|(?:\b(?:kubernetes|k8s|kubeadm|kubelet|eks|aks|gke)(?:[-_ ]?version)?|(?:cluster|master|control_?plane)[-_]?version|\bk8s\.io/release)["']?[^\w\n]{1,8}v?1\.(\d{1,2})\b` +
		`|\bversion:\s*["']?v?1\.(\d{1,2})\.\d+\+(?:k3s|rke2)`)
})

// ofKind are files and folders called after kind, which have the configurations of clusters.
var ofKind = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)(?:^|/)kind(?:[-_./][^/]*)*(?:/.*)?\.ya?ml$`) })

// isPlan are the files of plans that say which release the nodes of k3s and RKE2 get:
// https://docs.k3s.io/upgrades/automated
var isPlan = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)(?:plans?|upgrade)[^/]*(?:/[^/]*)?\.ya?ml$`) })

// ofAnsible are the files of Ansible, which install clusters.
var ofAnsible = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|/)(?:ansible|playbooks?|roles|group_vars)/.*\.ya?ml$`)
})

// clusterReader looks for the newest release that a file says a cluster has, and for files
// that say one of what is in their folders: a demo has a cluster of its own.
func clusterReader(top string, findings []*finding.Finding) *textReader {
	newest, where := 0, map[string]string{} // files, by their folders
	const (
		lastOf3  = 11 // Kubernetes 1.11 is in OpenShift 3.11, and 1.13 was before 4.1
		firstOf4 = 13
		unknown  = 99
	)
	return &textReader{
		most: mostScripts,
		wants: func(file string) bool {
			name := strings.ToLower(path.Base(file))
			return isScript(file) || isDocument(file) || ofAnsible().MatchString(file) || strings.HasPrefix(name, "vagrantfile") || path.Ext(name) == ".tf" || ofKind().MatchString(file) || isPlan().MatchString(file)
		},
		read: func(file string, text []byte) (more bool) {
			for _, at := range clusterReleases().FindAllSubmatchIndex(text, -1) {
				if bytes.HasSuffix(text[:at[0]], []byte("Ensuring node image (")) {
					continue // what kind said once
				}
				number := func(group int) int {
					if at[2*group] < 0 {
						return -1
					}
					n, _ := strconv.Atoi(string(text[at[2*group]:at[2*group+1]]))
					return n
				}
				minor, said := lastOf3, true
				switch {
				case number(1) >= 0:
					minor = number(1)
				case number(2) >= 0:
					minor = min(number(2), lastOf3)
				case number(6) >= 0:
					minor = number(6)
				case number(3) >= 0:
					minor = number(3) + firstOf4
				case number(5) >= 0:
					minor, said = number(5), false
				case at[8] < 0:
					minor = unknown // OpenShift 4, whichever
				}
				if dir := path.Dir(file); said && !orLater().Match(text[at[1]:min(len(text), at[1]+20)]) {
					if first, _, _ := strings.Cut(file, "/"); strings.HasPrefix(first, ".") || ofAll[first] || number(6) >= 0 || bytes.HasPrefix(text[at[0]:at[1]], []byte("kubelet=")) || bytes.HasPrefix(text[at[0]:at[1]], []byte("kubeadm=")) {
						dir = "."
					}
					where[dir] = cmp.Or(where[dir], file)
				}
				newest = max(newest, minor)
			}
			return newest < unknown
		},
		end: func() {
			for _, f := range findings {
				if newest < oldest || newest >= servedUntil(f) {
					continue
				}
				rel, err := filepath.Rel(top, absolute(filepath.FromSlash(f.File)))
				if err != nil {
					continue
				}
				said := ""
				for dir := path.Dir(filepath.ToSlash(rel)); said == ""; dir = path.Dir(dir) {
					if said = where[dir]; dir == "." {
						break
					}
				}
				if said != "" {
					answer(f, said+" is about a cluster with Kubernetes 1."+strconv.Itoa(newest)+", which serves it")
					f.Severity = finding.Note
				}
			}
		},
	}
}

// ofAll are folders at the top of a repository that are about all of it.
var ofAll = map[string]bool{"hack": true, "scripts": true, "docs": true, "doc": true, "ci": true, "build": true, "test": true, "tests": true, "e2e": true, "tools": true, "ansible": true, "playbooks": true}

var orLater = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:\.\d+)?\s*(?:\+|\(?(?:or|and) (?:later|newer|above|higher|up))`)
})
