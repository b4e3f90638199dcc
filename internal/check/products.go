package check

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
)

// ofProduct returns how an object that lacks may come with a product that is installed
// from elsewhere, "" if it may not: it is in the namespace of the product, of which the run
// has nothing else.
func (n *neighbours) ofProduct(a *absence) string {
	for _, p := range reference.ProductsWith(a.object.Kind, a.object.Name) {
		if a.object.Kind == "IngressClass" {
			return "the controller has one of that name: " + p.Words[0]
		}
		if p.Namespace == "" || p.Namespace != a.object.Namespace {
			continue
		}
		mine := false
		for _, sibling := range p.Siblings(a.object.Name) {
			object := a.object
			object.Name = sibling
			mine = mine || n.has(&object)
		}
		if !mine {
			return p.Words[0] + " has one of that name"
		}
	}
	return ""
}

// hasInstalled is a line of a script or document that has something installed.
var hasInstalled = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\bhelm\b|\bkubectl\b.*\b(?:apply|create)\b.*(?:https?://|github\.com/|\b(?:ns|namespace)\b)|\bistioctl\b|\blinkerd install\b|\bcharts?\b|\binstall(?:s|ed|ing|ation)?\b|\bsubscription\b|\beksctl\b|\baddons?\b|\bhelm_release\b|\brepo(?:sitory|url)?\b *[:=]`)
})

// hasLibrary is a line that has a library or a client installed, where a program is built.
var hasLibrary = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:pip3?|pipx|poetry|uv|npm|pnpm|yarn|gem|cargo|composer|go|apt|apt-get|apk|yum|dnf|brew)\b.*\b(?:install|add|get)\b`)
})

// installsProducts looks for what a file has installed. A resource that has a chart fills a
// namespace, which is known, so of those only what is in none counts.
func (r *reader) installsProducts(file string, text []byte, forCluster bool) {
	var lower []byte
	for q, findings := range r.questions {
		if q.kind == "" || forCluster && q.kind != "StorageClass" {
			continue
		}
		for _, p := range reference.ProductsWith(q.kind, q.name) {
			if lower == nil {
				lower = bytes.ToLower(text)
			}
			// A program that is built on a product runs beside it.
			if built := path.Base(file) == "go.mod" && q.kind == "ClusterRole" && bytes.Contains(lower, []byte(p.Words[0]+".dev/")); !built && !installs(lower, p.Words) {
				continue
			}
			delete(r.questions, q)
			for _, f := range findings {
				if _, open := r.spoken[f]; open {
					r.spoken[f] = speech{maker: file + " speaks of installing " + p.Words[0] + ", which has it"}
				}
			}
			break
		}
	}
}

// installs reports whether a line of a text in small letters has a word of a product, and
// that it is installed.
func installs(text []byte, words []string) bool {
	for _, word := range words {
		for from := 0; ; {
			i := bytes.Index(text[from:], []byte(word))
			if i < 0 {
				break
			}
			line, end := lineAt(text, from+i)
			if hasInstalled().Match(line) && !hasLibrary().Match(line) {
				return true
			}
			from = end
		}
	}
	return false
}

// lineAt returns the line that a place of a text is in, and where the next one begins.
func lineAt(text []byte, at int) (line []byte, next int) {
	start := bytes.LastIndexByte(text[:at], '\n') + 1
	if end := bytes.IndexByte(text[at:], '\n'); end >= 0 {
		return text[start : at+end], at + end + 1
	}
	return text[start:], len(text)
}

// releaseOfValues returns the name of the release that a file of values, or its folder, is
// called after, "" if it is none: plex-values.yaml, plex/values.yaml.
func releaseOfValues(file string) string {
	base := path.Base(file)
	if base == "values.yaml" || base == "values.yml" {
		base = path.Base(path.Dir(file)) + "-" + base
	}
	stem, ok := strings.CutSuffix(strings.TrimSuffix(strings.TrimSuffix(base, ".yml"), ".yaml"), "-values")
	if !ok || stem == base || slices.Contains(environments, stem) || slices.Contains(sorts, stem) {
		return ""
	}
	return stem
}

// sorts are what files of values are called after too, besides environments.
var sorts = []string{"default", "common", "base", "global", "example", "sample", "helm", "custom", "override", "chart", "charts", "values", "app", "."}
