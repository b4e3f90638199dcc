package fn_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/ressKim-io/wealist-k8s-migration"

// What is below fn can be imported by other programs: each package says to whom
// it is promised, shows how it is used, and asks nobody for a type that cannot
// be named outside.
func TestPromised(t *testing.T) {
	s := &sources{fset: token.NewFileSet(), checked: map[string]*types.Package{}}
	for _, dir := range packages(t) {
		t.Run(dir, func(t *testing.T) {
			files, err := s.parse(dir, false)
			require.NoError(t, err)
			assert.True(t, slices.ContainsFunc(files, func(f *ast.File) bool {
				return strings.Contains(strings.Join(strings.Fields(f.Doc.Text()), " "), "promised to")
			}), "the package comment does not say to whom it is promised")
			tests, err := s.parse(dir, true)
			require.NoError(t, err)
			assert.True(t, slices.ContainsFunc(tests, func(f *ast.File) bool {
				return strings.HasSuffix(f.Name.Name, "_test") && slices.ContainsFunc(f.Decls, isExample)
			}), "no example shows how it is used from outside")

			pkg, err := s.Import(module + "/" + dir)
			require.NoError(t, err)
			w := &walker{seen: map[types.Type]bool{}}
			for _, name := range pkg.Scope().Names() {
				w.object(name, pkg.Scope().Lookup(name))
			}
			assert.Empty(t, w.internal, "internal types in what is exported")
		})
	}
}

// packages are the directories of the packages below fn, fn among them.
func packages(t *testing.T) []string {
	var dirs []string
	require.NoError(t, filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if d.IsDir() && d.Name() == "testdata" {
			return fs.SkipDir
		}
		dir := path.Join("fn", filepath.ToSlash(filepath.Dir(p)))
		if strings.HasSuffix(p, ".go") && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
		return err
	}))
	require.Contains(t, dirs, "fn/config")
	return dirs
}

func isExample(d ast.Decl) bool {
	f, ok := d.(*ast.FuncDecl)
	return ok && strings.HasPrefix(f.Name.Name, "Example")
}

// sources checks the packages of this module from source, without the bodies of
// functions. Of packages of others it knows nothing: what they declare is
// invalid, which is not internal.
type sources struct {
	fset    *token.FileSet
	checked map[string]*types.Package
}

func (s *sources) parse(dir string, tests bool) (files []*ast.File, err error) {
	names, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(dir), "*.go"))
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") == tests {
			f, err := parser.ParseFile(s.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			files = append(files, f)
		}
	}
	return files, err
}

func (s *sources) Import(name string) (*types.Package, error) {
	if p := s.checked[name]; p != nil {
		return p, nil
	}
	dir, ours := strings.CutPrefix(name, module+"/")
	if !ours {
		p := types.NewPackage(name, path.Base(name))
		p.MarkComplete()
		return p, nil
	}
	files, err := s.parse(dir, false)
	if err != nil {
		return nil, err
	}
	cfg := types.Config{Importer: s, IgnoreFuncBodies: true, Error: func(error) {}}
	p, _ := cfg.Check(name, s.fset, files, nil)
	s.checked[name] = p
	return p, nil
}

// walker collects the internal types in what can be reached from exported names.
type walker struct {
	seen     map[types.Type]bool
	internal []string
}

func (w *walker) object(at string, o types.Object) {
	if o.Exported() {
		w.typ(at, o.Type())
	}
}

func (w *walker) typ(at string, t types.Type) {
	if w.seen[t] {
		return
	}
	w.seen[t] = true
	switch t := t.(type) {
	case *types.Alias:
		w.name(at, t.Obj())
		w.typ(at, t.Rhs())
	case *types.Named:
		w.name(at, t.Obj())
		for i := range t.TypeArgs().Len() {
			w.typ(at, t.TypeArgs().At(i))
		}
		if pkg := t.Obj().Pkg(); pkg == nil || !strings.HasPrefix(pkg.Path(), module+"/fn") {
			return
		}
		for m := range t.Methods() {
			w.object(at+"."+m.Name(), m)
		}
		w.typ(at, t.Underlying())
	case *types.Struct:
		for f := range t.Fields() {
			w.object(at+"."+f.Name(), f)
		}
	case *types.Interface:
		for m := range t.Methods() {
			w.object(at+"."+m.Name(), m)
		}
	case *types.Signature:
		for v := range t.Params().Variables() {
			w.typ(at, v.Type())
		}
		for v := range t.Results().Variables() {
			w.typ(at, v.Type())
		}
	case *types.Map:
		w.typ(at, t.Key())
		w.typ(at, t.Elem())
	case interface{ Elem() types.Type }: // pointers, slices, arrays, channels
		w.typ(at, t.Elem())
	}
}

func (w *walker) name(at string, o *types.TypeName) {
	if pkg := o.Pkg(); pkg != nil && strings.HasPrefix(pkg.Path(), module+"/internal/") {
		w.internal = append(w.internal, at+": "+pkg.Name()+"."+o.Name())
	}
}
