package kbuild

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/api/ifc"
	"sigs.k8s.io/kustomize/api/pkg/loader"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// remotes are what the builds of a snapshot fetched. They stay what they were,
// like files: an address is asked once, and the files of a repository that were
// read are known when the clone is gone. What could not be had is not asked for again.
type remotes struct {
	mu      sync.Mutex
	running int // builds
	away    *Unreached
	clones  map[string]*clone
	answers map[string][]byte
	remove  []func() error
}

// clone is a kustomization in a repository that was fetched.
type clone struct {
	address string // as the kustomization has it
	// root is the directory of the kustomization, repo that of the whole.
	root, repo filesys.ConfirmedDir
}

// begin says that a build has begun, until done is called. Clones are removed
// when none is left.
func (r *remotes) begin() (done func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running++
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.running--; r.running > 0 {
			return
		}
		for _, remove := range r.remove {
			_ = remove()
		}
		r.remove = nil
	}
}

// waits says where it is kept what could not be had.
func (r *remotes) waits(away *Unreached) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away == nil {
		r.away = cmp.Or(away, &Unreached{})
	}
}

// clone fetches a kustomization, as kustomize does.
func (r *remotes) clone(fsys filesys.FileSystem, address string) (*clone, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.clones[address]; c != nil {
		return c, nil
	}
	if err := vetAddress(address); err != nil {
		return nil, &certainError{err}
	}
	var c *clone
	err := r.away.get("git", address, func() (err error) {
		if c, err = cloneRepository(fsys, address); err == nil && c == nil {
			var l ifc.Loader
			if l, err = loader.NewFileLoaderAtRoot(fsys).New(address); err == nil {
				if l.Repo() == "" { // it took it for a path
					return errors.New("may not be an address")
				}
				r.remove = append(r.remove, l.Cleanup)
				c = &clone{address: address, root: filesys.ConfirmedDir(l.Root()), repo: filesys.ConfirmedDir(l.Repo())}
			}
		} else if c != nil {
			r.remove = append(r.remove, func() error { return fsys.RemoveAll(c.repo.String()) })
		}
		if err != nil {
			return unreachable(address, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if r.clones == nil {
		r.clones = map[string]*clone{}
	}
	r.clones[address] = c
	return c, nil
}

// get returns what a server answers.
func (r *remotes) get(fsys filesys.FileSystem, address string) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if answer, ok := r.answers[address]; ok {
		return answer, nil
	}
	var answer []byte
	err := r.away.get("http", address, func() (err error) {
		if answer, err = loader.NewFileLoaderAtRoot(fsys).Load(address); err != nil {
			return unreachable(address, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if r.answers == nil {
		r.answers = map[string][]byte{}
	}
	r.answers[address] = answer
	return answer, nil
}

// fetched returns a clone that there is already, or nil.
func (r *remotes) fetched(address string) *clone {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clones[address]
}

// known returns what a server has answered already.
func (r *remotes) known(address string) ([]byte, bool) {
	if r == nil {
		return nil, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	answer, ok := r.answers[address]
	return answer, ok
}

// unreachable is an error about an address. What cannot be had need not be asked
// for again by kustomize.
func unreachable(address string, err error) error {
	text := err.Error()
	if m := gitSays().FindStringSubmatch(text); m != nil {
		text = m[1]
	} else if m := httpSays().FindStringSubmatch(text); m != nil {
		text = theServerSays + m[1]
	}
	return &certainError{&unreachableError{address, strings.Join(strings.Fields(text), " "), err}}
}

var (
	gitSays = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?s)failed to run '[^']*': .*?((?:fatal|error): [^\n]*)`)
	})
	httpSays = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`HTTP Error: status code (\d+ \([^)]*\))`) })
)

const theServerSays = "the server says "

// answered reports whether there is a server that has no such file, which is the
// end of it, or one that says too much.
func answered(err error) bool {
	return strings.Contains(err.Error(), theServerSays) || asRefused(err) != nil
}

// unreachableError is about what could not be fetched.
type unreachableError struct {
	address, why string
	err          error
}

func (e *unreachableError) Error() string {
	return fmt.Sprintf("%s cannot be had: %s", showAddress(e.address), e.why)
}

func (e *unreachableError) Unwrap() error { return e.err }

// isURL reports whether kustomize asks a server for a file.
func isURL(path string) bool {
	u, err := url.Parse(path)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https")
}

// showAddress is an address without what may be a secret in it.
func showAddress(address string) string {
	base, query, _ := strings.Cut(address, "?")
	if u, err := url.Parse(base); err == nil && u.User != nil {
		_, password := u.User.Password()
		if u.Scheme != "ssh" || password {
			u.User = nil
			base = u.String()
		}
	}
	if values, err := url.ParseQuery(query); err == nil {
		for _, name := range []string{"ref", "version"} {
			if ref := values.Get(name); ref != "" {
				return base + "?" + name + "=" + ref
			}
		}
	}
	return base
}

// shown is how places name a file of a clone: the repository's address, the path
// in it behind two slashes, and the ref, which is how kustomize writes addresses.
func (c *clone) shown(path string) (string, bool) {
	rel, ok := strings.CutPrefix(path, c.repo.String()+string(filepath.Separator))
	if !ok {
		return "", false
	}
	origin := (&resource.Origin{}).Append(c.address)
	if origin.Repo == "" {
		return "", false
	}
	name := showAddress(origin.Repo) + "//" + filepath.ToSlash(rel)
	if origin.Ref != "" {
		name += "?ref=" + origin.Ref
	}
	return name, true
}

// Remote returns the text of a remote file that was read, by the name that places
// have for it.
func (s *Snapshot) Remote(shown string) ([]byte, bool) {
	s.remotes.mu.Lock()
	defer s.remotes.mu.Unlock()
	for address, answer := range s.remotes.answers {
		if showAddress(address) == shown {
			return answer, true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.remotes.clones {
		if !strings.HasPrefix(shown, showAddress((&resource.Origin{}).Append(c.address).Repo)+"//") {
			continue
		}
		for path, text := range s.contents {
			if name, ok := c.shown(path); ok && name == shown {
				return text, true
			}
		}
	}
	return nil, false
}

// remote adds what an address stands for: a file that a server has, or else a
// kustomization in a repository.
func (v *level) remote(m *indexed, address string) error {
	var noFile error
	if isURL(address) {
		content, err := v.localLoader.remotes.get(v.localLoader.fsys, address)
		if err == nil {
			var rs []*resource.Resource
			if rs, err = v.opts.Cache.resources(v.factory.RF(), content); err == nil {
				if e := unreached(content); e != nil {
					e.path = showAddress(address)
					return &certainError{e}
				}
				return v.add(m, address, rs, func() { v.trace.answer(v, address, content, rs) })
			}
			// It may be the page of a repository.
			err = &certainError{fmt.Errorf("%s is neither a file of resources nor a repository", showAddress(address))}
		} else if answered(err) {
			return err
		}
		noFile = err
	}
	base, err := v.fetch(address)
	switch {
	case err != nil && noFile != nil && strings.Contains(err.Error(), "must build at directory"):
		return noFile // kustomize knows no repository at such an address
	case err != nil:
		return err
	}
	return v.base(m, address, base)
}

// fetch returns the loader of a kustomization in a repository.
func (l *localLoader) fetch(address string) (*localLoader, error) {
	// kustomize compares addresses as they are written.
	if slices.ContainsFunc(l.addresses, func(a string) bool { return strings.HasPrefix(a, address) }) {
		return nil, fmt.Errorf("%s: a cycle", address)
	}
	c, err := l.remotes.clone(l.fsys, address)
	if err != nil {
		return nil, err
	}
	return &localLoader{
		fsys: l.fsys, remotes: l.remotes, doubts: l.doubts, chain: append(slices.Clip(l.chain), c.root),
		addresses: append(slices.Clip(l.addresses), address), clone: c,
	}, nil
}
