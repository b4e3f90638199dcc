package kbuild

import (
	"fmt"
	"math"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
)

// vetCommands refuses a kustomization that makes the programs which kustomize
// itself calls, git and helm, run others.
func (o *Options) vetCommands(file string, k *types.Kustomization) error {
	if err := vetAddresses(file, k.Resources, k.Bases, k.Components); err != nil { //nolint:staticcheck // bases are deprecated, and in use
		return err
	}
	for _, c := range chartsOf(k) {
		if err := o.vetChart(file, "helmCharts", filepath.Dir(file), c); err != nil {
			return err
		}
	}
	return nil
}

func vetAddresses(file string, fields ...[]string) error {
	for _, address := range slices.Concat(fields...) {
		if err := vetAddress(address); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// vetAddress refuses the address of a repository whose ref git would take for
// an option, such as --upload-pack=COMMAND. kustomize hands it to git fetch as
// it is; no name of a branch, tag or commit begins with a dash.
// https://git-scm.com/docs/git-check-ref-format
// It also refuses one that would have git wait without end: a tree may ask for more
// time than kustomize gives, not for all of it.
// https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md
func vetAddress(address string) error {
	_, query, ok := strings.Cut(address, "?")
	if !ok {
		return nil
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil // kustomize then uses none of it
	}
	for _, name := range []string{"ref", "version"} {
		for _, ref := range values[name] {
			if strings.HasPrefix(ref, "-") {
				return fmt.Errorf("%s: %s begins with a dash, and git would take it for an option: name a branch, a tag or a commit", address, name)
			}
		}
	}
	if asked, most := gitTimeout(values.Get("timeout")), 10*limits.Current().Remote; asked > most {
		return fmt.Errorf("%s: %w", address, limits.TooPatient(asked, most))
	}
	return nil
}

// gitTimeout is how long kustomize lets git take for the timeout of an address:
// seconds, or a duration. Zero is the time without one.
func gitTimeout(text string) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		return min(time.Duration(seconds), math.MaxInt64/time.Second) * time.Second
	}
	d, _ := time.ParseDuration(text)
	return d
}
