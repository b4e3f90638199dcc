package kbuild_test

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// asFunction makes the test binary be the function, for real kustomize.
const asFunction = "KRM_VALIDATE_TEST_FUNCTION"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == kbuild.ChildCommand {
		os.Exit(kbuild.Child(os.Args[2:], stamp, os.Stdin, os.Stdout, os.Stderr))
	}
	if os.Getenv(asFunction) != "" {
		os.Exit(stamp(os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
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

// stamp is a function that adds an annotation with the value of spec.stamp to
// every resource and a receipt if spec.receipt says so. It fails when a
// resource is named broken.
func stamp(stdin io.Reader, stdout, stderr io.Writer) int {
	content, err := io.ReadAll(stdin)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	var list yaml.Node
	if err := yaml.Unmarshal(content, &list); err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	config := yamlnode.Path(&list, "functionConfig")
	items := yamlnode.EnsureSequence(&list, "items")
	for _, item := range items.Content {
		if name := yamlnode.GetString(item, "metadata", "name"); strings.HasSuffix(name, "broken") {
			fmt.Fprintf(stderr, "error: %s is broken\n", name)
			return 1
		}
		note(item, config)
	}
	if yamlnode.Bool(yamlnode.Path(config, "spec", "receipt")) {
		var receipt yaml.Node
		if err := yaml.Unmarshal([]byte("apiVersion: wealist.io/v1alpha1\nkind: FunctionRan\nmetadata:\n  name: wealist\n"), &receipt); err != nil {
			return 2
		}
		items.Content = append(items.Content, receipt.Content[0])
	}
	fmt.Fprintf(stderr, "note: stamped %d\n", len(items.Content))
	out, err := yaml.Marshal(&list)
	if err != nil {
		return 2
	}
	_, err = stdout.Write(out)
	if err != nil {
		return 2
	}
	return 0
}
