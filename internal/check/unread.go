package check

import (
	"errors"
	"regexp"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// hint is what to do about something that kustomize says.
type hint struct {
	pattern *regexp.Regexp
	say     string
}

// hints are for what kustomize says when it lacks a permission or a file.
var hints = sync.OnceValue(func() []hint {
	return []hint{
		{regexp.MustCompile(`security; file '([^']*)' is not in or below`), "it reads $1, which is outside of its folder: --load-restrictor=LoadRestrictionsNone allows that"},
		{regexp.MustCompile(`must specify --enable-helm|--enable-helm runs helm`), "it inflates Helm charts: --enable-helm runs helm for that"},
		{regexp.MustCompile(`accumulating resources from '([^']*://[^']*)': `), "the remote base $1 cannot be had"},
		{regexp.MustCompile(`(?s)git (?:fetch|clone|-C|init).* (https?://\S+|\S+@\S+:\S+)`), "the remote base $1 cannot be had"},
		{regexp.MustCompile(`Get "(https?://[^"]*)"`), "$1 cannot be had"},
		{regexp.MustCompile(`(?:evalsymlink failure on|lstat|open) '?([^' :]+)'? ?: (?:lstat [^:]*: )?no such file or directory`), "there is no file $1"},
	}
})

// needError is that something may not run, and the same for all that lack it.
type needError struct{ what, alike string }

func (e *needError) Error() string { return e.what }

// oneLine says in one line why a kustomization could not be built. kustomize
// wraps its reasons once for every level of a tree.
func oneLine(err error) error {
	if foreign := (*kbuild.ForeignFunctionError)(nil); errors.As(err, &foreign) {
		const trust = ": --enable-exec runs it, if you trust it"
		if foreign.Alike == "" {
			return errors.New(foreign.What + trust)
		}
		return &needError{foreign.What + trust, foreign.Alike + trust}
	}
	if failure := (*kbuild.Failure)(nil); errors.As(err, &failure) {
		return err // on one line, with its place
	}
	text := err.Error()
	for _, h := range hints() {
		if m := h.pattern.FindStringSubmatchIndex(text); m != nil {
			return errors.New(string(h.pattern.ExpandString(nil, h.say, text, m)))
		}
	}
	if !strings.Contains(text, "\n") {
		return err
	}
	return errors.New(strings.Join(strings.Fields(text), " "))
}
