package function

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// RunStream is the function over a stream of YAML documents, such as Helm gives to
// its post-renderers: the processed stream to stdout, findings to stderr. cfg may
// be nil; then a ConfigPipeline among the documents counts. It leaves the stream
// in either case, since no cluster knows its kind. A receipt is never added.
// Documents that are not changed are written byte for byte as they came. When
// something is at error level, or the stream cannot be read, nothing is written
// to stdout. It returns the exit code.
func RunStream(ctx context.Context, cfg *config.ConfigPipeline, stdin io.Reader, stdout, stderr io.Writer) int {
	var secrets redact.Secrets
	var text bytes.Buffer
	res, err := transformStream(ctx, cfg, stdin, &text, &secrets)
	r := newReport(res, err, &secrets)
	if r.print(stderr); r.Code != ExitOK {
		return r.Code
	}
	if _, err := stdout.Write(text.Bytes()); err != nil {
		fmt.Fprintln(stderr, "krm-validate: writing the stream:", err)
		return ExitFailure
	}
	return ExitOK
}

func isConfig(n *yaml.Node) bool {
	return config.Is(yamlnode.GetString(n, "apiVersion"), yamlnode.GetString(n, "kind"))
}

func transformStream(ctx context.Context, given *config.ConfigPipeline, stdin io.Reader, stdout *bytes.Buffer, secrets *redact.Secrets) (outcome, error) {
	data, err := limits.Read(stdin)
	if err != nil {
		return outcome{}, fmt.Errorf("reading stdin: %w", err)
	}
	limits.Expect(len(data))
	docs, err := manifest.Read("stdin", data)
	if err != nil {
		return outcome{}, err
	}
	var items []*yaml.Node
	var cfg *config.ConfigPipeline
	kept := docs[:0]
	for _, d := range docs {
		if yamlnode.GetString(d.Node, "kind") == "ResourceList" {
			return outcome{}, &manifest.Error{File: d.File, Line: d.Line, Err: errors.New("a ResourceList is for the function: call krm-validate without arguments")}
		}
		if !isConfig(d.Node) {
			resources, err := d.Resources()
			if err != nil {
				return outcome{}, err
			}
			for _, n := range resources {
				if isConfig(n) {
					return outcome{}, &manifest.Error{File: d.File, Line: d.Line + n.Line - 1, Err: fmt.Errorf("a %s in a List: make it a document of its own", config.Kind)}
				}
			}
			items = append(items, d.Node)
			kept = append(kept, d)
			continue
		}
		if cfg != nil {
			return outcome{}, &manifest.Error{File: d.File, Line: d.Line, Err: fmt.Errorf("a second %s: the first is in line %d; name the one that counts with --config", config.Kind, cfg.Line)}
		}
		if given != nil {
			continue
		}
		if cfg, err = decode(d.Node, secrets); err != nil {
			return outcome{}, &manifest.Error{File: d.File, Line: d.Line, Err: err}
		}
		cfg.File, cfg.Line = d.File, d.Line
	}
	if given != nil {
		cfg = given
	}
	if cfg != nil && cfg.Spec.Receipt {
		own := *cfg
		own.Spec.Receipt = false
		cfg = &own
	}
	res, out, err := transform(ctx, items, cfg, secrets)
	if err != nil {
		return outcome{}, err
	}
	res.look(secrets)
	for i := range kept {
		text := kept[i].Text
		if out.Changed(i) {
			if text, err = kept[i].Encode(); err != nil {
				return outcome{}, err
			}
		}
		if !bytes.HasPrefix(text, []byte("---")) {
			stdout.WriteString("---\n")
		}
		stdout.Write(text)
		if !bytes.HasSuffix(text, []byte("\n")) {
			stdout.WriteByte('\n')
		}
	}
	for _, n := range out.Added {
		text, err := manifest.Encode(n)
		if err != nil {
			return outcome{}, err
		}
		stdout.WriteString("---\n")
		stdout.Write(text)
	}
	return res, nil
}
