package kbuild

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/cleanup"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// AsFunction makes the test binary be the function, for real kustomize.
const AsFunction = "KRM_VALIDATE_TEST_FUNCTION"

// realFunction makes the test binary run the real function as the child of builds.
const realFunction = "KRM_VALIDATE_TEST_REAL"

// tolerant is the function, whatever it finds.
func tolerant(stdin io.Reader, stdout io.Writer) function.Report {
	failed := func(err error) function.Report {
		return function.Report{Code: function.ExitFailure, Failure: err.Error()}
	}
	content, err := io.ReadAll(stdin)
	if err != nil {
		return failed(err)
	}
	list, err := manifest.ReadResourceList(content)
	if err != nil {
		return failed(err)
	}
	out, report := function.RunNodes(list.Items, list.FunctionConfig)
	if report.Failure == "" {
		report.Code = function.ExitOK
		err = list.Write(stdout, out)
	}
	if err != nil {
		return failed(err)
	}
	return report
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == ChildCommand {
		filter := Stamp
		if os.Getenv(realFunction) != "" {
			filter = tolerant
		}
		os.Exit(Child(os.Args[2:], filter, os.Stdin, os.Stdout, os.Stderr))
	}
	if os.Getenv(AsFunction) != "" {
		r := Stamp(os.Stdin, os.Stdout)
		for _, f := range r.Findings {
			fmt.Fprintln(os.Stderr, f.Message)
		}
		os.Exit(r.Code)
	}
	remove := cleanup.TempDir() // as in the program: kustomize leaves clones that failed
	code := m.Run()
	remove()
	os.Exit(code)
}

// configuredIn is where a transformer is configured. A function gets to know the
// kustomization that names it, until the end of a build.
var configuredIn = regexp.MustCompile(`configuredIn: .*`)

// note stamps a resource, and writes down what kustomize's own annotations say.
func note(item, config *yaml.Node) {
	annotations := yamlnode.Ensure(item, "metadata", "annotations")
	var saw []string
	for key, value := range yamlnode.Fields(annotations) {
		for _, own := range []string{"/previous", "/prefixes", "/suffixes", "/needsHashSuffix", "/generatorBehavior", "/origin", "/transformations"} {
			if strings.Contains(key.Value, own) {
				saw = append(saw, key.Value+": "+configuredIn.ReplaceAllString(value.Value, ""))
			}
		}
	}
	slices.Sort(saw)
	yamlnode.Set(annotations, "saw", yamlnode.NewString(strings.Join(saw, "\n")))
	yamlnode.Set(annotations, "stamp", yamlnode.NewString(yamlnode.GetString(config, "spec", "stamp")))
}

// StampNodes is a function that adds an annotation with the value of spec.stamp
// to every resource and a receipt if spec.receipt says so. It fails when a
// resource is named broken. With spec.edit it changes every second resource
// only, and adds one.
func StampNodes(items []*yaml.Node, config *yaml.Node) (manifest.Output, function.Report) {
	edit := yamlnode.Bool(yamlnode.Path(config, "spec", "edit"))
	name := func(item *yaml.Node) string { return yamlnode.GetString(item, "metadata", "name") }
	out := manifest.Output{
		Changed: func(i int) bool { return !edit || i%2 == 0 },
	}
	for i, item := range items {
		if strings.HasSuffix(name(item), "broken") {
			return out, said(function.ExitFindings, finding.Error, "%s is broken", name(item))
		}
		if out.Changed(i) {
			note(item, config)
		}
	}
	str := yamlnode.NewString
	add := func(apiVersion, kind, name string) {
		out.Added = append(out.Added, yamlnode.NewMapping(str("apiVersion"), str(apiVersion),
			str("kind"), str(kind), str("metadata"), yamlnode.NewMapping(str("name"), str(name))))
	}
	if yamlnode.Bool(yamlnode.Path(config, "spec", "receipt")) {
		add("wealist.io/v1alpha1", "FunctionRan", "wealist")
	}
	if edit {
		add("v1", "ConfigMap", "added")
	}
	return out, said(function.ExitOK, finding.Note, "stamped %d", len(items)+len(out.Added))
}

func said(code int, severity finding.Severity, format string, args ...any) function.Report {
	return function.Report{Code: code, Findings: []finding.Finding{{Severity: severity, Message: fmt.Sprintf(format, args...)}}}
}

// Stamp is StampNodes as a filter.
func Stamp(stdin io.Reader, stdout io.Writer) function.Report {
	content, err := io.ReadAll(stdin)
	if err != nil {
		return function.Report{Code: function.ExitFailure, Failure: err.Error()}
	}
	var list yaml.Node
	if err := yaml.Unmarshal(content, &list); err != nil {
		return function.Report{Code: function.ExitFailure, Failure: err.Error()}
	}
	items := yamlnode.EnsureSequence(&list, "items")
	out, report := StampNodes(items.Content, yamlnode.Path(&list, "functionConfig"))
	if report.Code != function.ExitOK {
		return report
	}
	items.Content = append(items.Content, out.Added...)
	text, err := yaml.Marshal(&list)
	if err == nil {
		_, err = stdout.Write(text)
	}
	if err != nil {
		return function.Report{Code: function.ExitFailure, Failure: err.Error()}
	}
	return report
}
