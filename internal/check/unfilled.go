package check

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// unfilled begins the key of what a generator makes of a file that is not there.
const unfilled = "KRM_VALIDATE_UNFILLED_"

// mostUnfilled bounds how many files may not be there.
const mostUnfilled = 16

// checkUnfilled checks a kustomization that does not build since files which its
// generators read are not there, such as an .env that git ignores: whoever applies it
// has them. What is generated is there, and nobody knows which keys it has. It returns
// what it was given if the build fails for something else.
func (rep *Report) checkUnfilled(ctx context.Context, t Tree, opts Options, b built, err error) (built, error) {
	var failure *kbuild.Failure
	if !errors.As(err, &failure) || failure.Read == "" {
		return b, err
	}
	var unread []Unread
	edited := maps.Clone(opts.Edited)
	if edited == nil {
		edited = map[string][]byte{}
	}
	opts.Edited = edited
	opts.Build.Cache = nil // what is in it was read without them
	for next := err; errors.As(next, &failure) && failure.Read != "" && edited[failure.Read] == nil && len(unread) < mostUnfilled; {
		unread = append(unread, Unread{t.Name, fmt.Errorf("%w; the rest is checked without what is in it", oneLine(next)), t.Named})
		edited[failure.Read] = fmt.Appendf(nil, "%s%d=1\n", unfilled, len(unread))
		files := kbuild.NewSnapshot(opts.files())
		var c built
		if c, next = rep.buildAndCheck(ctx, files, t, opts); next == nil && !c.function {
			rep.inputs, rep.Unread = append(rep.inputs, files), append(rep.Unread, unread...)
			return c, nil
		}
	}
	return b, err
}

// takeUnfilled takes such keys away from what a generator made, and reports whether one
// was there.
func takeUnfilled(n *yaml.Node) bool {
	data := yamlnode.Get(n, "data")
	if data == nil {
		return false
	}
	before := len(data.Content)
	for i := 0; i+1 < len(data.Content); {
		if strings.HasPrefix(data.Content[i].Value, unfilled) {
			data.Content = slices.Delete(data.Content, i, i+2)
		} else {
			i += 2
		}
	}
	return len(data.Content) < before
}
