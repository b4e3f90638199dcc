// Command apischema writes the table of Kubernetes' own kinds that internal/apischema
// reads: from the OpenAPI document, the generated OpenAPI definitions (for
// enumerations) and the life cycles of API versions, in Kubernetes' own modules;
// and the table of operators' kinds, from the CustomResourceDefinitions in theirs.
//
//	go run . ../../internal/apischema
//
// The modules are downloaded by the go command. The format of the table is
// documented in internal/apischema.
package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// The release that the table describes.
const (
	kubernetes = "k8s.io/kubernetes@v1.37.2"
	api        = "k8s.io/api@v0.37.2"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: apischema DIRECTORY")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "apischema:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	source, err := download(kubernetes)
	if err != nil {
		return err
	}
	types, err := download(api)
	if err != nil {
		return err
	}
	t := table{enums: map[string]map[string][]string{}}
	if err := t.readEnums(filepath.Join(source, "pkg/generated/openapi/zz_generated.openapi.go")); err != nil {
		return err
	}
	if err := t.readOpenAPI(filepath.Join(source, "api/openapi-spec/swagger.json")); err != nil {
		return err
	}
	if err := t.readLifeCycles(types); err != nil {
		return err
	}
	if err := t.readTimeZones(); err != nil {
		return err
	}
	if err := writeCompressed(filepath.Join(out, "kubernetes.txt.gz"), t.text()); err != nil {
		return err
	}
	return writeCatalog(filepath.Join(out, "operators.txt.gz"))
}

// download returns the directory of a module's source.
func download(module string) (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	var answer struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(text, &answer); jsonErr == nil && answer.Error != "" {
		return "", errors.New(answer.Error)
	}
	if err != nil {
		return "", fmt.Errorf("go mod download %s: %w", module, err)
	}
	return answer.Dir, nil
}

func writeCompressed(file, text string) error {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(text)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// table collects the lines of the table.
type table struct {
	enums map[string]map[string][]string // by the name of the Go function, then by field
	lines []string
}

func (t *table) add(fields ...string) { t.lines = append(t.lines, strings.Join(fields, "\t")) }

func (t *table) text() string {
	slices.Sort(t.lines)
	return strings.Join(slices.Compact(t.lines), "\n") + "\n"
}

// readEnums reads the enumerations, which the OpenAPI document leaves out.
func (t *table) readEnums(file string) error {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(f.Name.Name, "schema_") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			kv, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			if name, ok := stringOf(kv.Key); ok {
				if values := enumOf(kv.Value); values != nil {
					if t.enums[f.Name.Name] == nil {
						t.enums[f.Name.Name] = map[string][]string{}
					}
					t.enums[f.Name.Name][name] = values
				}
			}
			return true
		})
	}
	return nil
}

func stringOf(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// enumOf returns the values of the first Enum below a field.
func enumOf(e ast.Expr) []string {
	var values []string
	ast.Inspect(e, func(n ast.Node) bool {
		kv, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		if id, ok := kv.Key.(*ast.Ident); ok && id.Name == "Enum" {
			if list, ok := kv.Value.(*ast.CompositeLit); ok {
				for _, v := range list.Elts {
					if s, ok := stringOf(v); ok {
						values = append(values, s)
					}
				}
			}
		}
		return true
	})
	return values
}

// schema is the part of an OpenAPI schema that the table keeps.
type schema struct {
	Ref                  string `json:"$ref"`
	Type, Format         string
	Properties           map[string]*schema
	AdditionalProperties *schema
	Items                *schema
	Required             []string
	ListType             string       `json:"x-kubernetes-list-type"`
	MapKeys              []string     `json:"x-kubernetes-list-map-keys"`
	Kinds                []apiVersion `json:"x-kubernetes-group-version-kind"`
}

type apiVersion struct{ Group, Version, Kind string }

func (t *table) readOpenAPI(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var doc struct {
		Definitions map[string]*schema
		Paths       map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return err
	}
	served, err := t.readPaths(doc.Paths)
	if err != nil {
		return err
	}
	for name, s := range doc.Definitions {
		short := shortName(name)
		if base(short) == "" {
			t.addType(name, short, s)
		}
		if len(s.Kinds) != 1 || strings.HasSuffix(s.Kinds[0].Kind, "List") {
			continue
		}
		if r, ok := served[s.Kinds[0]]; ok {
			k := s.Kinds[0]
			t.add("kind", k.Group, k.Version, k.Kind, r.plural, r.scope, short)
		}
	}
	return nil
}

type resource struct{ plural, scope string }

// readPaths says which kinds can be created, and which resources take which
// verbs.
func (t *table) readPaths(paths map[string]map[string]json.RawMessage) (map[apiVersion]resource, error) {
	served := map[apiVersion]resource{}
	verbs := map[[2]string][]string{}
	for path, operations := range paths {
		group, rest, ok := cutGroup(path)
		if !ok {
			continue
		}
		for method, raw := range operations {
			if method == "parameters" {
				continue
			}
			var op struct {
				Action string     `json:"x-kubernetes-action"`
				Kind   apiVersion `json:"x-kubernetes-group-version-kind"`
			}
			if err := json.Unmarshal(raw, &op); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			steps := strings.Split(rest, "/")
			scope := "Cluster"
			if len(steps) > 2 && steps[0] == "namespaces" && steps[1] == "{namespace}" {
				steps, scope = steps[2:], "Namespaced"
			}
			if steps[0] == "watch" || strings.Contains(rest, "{path}") {
				continue
			}
			name := steps[0]
			if len(steps) > 2 {
				name += "/" + steps[2]
			}
			verb := map[string]string{"post": "create", "put": "update", "connect": "create"}[op.Action]
			verbs[[2]string{group, name}] = append(verbs[[2]string{group, name}], cmp.Or(verb, op.Action))
			if op.Action == "post" && len(steps) == 1 {
				served[op.Kind] = resource{name, scope}
			}
		}
	}
	for key, list := range verbs {
		slices.Sort(list)
		t.add("resource", key[0], key[1], strings.Join(slices.Compact(list), ","))
	}
	return served, nil
}

// cutGroup splits the path of an API at its version.
func cutGroup(path string) (group, rest string, ok bool) {
	if rest, ok = strings.CutPrefix(path, "/api/v1/"); ok {
		return "", rest, rest != ""
	}
	if rest, ok = strings.CutPrefix(path, "/apis/"); !ok {
		return "", "", false
	}
	parts := strings.SplitN(rest, "/", 3)
	if len(parts) < 3 || parts[2] == "" {
		return "", "", false
	}
	return parts[0], parts[2], true
}

// shortName is the name of a definition as the table has it: core.v1.Container.
func shortName(name string) string {
	for prefix, short := range map[string]string{
		"io.k8s.api.":                              "",
		"io.k8s.apimachinery.pkg.apis.":            "",
		"io.k8s.apiextensions-apiserver.pkg.apis.": "",
		"io.k8s.kube-aggregator.pkg.apis.":         "",
		"io.k8s.apimachinery.pkg.api.":             "",
		"io.k8s.apimachinery.pkg.":                 "",
	} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && !strings.HasPrefix(rest, "apis.") && !strings.HasPrefix(rest, "api.") {
			return short + rest
		}
	}
	return name
}

// base returns the letter of types that are not written as their Go types are.
func base(short string) string {
	switch short {
	case "resource.Quantity":
		return "q"
	case "util.intstr.IntOrString":
		return "o"
	case "meta.v1.Time":
		return "t"
	case "meta.v1.MicroTime":
		return "u"
	case "runtime.RawExtension", "meta.v1.FieldsV1":
		return "r"
	case "apiextensions.v1.JSON", "apiextensions.v1.JSONSchemaPropsOrArray", "apiextensions.v1.JSONSchemaPropsOrBool", "apiextensions.v1.JSONSchemaPropsOrStringArray":
		return "a"
	}
	return ""
}

func (t *table) addType(name, short string, s *schema) {
	enums := t.enums["schema_"+goName(name)]
	row := []string{"type", short}
	for field, f := range s.Properties {
		spec := field + ":"
		if slices.Contains(s.Required, field) {
			spec += "!"
		}
		row = append(row, spec+code(f)+enumText(enums[field]))
	}
	slices.Sort(row[2:])
	t.add(row...)
}

func enumText(values []string) string {
	if values == nil {
		return ""
	}
	return "=" + strings.Join(values, "|")
}

// goName is the name of a definition in the names of the generated functions.
func goName(name string) string {
	for prefix, short := range map[string]string{
		"io.k8s.api.": "k8sio_api_",
		"io.k8s.apiextensions-apiserver.pkg.apis.": "pkg_apis_",
		"io.k8s.kube-aggregator.pkg.apis.":         "pkg_apis_",
		"io.k8s.apimachinery.pkg.apis.":            "pkg_apis_",
	} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return short + strings.ReplaceAll(rest, ".", "_")
		}
	}
	return name
}

// code says how values of a schema are written.
func code(s *schema) string {
	switch {
	case s.Ref != "":
		short := shortName(strings.TrimPrefix(s.Ref, "#/definitions/"))
		if letter := base(short); letter != "" {
			return letter
		}
		return "@" + short
	case s.Type == "array":
		keys := ""
		if s.ListType == "map" {
			keys = "(" + strings.Join(s.MapKeys, ",") + ")"
		} else if s.ListType == "set" {
			keys = "()"
		}
		return "[" + keys + code(s.Items)
	case s.Type == "object" && s.AdditionalProperties != nil:
		return "{" + code(s.AdditionalProperties)
	case s.Type == "object":
		return "r"
	case s.Type == "string" && s.Format == "byte":
		return "y"
	case s.Type == "integer" && s.Format == "int32":
		return "i"
	case s.Type == "integer":
		return "l"
	}
	return cmp.Or(map[string]string{"string": "s", "number": "n", "boolean": "b"}[s.Type], "a")
}

// readLifeCycles reads in which releases an API version of a kind came and went,
// and what replaced it.
func (t *table) readLifeCycles(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "zz_generated.prerelease-lifecycle.go" {
			return err
		}
		group, err := groupName(filepath.Dir(path))
		if err != nil {
			return err
		}
		version := filepath.Base(filepath.Dir(path))
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		type cycle struct{ introduced, removed, replacement string }
		cycles := map[string]*cycle{}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv == nil {
				continue
			}
			kind := f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name
			if strings.HasSuffix(kind, "List") {
				continue
			}
			c := cycles[kind]
			if c == nil {
				c = &cycle{}
				cycles[kind] = c
			}
			values := literals(f.Body)
			switch f.Name.Name {
			case "APILifecycleIntroduced":
				c.introduced = strings.Join(values, ".")
			case "APILifecycleRemoved":
				c.removed = strings.Join(values, ".")
			case "APILifecycleReplacement":
				c.replacement = strings.Join(values, " ")
			}
		}
		for kind, c := range cycles {
			t.add("life", group, version, kind, c.introduced, c.removed, c.replacement)
		}
		return nil
	})
}

// literals are the values of the literals in a function's body.
func literals(body *ast.BlockStmt) []string {
	var values []string
	ast.Inspect(body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok {
			if s, ok := stringOf(lit); ok {
				values = append(values, s)
			} else {
				values = append(values, lit.Value)
			}
		}
		return true
	})
	return values
}

// groupName reads the name of an API group from the package of a version.
func groupName(dir string) (string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, "register.go"), nil, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	group, found := "", false
	ast.Inspect(parsed, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && spec.Names[0].Name == "GroupName" && len(spec.Values) == 1 {
			group, found = stringOf(spec.Values[0])
		}
		return true
	})
	if !found {
		return "", fmt.Errorf("%s: no GroupName", dir)
	}
	return group, nil
}

// readTimeZones reads the names of the time zone database that Go brings along,
// which is the one in kube-apiserver.
func (t *table) readTimeZones() error {
	goroot := runtime.GOROOT()
	if text, err := exec.Command("go", "env", "GOROOT").Output(); err == nil {
		goroot = strings.TrimSpace(string(text))
	}
	archive, err := zip.OpenReader(filepath.Join(goroot, "lib/time/zoneinfo.zip"))
	if err != nil {
		return err
	}
	defer archive.Close()
	row := []string{"zones"}
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, "/") {
			row = append(row, f.Name)
		}
	}
	slices.Sort(row[1:])
	t.add(row...)
	return nil
}
