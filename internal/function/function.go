// Package function is the KRM function as programs run it: over a ResourceList
// in streams or over nodes in memory, with its exit codes, its environment
// variables and what it prints. Package fn is its public face.
//
// Data goes one way:
//
//	ResourceList → inventory → inject → normalize → references → rules → findings
package function

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/result"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/normalize"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// ReceiptKind is the kind of the resource that proves that the function ran.
const ReceiptKind = "FunctionRan"

// Process is fn.Process, which documents it.
func Process(ctx context.Context, inv *inventory.Inventory, cfg *config.ConfigPipeline) (result.Result, error) {
	res, found, err := Judge(ctx, rules.All(), inv, cfg)
	res.Findings = found.Findings()
	return res, err
}

// Found are what a run found, before anybody looks at it.
type Found struct {
	*rules.Found
	cfg *config.ConfigPipeline
}

// Findings returns the findings, sorted. Found is empty afterwards.
func (f *Found) Findings() []finding.Finding {
	const many = 10_000
	if f.Len() >= many {
		limits.Collect() // what they are about may be gone
	}
	findings := f.Found.Findings()
	if f.cfg != nil {
		locate(f.cfg, findings)
	}
	return findings
}

// Judge is Process for those who are done with the inventory before they look at the
// findings: of large builds both together take much memory. The result has none.
// Of all rules those are run that are named.
func Judge(ctx context.Context, named []*rules.Rule, inv *inventory.Inventory, cfg *config.ConfigPipeline) (result.Result, *Found, error) {
	var res result.Result
	spec := &config.Spec{}
	if cfg != nil {
		spec = &cfg.Spec
	}
	before := len(inv.Objects())
	reference.Produce(inv)
	var injected []finding.Finding
	if cfg != nil {
		res.Injections = connection.Apply(inv, cfg, func(f finding.Finding) { injected = append(injected, f) })
	}
	res.Changes = normalize.Apply(inv, spec.Normalize)
	found, err := rules.Find(ctx, named, inv, spec, injected...)
	if spec.Receipt {
		addReceipt(inv, cfg.Metadata.Name)
	}
	if objects := inv.Objects(); len(objects) > before { // an empty part would hold on to the rest
		res.Added = objects[before:]
	}
	return res, &Found{found, cfg}, err
}

// locate says which configuration findings are about, and where it has the
// field.
func locate(cfg *config.ConfigPipeline, fs []finding.Finding) {
	for i := range fs {
		if f := &fs[i]; config.Is(f.Resource.APIVersion, f.Resource.Kind) {
			f.Resource.Namespace, f.Resource.Name = cfg.Metadata.Namespace, cfg.Metadata.Name
			f.File = cfg.File
			f.Line, f.Column = cfg.Locate(f.Field)
		}
	}
	finding.Sort(fs)
}

// addReceipt adds the resource that an outer kustomization deletes, unless a
// run before this one did.
func addReceipt(inv *inventory.Inventory, name string) {
	gk := inventory.GroupKind{Group: group(config.APIVersion), Kind: ReceiptKind}
	if inv.Lookup(gk, "", name, false, nil) != nil {
		return
	}
	inv.Add(yamlnode.NewMapping(
		yamlnode.NewString("apiVersion"), yamlnode.NewString(config.APIVersion),
		yamlnode.NewString("kind"), yamlnode.NewString(ReceiptKind),
		yamlnode.NewString("metadata"), yamlnode.NewMapping(
			yamlnode.NewString("name"), yamlnode.NewString(name)),
	), inventory.Source{})
}

func group(apiVersion string) string {
	g, _, _ := strings.Cut(apiVersion, "/")
	return g
}

// Exit codes of Run.
const (
	ExitOK       = 0
	ExitFindings = 1 // findings at error level
	ExitFailure  = 2 // the input or the configuration could not be read
)

// Run is the function as a filter: a ResourceList from stdin, the processed
// ResourceList to stdout, findings to stderr and into its results. It returns
// the exit code. Resources that are not changed are written byte for byte as
// they came.
func Run(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) int {
	r := filter(ctx, stdin, stdout)
	r.print(stderr)
	return r.Code
}

// print writes what a run found, or why it failed.
func (r *Report) print(stderr io.Writer) {
	switch {
	case r.Failure != "":
		fmt.Fprintln(stderr, r.Failure)
		return
	case explaining():
		fmt.Fprint(stderr, r.Explanation())
	}
	_ = report.Text(stderr, &report.Report{Findings: r.Findings, WithoutSchema: r.WithoutSchema, Quiet: true})
}

// outcome is what a run did and found, for those who report it.
type outcome struct {
	result.Result
	found         *Found
	withoutSchema map[string]int // resources, by API group
}

// look fills in the findings, which may be printed then. The items may be gone.
func (o *outcome) look(secrets *redact.Secrets) {
	o.Findings = report.Clean(o.found.Findings(), secrets)
	o.found = nil
}

// transformList is transform over a ResourceList.
func transformList(ctx context.Context, stdin io.Reader, stdout io.Writer, secrets *redact.Secrets) (outcome, error) {
	data, err := limits.Read(stdin)
	if err != nil {
		return outcome{}, fmt.Errorf("reading the ResourceList: %w", err)
	}
	limits.Expect(len(data))
	rl, err := manifest.ReadResourceListFor(data, edits)
	if err != nil {
		return outcome{}, err
	}
	cfg, err := decode(rl.FunctionConfig, secrets)
	if err != nil {
		return outcome{}, err
	}
	res, out, err := transform(ctx, rl.Items, cfg, secrets)
	if err != nil && !edits(rl.FunctionConfig) {
		// Items that share nodes have no lines in the list, and the error had better.
		if rl, err = manifest.ReadResourceList(data); err == nil {
			res, out, err = transform(ctx, rl.Items, cfg, secrets)
		}
	}
	if err != nil {
		return outcome{}, err
	}
	var indexes map[finding.Resource]int
	if res.found.Len() > 0 {
		indexes = indexesOf(rl.Items)
	}
	rl.Forget(out)
	secrets.Settle(len(data))
	res.look(secrets)
	res.Findings = unsilenced(data, res.Findings)
	rl.Results, rl.More = results(res.Findings, indexes)
	return res, rl.Write(stdout, out)
}

// decode reads the configuration, which may be missing.
func decode(functionConfig *yaml.Node, secrets *redact.Secrets) (*config.ConfigPipeline, error) {
	secrets.Node(functionConfig)
	if yamlnode.IsNull(functionConfig) {
		return nil, nil
	}
	return config.Decode(functionConfig)
}

// edits reports whether items are edited with a configuration. With one that
// cannot be read nothing is done.
func edits(functionConfig *yaml.Node) bool {
	if yamlnode.IsNull(functionConfig) {
		return false
	}
	cfg, err := config.Decode(functionConfig)
	return err == nil && (len(cfg.Spec.Connections) > 0 || cfg.Spec.Normalize != nil)
}

// transform runs the pipeline over items and says what to write of them.
func transform(ctx context.Context, items []*yaml.Node, cfg *config.ConfigPipeline, secrets *redact.Secrets) (outcome, manifest.Output, error) {
	for _, item := range items {
		secrets.Node(item)
	}
	inv := &inventory.Inventory{}
	begins := make([]int, len(items)+1) // of the objects of each item: lists have several
	for i, item := range items {
		resources, err := manifest.ItemResources(item)
		if err != nil {
			return outcome{}, manifest.Output{}, fmt.Errorf("items[%d]: %w", i, err)
		}
		for _, n := range resources {
			inv.Add(n, inventory.Source{})
		}
		begins[i+1] = len(inv.Objects())
	}
	if cfg != nil && cfg.Spec.Receipt && !wantsReceipt(inv) {
		own := *cfg
		own.Spec.Receipt = false
		cfg = &own
	}
	var res outcome
	var err error
	res.Result, res.found, err = Judge(ctx, rules.All(), inv, cfg)
	if res.found.Len() > 0 { // there is a summary to say it in
		res.withoutSchema = rules.WithoutSchema(inv)
	}
	objects := inv.Objects()
	out := manifest.Output{
		Changed: func(i int) bool {
			return slices.ContainsFunc(objects[begins[i]:begins[i+1]], (*inventory.Object).Modified)
		},
	}
	if !slices.ContainsFunc(objects, (*inventory.Object).Modified) && len(res.Injections)+len(res.Changes)+len(res.Added) == 0 {
		// Nothing was done: what is known of the objects need not be kept.
		return res, manifest.Output{Changed: func(int) bool { return false }, Wrote: func(func(int, string, string)) {}}, err
	}
	for _, o := range res.Added {
		out.Added = append(out.Added, o.Node)
	}
	out.Wrote = func(yield func(item int, field, cause string)) {
		// Fields are those of objects: what stands in a list, or is there twice, is at
		// no field of an item that is certain.
		itemOf := map[finding.Resource]int{}
		number := map[finding.Resource]int{}
		for i, item := range items {
			own := objects[begins[i]:begins[i+1]]
			for _, o := range own {
				number[o.Resource()]++
			}
			if len(own) == 1 && own[0].Node == item {
				itemOf[own[0].Resource()] = i
			}
		}
		at := func(r finding.Resource) (int, bool) {
			i, ok := itemOf[r]
			return i, ok && number[r] == 1
		}
		for _, in := range res.Injections {
			if i, ok := at(in.Object.Resource()); ok {
				yield(i, in.Field, "spec.connections"+fieldpath.ToKey(in.Connection))
			}
		}
		for _, c := range res.Changes {
			if i, ok := at(c.Resource); ok {
				cause, _, _ := strings.Cut(c.Cause, ",")
				yield(i, c.Field, cause)
			}
		}
		for i, o := range res.Added {
			if o.Kind == ReceiptKind {
				yield(len(items)+i, "", "spec.receipt")
			}
		}
	}
	return res, out, err
}

// wantsReceipt reports whether the resources may be part of a kustomize build.
// In a package of files a receipt would be one more file that nobody deletes.
func wantsReceipt(inv *inventory.Inventory) bool {
	files := false
	for _, o := range inv.Objects() {
		for k := range yamlnode.Fields(o.Annotations()) {
			switch k.Value {
			case annoKustomizeID:
				return true
			case annoPath, annoPathInternal:
				files = true
			}
		}
	}
	return !files
}
