package check

import (
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// leavesOut are the lines of a .gitignore that leave out files.
var leavesOut = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?im)^[ \t]*([^#!\s][^\s]*)[ \t\r]*$`)
})

// forCluster is in the paths of what is applied to a cluster.
var forCluster = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)k8s|kube|k3s|deploy|manifest|infra|helm|flux|argo|gitops|overlays|base/|apps/|cluster`)
})

// leftOutOf returns the first line of a .gitignore that leaves out files with objects of
// a kind, "" if none does: k8s/secrets.yaml, *-secret.yml, deploy/secrets/.
func leftOutOf(file string, text []byte, kind string) string {
	word := strings.ToLower(kind)
	if kind != "Secret" && kind != "ConfigMap" {
		return ""
	}
	for _, m := range leavesOut().FindAllSubmatch(text, -1) {
		line := string(m[1])
		lower := strings.ToLower(line)
		if kind == "Secret" && strings.Contains(lower, ".env") && (strings.Contains(lower, "k8s") || strings.Contains(lower, "kube")) {
			return line // what kubectl create secret reads
		}
		if !strings.Contains(strings.ReplaceAll(lower, "-", ""), word) || strings.HasSuffix(lower, "config/secrets.yml") { // which is of Rails
			continue
		}
		switch base := path.Base(strings.TrimRight(lower, "/*")); path.Ext(base) {
		case ".yaml", ".yml", ".y*ml":
			return line
		case "":
			if forCluster().MatchString(path.Join(path.Dir(file), line)) {
				return line
			}
		}
	}
	return ""
}

// leftOut answers the questions of what is below a .gitignore that leaves out files with
// objects of that kind: somebody has them, who does not want them in the repository. Who
// says how one is made says more.
func (r *reader) leftOut(file string, text []byte) {
	lines := map[string]string{}
	dir := strings.TrimSuffix(path.Dir(file), ".")
	for q, findings := range r.questions {
		line, asked := lines[q.kind]
		if !asked {
			line = leftOutOf(file, text, q.kind)
			lines[q.kind] = line
		}
		if line == "" {
			continue
		}
		for _, f := range findings {
			if said, open := r.spoken[f]; open && said.maker == "" && (dir == "" || strings.Contains("/"+filepath.ToSlash(f.File), "/"+dir+"/")) {
				r.spoken[f] = speech{maker: file + " leaves out " + line}
			}
		}
	}
}
