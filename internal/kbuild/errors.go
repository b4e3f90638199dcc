package kbuild

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// ForeignFunctionError says that a build asks to run a program other than the
// function.
type ForeignFunctionError struct {
	File  string // the file that configures the program
	Field string // the field of the kustomization: transformers, generators, validators
	What  string // what would run
	// Alike is What as all configurations of one program have it, without their names; ""
	// if nothing else says the same.
	Alike string
}

func (e *ForeignFunctionError) Error() string {
	return fmt.Sprintf("%s: %s: %s\n"+
		"krm-validate runs its own function (kind %s) and kustomize's built-in ones. "+
		"If you trust this program, add --enable-exec; otherwise take it out of %s:",
		e.File, e.Field, e.What, config.Kind, e.Field)
}

// certainError is an error of our builder that kustomize is not asked about.
type certainError struct{ error }

// describe says what a document would run, and the same without the document's name.
func describe(d *document) (what, alike string) {
	does := " is a function"
	switch spec, err := functionSpec(d.Resource); {
	case err != nil || spec == nil:
		does = " is a kustomize plugin, a program of its own"
	case spec.Container.Image != "":
		does = " runs the container " + spec.Container.Image
	case spec.Exec.Path != "":
		does = " runs the program " + spec.Exec.Path
	}
	version := " (" + d.GetApiVersion() + ")"
	return d.GetKind() + " " + d.GetName() + version + does, d.GetKind() + version + does
}

// missingSpec is about a configuration of our function that does not say that
// it is one.
func missingSpec(file string, d *document, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %s %s: annotation %s: %w", file, d.GetKind(), d.GetName(), functionAnnotation, (*redact.Secrets)(nil).Foreign(err))
	}
	return fmt.Errorf("%s: %s %s has no annotation %s, so kustomize would not run it. Add:\n"+
		"metadata:\n  annotations:\n    %s: |\n      exec: {path: krm-validate}",
		file, d.GetKind(), d.GetName(), functionAnnotation, functionAnnotation)
}

// rewriting is what is kept of a part of an error. Tables of them are made when
// something fails: most builds do not.
type rewriting struct {
	pattern *regexp.Regexp
	keep    string
}

func rewrite(text string, table []rewriting) string {
	for _, r := range table {
		text = r.pattern.ReplaceAllString(text, r.keep)
	}
	return text
}

// wrappings are what kustomize adds to an error at every level of a tree, and
// what is left of it: how reading a directory as a file failed, or a file as a
// directory, is no failure.
var wrappings = sync.OnceValue(func() []rewriting {
	return []rewriting{
		{regexp.MustCompile(`accumulation err='accumulating resources from '[^']*': (?:'[^']*' must resolve to a file|read [^']*: is a directory)': `), ""},
		{regexp.MustCompile(`(?s)accumulation err='(.*)': must build at directory: '[^']*': file is not directory`), "$1"},
		{regexp.MustCompile(`(?:recursed accumulation of path|couldn't make target for path) '[^']*': `), ""},
		{regexp.MustCompile(`accumulateDirectory: "(.*)"`), "$1"},
		{regexp.MustCompile(`(?:(?:accumulating (?:resources|components)(?: from '[^':]*')?|accumulateDirectory): )+`), ""},
		{regexp.MustCompile(`Failed to read kustomization file under [^:]*:\s+`), ""},
	}
})

// ofComponent is what kustomize quotes once more for each component that it comes through.
var ofComponent = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`accumulateDirectory: ("(?:[^"\\]|\\.)*")`)
})

// unquoted is an error as it was before it came through components.
func unquoted(text string) string {
	for m := ofComponent().FindStringSubmatchIndex(text); m != nil; m = ofComponent().FindStringSubmatchIndex(text) {
		inner, err := strconv.Unquote(text[m[2]:m[3]])
		if err != nil {
			break
		}
		text = text[:m[0]] + inner + text[m[1]:]
	}
	return text
}

// simplify drops the parts of a kustomize error that say only how it came up, and
// writes ids as people do.
func simplify(err error) error {
	text := plainIDs(rewrite(unquoted(err.Error()), wrappings()))
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}

// ids are how kustomize prints ids and selectors.
var ids = sync.OnceValue(func() []rewriting {
	return []rewriting{
		{regexp.MustCompile(`(?s)var '\{(\S+) ([A-Za-z]\w*)\.[^ ]* \{[^}]*\}\}' cannot be mapped to a field in the set of known resources`), "there is no $2 that the variable $1 could be read from"},
		{regexp.MustCompile(`(?s)merging vars \[.*\]: var '([^']*)' already encountered`), "there are two variables $1"},
		{regexp.MustCompile(`plugin ([A-Z]\w*)\.builtin\.\[noGrp\]/([^\s.]+)\.\[noNs\]`), "$1 $2"},
		{regexp.MustCompile(`([A-Z]\w*)\.builtin\.\[noGrp\](?:/\[noName\]\.\[noNs\])?`), "$1"},
		{regexp.MustCompile(`\b([A-Z]\w*)\.(?:\[noVer\]|v\w+)\.(?:\[noGrp\]|[\w.-]*\w)/\[noName\]\.(?:\[noNs\])`), "$1"},
		{regexp.MustCompile(`\b([A-Z]\w*)\.(?:\[noVer\]|v\w+)\.(?:\[noGrp\]|[\w.-]*\w)/([\w.-]*[\w-])\.\[noNs\]`), "$1 $2"},
		{regexp.MustCompile(`\b([A-Z]\w*)\.(?:\[noVer\]|v\w+)\.(?:\[noGrp\]|[\w.-]*\w)/([\w.-]*[\w-])\.([\w-]+)\b`), "$1 $2 in namespace $3"},
		{regexp.MustCompile(`\b([A-Z]\w*)\.\[noVer\]\.\[noGrp\]`), "$1"},
		{regexp.MustCompile(`0x[0-9a-f]{6,}`), "..."},
		{regexp.MustCompile(`(?s)namespace transformation produces ID conflict: \[.*?"kind":"([^"]*)","metadata":\{.*?"name":"([^"]*)","namespace":"([^"]*)".*`), "there are two of $1 $2 once all are in namespace $3"},
		{regexp.MustCompile(`(?s)namespace transformation produces ID conflict: \[.*`), "two resources have one kind and name once all are in this namespace"},
		{regexp.MustCompile(`(?s)(must specify a target for JSON patch) \[.*`), "$1"},
		{regexp.MustCompile(`(?s)(patch and path can't be set at the same time|must specify one of patch and path)(?: in)?\s.*`), "$1"},
		{regexp.MustCompile(`(?s)wrong node kind: expected (\w+) but got (\w+): node contents:.*`), "a patch has a $2 where the resource has a $1"},
		{regexp.MustCompile(`(?s)unsupported map key of type: .*`), "a key of a mapping is no text: quote it"},
		{regexp.MustCompile(`considering field '[^']*volumes\[\]/image/reference' of object (\S+(?: \S+)?(?: in namespace \S+)?): .*`), ImagesOfVolumes + " of $1, and fails where one is no mapping"},
		{regexp.MustCompile(`must specify --enable-helm`), NeedsHelm},
		{regexp.MustCompile(`\bMappingNode\b`), "mapping"},
		{regexp.MustCompile(`\bSequenceNode\b`), "list"},
		{regexp.MustCompile(`\bScalarNode\b`), "single value"},
		{regexp.MustCompile(`Found multiple kustomization files under: \S+`), "there are several kustomization files in this directory: kustomize does not choose one"},
		{regexp.MustCompile(`resource with name (\S+) does not match a config with the following GVK \[.*\]`), "there is no $1 with replicas: expected the name of a Deployment, StatefulSet, ReplicaSet or ReplicationController"},
	}
})

// NeedsHelm is what is said of charts that helm may not inflate.
const NeedsHelm = "charts need --enable-helm, which runs helm"

// ImagesOfVolumes begins what is said of images: where a PodSecurityPolicy lists types of
// volumes. Releases before 5.6 do not look there.
const ImagesOfVolumes = "kustomize since 5.6 looks for images in the volumes"

// plainIDs writes ids as KIND NAME.
func plainIDs(text string) string { return rewrite(text, ids()) }

var remote = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:git::|git@|ssh://|https?://|file://|github\.com[:/]|.*\?ref=)`)
})

// LooksRemote reports whether an entry of resources is an address, not a path.
func LooksRemote(dir string) bool { return remote().MatchString(dir) }
