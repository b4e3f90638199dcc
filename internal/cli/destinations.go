package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
	"github.com/ressKim-io/wealist-k8s-migration/internal/terminal"
)

// destination is where a report goes: an --output of FORMAT or FORMAT=FILE.
type destination struct {
	format report.Format
	file   string // "" is stdout
}

// parseDestinations reads the values of --output. Files are tried before there
// is anything to write: nobody should wait for a report that is lost.
func parseDestinations(values []string) ([]destination, error) {
	var all []destination
	for _, value := range values {
		name, file, toFile := strings.Cut(value, "=")
		if err := oneOf("output", name, report.Names()...); err != nil {
			return nil, err
		}
		d := destination{file: file}
		d.format, _ = report.Lookup(name)
		switch {
		case toFile && file == "":
			return nil, fmt.Errorf("--output=%s: expected the name of a file after the equals sign", value)
		case file == "-":
			d.file = ""
		}
		if i := slices.IndexFunc(all, func(other destination) bool { return sameFile(other.file, d.file) }); i >= 0 {
			where := "stdout"
			if d.file != "" {
				where = d.file
			}
			return nil, fmt.Errorf("--output: %s and %s would both be written to %s: give one of them a file of its own, as in %s=FILE", all[i].format.Name, name, where, name)
		}
		if d.file != "" {
			if err := atomicfile.Writable(d.file); err != nil {
				return nil, fmt.Errorf("--output=%s: %w", value, err)
			}
		}
		all = append(all, d)
	}
	return all, nil
}

// sameFile reports whether two names are of one file, which may not exist yet.
func sameFile(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	if err1 == nil && err2 == nil {
		return os.SameFile(x, y)
	}
	return resolved(a) == resolved(b)
}

// resolved is an absolute path without symbolic links in its folder.
func resolved(name string) string {
	abs, err := filepath.Abs(name)
	if err != nil {
		return filepath.Clean(name)
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		return filepath.Join(dir, filepath.Base(abs))
	}
	return abs
}

// writeTo writes a report to all its destinations, to files whole or not at all.
func writeTo(stdout io.Writer, to []destination, r *report.Report) error {
	for _, d := range to {
		if d.file == "" {
			if err := d.format.Write(stdout, r); err != nil {
				return err
			}
		}
	}
	for _, d := range to {
		if d.file == "" {
			continue
		}
		var text bytes.Buffer
		if err := d.format.Write(terminal.Plain{Writer: &text}, r); err != nil {
			return err
		}
		if err := atomicfile.Write(d.file, text.Bytes(), 0o644); err != nil {
			return fmt.Errorf("writing the %s report: %w", d.format.Name, err)
		}
	}
	return nil
}

// completeDestinations completes formats, and behind the equals sign files.
func completeDestinations(cmd *cobra.Command, flag string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		if format, file, ok := strings.Cut(typed, "="); ok {
			return filesBehind(format+"=", file)
		}
		var names []string
		for _, name := range report.Names() {
			names = append(names, name, name+"=")
		}
		return names, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	})
}

// filesBehind completes the name of a file behind a prefix, which zsh does not do by
// itself.
func filesBehind(prefix, typed string) ([]string, cobra.ShellCompDirective) {
	directive := cobra.ShellCompDirectiveNoFileComp
	dir, start := filepath.Split(typed)
	entries, _ := os.ReadDir(cmp.Or(dir, "."))
	var names []string
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, start) || start == "" && name[0] == '.' {
			continue
		}
		if e.IsDir() {
			name += string(filepath.Separator)
			directive |= cobra.ShellCompDirectiveNoSpace // it goes on
		}
		names = append(names, prefix+dir+name)
	}
	return names, directive
}
