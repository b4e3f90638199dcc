package check

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// unfilled begins what is read in place of a file that is not there: a key where that is
// a list of variables.
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

// takeUnfilled takes away the keys that a generator made of files that are not there, and
// marks their values as something that is put in later.
func takeUnfilled(o *inventory.Object) {
	const later = "${UNFILLED}"
	data := yamlnode.Get(o.Node, "data")
	if data == nil {
		return
	}
	for i := 0; i+1 < len(data.Content); {
		key, value := data.Content[i], data.Content[i+1]
		if strings.HasPrefix(key.Value, unfilled) {
			o.Fill()
			data.Content = slices.Delete(data.Content, i, i+2)
			continue
		}
		if text, err := base64.StdEncoding.DecodeString(value.Value); err == nil && strings.HasPrefix(string(text), unfilled) {
			value.Value = base64.StdEncoding.EncodeToString([]byte(later))
		} else if strings.HasPrefix(value.Value, unfilled) {
			value.Value = later
		}
		i += 2
	}
}
