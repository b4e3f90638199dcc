package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

func newReportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Work with reports of check",
		Args:  isCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newMergeCommand())
	return cmd
}

func newMergeCommand() *cobra.Command {
	var outputs []string
	var failOn string
	var notes bool
	cmd := &cobra.Command{
		Use:   "merge FILE|FOLDER...",
		Short: "Make one report of the JSON reports of shards",
		Long: `Merge reads reports that check --output=json wrote, of shards or of different
folders, and writes one report in any format. A finding that several have in a
file that they share is one finding, with all the trees it is in. A folder stands
for the .json files in it.

The report is the one of a run over everything. But text has no source lines here,
because reports have none, and fixes are those that a shard is certain of.

Exit codes are those of check: 1 if there is a finding at error level, or at that
of --fail-on, 2 if something that was named could not be checked.`,
		Example: `  krm-validate check --shard 1/2 -o json=1.json overlays/
  krm-validate check --shard 2/2 -o json=2.json overlays/
  krm-validate report merge -o text -o sarif=report.sarif 1.json 2.json`,
		Args: arguments(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("fail-on", failOn, "error", "warning", "note"); err != nil {
				return err
			}
			to, err := parseDestinations(outputs)
			if err != nil {
				return err
			}
			least, err := finding.ParseSeverity(failOn)
			if err != nil {
				return err
			}
			out, err := mergeReports(args)
			if err != nil {
				return err
			}
			out.Secrets, out.Notes, out.FailOn = secretsOf(cmd), notes || least == finding.Note, least
			var failure error
			for _, u := range out.Unread {
				if sayUnread(cmd, u.Named, secretsOf(cmd).Line(u.Reason)); u.Named {
					failure = &exitError{code: ExitFailure}
				}
			}
			return publish(cmd, to, out, failure)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&outputs, "output", "o", []string{report.Default}, anyOf(report.Names())+"; `FORMAT`=FILE writes it to a file; may be repeated")
	f.StringVar(&failOn, "fail-on", "error", "exit with 1 if there is a finding of this severity or worse: error, warning or note")
	f.BoolVar(&notes, "notes", false, "show every note: also those about objects that are not in the trees, and each of one rule")
	complete(cmd, "fail-on", "error", "warning", "note")
	completeDestinations(cmd, "output")
	return cmd
}

// publish writes a report to all its destinations and ends a command: with a
// failure, or with findings that are bad enough.
func publish(cmd *cobra.Command, to []destination, r *report.Report, failure error) error {
	if err := writeTo(cmd.OutOrStdout(), to, r); err != nil {
		return err
	}
	if failure == nil && slices.ContainsFunc(r.Findings, func(f finding.Finding) bool { return f.Severity >= r.FailOn }) {
		return errFindings
	}
	return failure
}

// sayUnread says what could not be checked, which is a failure if it was named.
func sayUnread(cmd *cobra.Command, named bool, reason string) {
	word := "Not checked:"
	if named {
		word = "Error:"
	}
	fmt.Fprintln(cmd.ErrOrStderr(), word, reason)
}

// reportsIn puts the .json files of folders in their place.
func reportsIn(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil || !info.IsDir() {
			files = append(files, name) // a missing one fails when it is read
			continue
		}
		entries, err := os.ReadDir(name)
		if err != nil {
			return nil, err
		}
		n := len(files)
		for _, e := range entries {
			if filepath.Ext(e.Name()) == ".json" {
				files = append(files, filepath.Join(name, e.Name()))
			}
		}
		if len(files) == n {
			return nil, fmt.Errorf("%s: there is no report in this folder: expected files that check --output=json wrote, *.json", name)
		}
	}
	return files, nil
}

// mergeReports reads JSON reports and makes one of them.
func mergeReports(files []string) (*report.Report, error) {
	out := &report.Report{
		Version: version(), Rule: ruleOfReport, WithoutSchema: map[string]int{},
		Fixes: map[finding.Identity]report.Fix{}, Ends: map[finding.Identity]int{},
	}
	prints := map[finding.Identity]string{}
	var all [][]finding.Finding
	files, err := reportsIn(files)
	if err != nil {
		return nil, err
	}
	infos := make([]os.FileInfo, len(files))
	var shards shards
	for i, file := range files {
		d, err := readReport(file)
		if err != nil {
			return nil, err
		}
		if infos[i], err = os.Stat(file); err != nil {
			return nil, err
		}
		if j := slices.IndexFunc(infos[:i], func(other os.FileInfo) bool { return os.SameFile(other, infos[i]) }); j >= 0 {
			return nil, fmt.Errorf("%s and %s are the same report: what it has would count twice", files[j], file)
		}
		if err := shards.add(file, d); err != nil {
			return nil, err
		}
		var fs []finding.Finding
		for _, e := range d.Findings {
			e.Finding.About = e.About
			fs = append(fs, e.Finding)
			id := e.Identity()
			if prints[id] == "" {
				prints[id] = e.Fingerprint
			}
			if e.Fix != nil {
				out.Fixes[id] = *e.Fix
			}
			if e.EndColumn > 0 {
				out.Ends[id] = e.EndColumn
			}
		}
		all = append(all, fs)
		out.Trees += d.Summary.Trees
		out.Resources += d.Summary.Resources
		out.Known += d.Summary.Known
		for group, n := range d.Summary.WithoutSchema {
			out.WithoutSchema[group] += n
		}
		out.Checked = append(out.Checked, d.Checked...)
		for _, u := range d.Unread {
			if !slices.Contains(out.Unread, u) {
				out.Unread = append(out.Unread, u)
			}
		}
	}
	if err := shards.complete(); err != nil {
		return nil, err
	}
	slices.Sort(out.Checked)
	out.Checked = slices.Compact(out.Checked)
	slices.SortStableFunc(out.Unread, func(a, b report.Unread) int { return strings.Compare(a.Name, b.Name) })
	out.Findings = check.Merge(all...)
	for i := range out.Findings {
		out.Fingerprints = append(out.Fingerprints, prints[out.Findings[i].Identity()])
	}
	return out, nil
}

// shards are the parts that reports are of: their files, by number, by how many
// there are.
type shards struct {
	files   map[int]map[int]string
	version string // of the first report that says one
	by      string // its file
}

func (s *shards) add(file string, d *report.Document) error {
	if d.Version != "" {
		if s.by == "" {
			s.version, s.by = d.Version, file
		}
		if d.Version != s.version {
			return fmt.Errorf("%s was written by version %s of krm-validate, and %s by %s, which may know other rules: write all of them with one", s.by, s.version, file, d.Version)
		}
	}
	if d.Shard == "" {
		return nil
	}
	i, n, err := parseShard(d.Shard)
	if err != nil {
		return fmt.Errorf("%s: not a report of check --output=json: %w", file, err)
	}
	if s.files == nil {
		s.files = map[int]map[int]string{}
	}
	if s.files[n] == nil {
		s.files[n] = map[int]string{}
	}
	if other := s.files[n][i]; other != "" {
		return fmt.Errorf("%s and %s are both of shard %s: what it has would count twice", other, file, d.Shard)
	}
	s.files[n][i] = file
	return nil
}

// complete returns an error if a shard is missing.
func (s *shards) complete() error {
	for _, n := range slices.Sorted(maps.Keys(s.files)) {
		for i := 1; i <= n; i++ {
			if s.files[n][i] == "" {
				return fmt.Errorf("the report of shard %d/%d is missing: there are %d of %[2]d", i, n, len(s.files[n]))
			}
		}
	}
	return nil
}

func readReport(file string) (*report.Document, error) {
	text, err := limits.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var d report.Document
	dec := json.NewDecoder(bytes.NewReader(text))
	err = dec.Decode(&d)
	if err == nil {
		if _, end := dec.Token(); !errors.Is(end, io.EOF) || d.Findings == nil {
			err = errors.New("it has no findings, or something behind them")
		}
	}
	for i := range d.Findings {
		if rule := d.Findings[i].Rule; err == nil && !ruleName().MatchString(rule) {
			err = fmt.Errorf("findings[%d]: %q is no name of a rule", i, rule)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: not a report of check --output=json: %w", file, err)
	}
	// Anybody may have written it, and what is not a finding is printed as it is.
	for i := range d.Unread {
		d.Unread[i].Name, d.Unread[i].Reason = redact.Escape(d.Unread[i].Name), redact.Escape(d.Unread[i].Reason)
	}
	groups := map[string]int{}
	for group, n := range d.Summary.WithoutSchema {
		groups[redact.Escape(group)] += n
	}
	d.Summary.WithoutSchema = groups
	return &d, nil
}

var ruleName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`) })
