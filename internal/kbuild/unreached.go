package kbuild

import (
	"net/url"
	"regexp"
	"sync"
)

// Unreached is what could not be had: who builds many trees need not wait for each to
// hear the same. The zero value is ready to use, and builds that run at once may share
// one. Without it a build knows of its own snapshot alone.
type Unreached struct {
	mu   sync.Mutex
	errs map[string]error // by who asked, and the address or the host
}

// hostAway is what programs say of a host that nothing can be had from.
var hostAway = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)could not resolve host: [^\s'"]+|no such host|connection refused|network is unreachable|connection timed out|i/o timeout`)
})

// get asks for an address, unless it or its host could not be had before. Programs go
// their own ways to a host, so that each is known by itself.
func (u *Unreached) get(by, address string, ask func() error) error {
	host := ""
	if parsed, err := url.Parse(address); err == nil && parsed.Host != "" {
		host = by + "\x00" + parsed.Host
	}
	key := by + " " + address
	u.mu.Lock()
	known := u.errs[key]
	if away := u.errs[host]; known == nil && away != nil && host != "" {
		known = &certainError{&unreachableError{address, hostAway().FindString(away.Error()), away}}
	}
	u.mu.Unlock()
	if known != nil {
		return known
	}
	err := ask()
	if err == nil {
		return nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.errs == nil {
		u.errs = map[string]error{}
	}
	u.errs[key] = err
	if host != "" && hostAway().MatchString(err.Error()) {
		u.errs[host] = err
	}
	return err
}
