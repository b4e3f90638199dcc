package lock

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/resid"

	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// SecretError says that a lock would hold bytes of a Secret.
type SecretError struct {
	// Object is what would carry them, Field the key or field they are under.
	Object, Field string
	reason        string
}

func (e *SecretError) Error() string {
	return fmt.Sprintf("%s: %s: %s. A lock is committed, so it never holds a secret. "+
		"Let the kubelet or the cluster's secret store put it in place instead: in the connection's into:, set\n"+
		"  as: variable        # $(VAR), expanded from a secretKeyRef when the container starts\n"+
		"  as: externalSecret  # an ExternalSecret with a template",
		e.Object, e.Field, e.reason)
}

// refuseSecrets reports the first value of the plan that is secret: content of
// a Secret, a text that contains the value of a Secret, or one with a password
// in it, such as a URL.
//
// A value that stands outside of Secrets in the source as well (a database's
// name, say) is not taken for secret.
func (p *plan) refuseSecrets(source, result *state) error {
	for _, o := range p.added {
		if field := secretContent(o.content); o.isSecret() && field != "" {
			return &SecretError{o.String(), field, "the pipeline adds a Secret with content"}
		}
	}
	for _, t := range p.patches {
		if t.id.Kind != "Secret" || t.id.Group != "" {
			continue
		}
		for _, o := range t.ops {
			if root := strings.SplitN(o.Path, "/", 3)[1]; root == "data" || root == "stringData" {
				return &SecretError{title(t.id), o.Path, "the pipeline changes the content of a Secret"}
			}
		}
	}
	known := secretValues(source, result)
	var found error
	p.values(func(id resid.ResId, key, text string) {
		if found != nil {
			return
		}
		switch {
		case known.in(text):
			found = &SecretError{title(id), key, "its value contains the value of a Secret"}
		case hasPassword(text):
			found = &SecretError{title(id), key, "its value has a password in it"}
		}
	})
	if found == nil {
		p.dropTests(known)
	}
	return found
}

// dropTests takes out the tests that would write down what was there before, where
// that is secret: a password that somebody typed into a variable. What follows
// replaces it, whatever it is.
func (p *plan) dropTests(known *secrets) {
	for _, t := range p.patches {
		t.ops = slices.DeleteFunc(t.ops, func(o op) bool {
			secret := false
			if o.Op == "test" {
				texts(lastStep(o.Path), o.Value, func(_, text string) {
					secret = secret || known.in(text) || hasPassword(text)
				})
			}
			return secret
		})
	}
}

// expanded matches what the kubelet puts a password into: user:$(VAR)@ and
// password=$(VAR).
var expanded = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[A-Za-z0-9._~-]{0,64}:\$\([A-Za-z_][-._A-Za-z0-9]*\)@|=\$\([A-Za-z_][-._A-Za-z0-9]*\)`)
})

// hasPassword reports whether a text has a password in it, and not where one is put
// when the container starts.
func hasPassword(text string) bool {
	return redact.HasCredential(expanded().ReplaceAllString(text, ""))
}

func secretContent(content map[string]any) string {
	for _, field := range []string{"data", "stringData"} {
		if m, _ := content[field].(map[string]any); len(m) > 0 {
			return field
		}
	}
	return ""
}

// secrets are the values of Secrets, and how they may be spelled in texts.
type secrets struct{ spellings []string }

func secretValues(states ...*state) *secrets {
	values := map[string]bool{}
	var public strings.Builder
	for i, s := range states {
		for _, o := range s.objects {
			if !o.isSecret() {
				if i == 0 {
					texts("", o.content, func(_, text string) { public.WriteString(text + "\x00") })
				}
				continue
			}
			texts("", o.content["stringData"], func(_, text string) { values[text] = true })
			texts("", o.content["data"], func(_, text string) {
				values[text] = true
				if plain, err := base64.StdEncoding.DecodeString(text); err == nil {
					values[string(plain)] = true
					values[strings.TrimSpace(string(plain))] = true
				}
			})
		}
	}
	s := &secrets{}
	open := public.String()
	for v := range values {
		if v == "" || strings.Contains(open, v) {
			continue
		}
		s.spellings = append(s.spellings, v, url.QueryEscape(v), url.PathEscape(v),
			strings.TrimPrefix(url.UserPassword("", v).String(), ":"),
			base64.StdEncoding.EncodeToString([]byte(v)))
	}
	return s
}

// in reports whether text holds a secret, plainly or in base64.
func (s *secrets) in(text string) bool {
	if s.match(text) {
		return true
	}
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	return err == nil && s.match(string(plain))
}

func (s *secrets) match(text string) bool {
	for _, v := range s.spellings {
		if strings.Contains(text, v) {
			return true
		}
	}
	return false
}
