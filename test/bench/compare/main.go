// Command compare measures krm-validate against other programs on the same
// trees and prints a Markdown table of the ratios:
//
//	go run ./test/bench/compare            all rows, 7 runs each
//	go run ./test/bench/compare -runs 3 -only build
//
// The programs of a row take turns, so that whatever else the machine does
// meets all of them; the median counts. The wall clock is what users wait for;
// CPU time (all cores, user and system) is steadier on a machine that is shared.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/test/bench/gen"
	"github.com/ressKim-io/wealist-k8s-migration/test/bench/rss"
)

// peers are programs that go install builds.
var peers = map[string]string{
	"kustomize":   "sigs.k8s.io/kustomize/kustomize/v5@" + kbuild.KustomizeVersion,
	"kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0",
	"kube-score":  "github.com/zegl/kube-score/cmd/kube-score@v1.20.0",
}

// own are programs of this module.
var own = map[string]string{
	"krm-validate": "./cmd/krm-validate",
	"nodes":        "./test/bench/peers/nodes",
	"nothing":      "./test/bench/peers/nothing",
	"builds":       "./test/bench/peers/builds",
}

func main() {
	runs := flag.Int("runs", 7, "runs of each program")
	only := flag.String("only", "", "only rows whose name contains this")
	writeTo := flag.String("write", "", "write the trees into this directory and do nothing else")
	flag.Parse()
	err := error(nil)
	if *writeTo != "" {
		err = (&lab{tmp: *writeTo}).write()
	} else {
		err = run(*runs, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func run(runs int, only string) error {
	tmp, err := os.MkdirTemp("", "krm-validate-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	l := &lab{tmp: tmp, bin: filepath.Join(tmp, "bin")}
	if err := l.build(); err != nil {
		return err
	}
	// A process starts out with the memory of the one that starts it, as far as
	// its peak is concerned: so the trees are made in another one.
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if out, err := exec.Command(self, "-write", tmp).CombinedOutput(); err != nil {
		return fmt.Errorf("writing the trees: %w\n%s", err, out)
	}
	if l.overlays, err = filepath.Glob(l.file("monorepo/services/*/overlays/*")); err != nil {
		return err
	}
	idle, err := command{args: []string{l.program("krm-validate"), "version"}}.run()
	if err != nil {
		return err
	}
	l.idle = idle.memory
	fmt.Printf("%s/%s, %d processors, %s, medians of %d interleaved runs; the program alone takes %d MB\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), runs, l.idle>>20)
	fmt.Println("| work | against | ours | theirs | wall ratio | CPU ratio | peak memory, ours | goal |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, r := range l.rows() {
		if !strings.Contains(r.work+" "+r.against, only) {
			continue
		}
		if err := l.measure(r, runs); err != nil {
			return fmt.Errorf("%s: %w", r.work, err)
		}
	}
	return nil
}

// lab is where the programs and the trees are.
type lab struct {
	tmp, bin string
	overlays []string
	idle     int64 // peak memory of the program when it has nothing to do
}

func (l *lab) program(name string) string { return filepath.Join(l.bin, name) }
func (l *lab) file(name string) string    { return filepath.Join(l.tmp, name) }

// build builds the programs; those of others are kept in the user's cache.
func (l *lab) build() error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(l.bin, 0o755); err != nil {
		return err
	}
	for name, pkg := range own {
		if err := goCommand("", "build", "-o", l.program(name), pkg); err != nil {
			return err
		}
	}
	for name, pkg := range peers {
		_, version, _ := strings.Cut(pkg, "@")
		dir := filepath.Join(cache, "krm-validate-test", name+"-"+version)
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			if err := goCommand(dir, "install", pkg); err != nil {
				return err
			}
		}
		if err := os.Symlink(filepath.Join(dir, name), l.program(name)); err != nil {
			return err
		}
	}
	return nil
}

func goCommand(bin string, args ...string) error {
	cmd := exec.Command("go", args...)
	if bin != "" {
		cmd.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=-mod=mod")
		cmd.Dir = os.TempDir() // outside of any module
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// write writes the trees.
func (l *lab) write() error {
	texts := map[string][]byte{
		"list.yaml":  gen.Tree{Resources: 10_000}.ResourceList(gen.Config),
		"one.yaml":   []byte("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: a\n"),
		"apart.yaml": gen.Tree{Resources: 11_000, NoNamespace: true}.Stream(),
		"typos.yaml": gen.Tree{Resources: 11_000, NoNamespace: true, Typos: true}.Stream(),
	}
	for _, n := range []int{1000, 10_000, 100_000} {
		texts[fmt.Sprintf("%d.yaml", n)] = gen.Tree{Resources: n}.Stream()
	}
	var errs []error
	for name, text := range texts {
		errs = append(errs, os.WriteFile(l.file(name), text, 0o644))
	}
	for _, n := range []int{100, 1000, 4000} {
		dir := l.file(fmt.Sprintf("pipeline%d", n))
		errs = append(errs, gen.Tree{Resources: n}.Pipeline(dir))
		run := "resources:\n- ../source\ntransformers:\n- |\n  apiVersion: example.com/v1\n  kind: Cat\n  metadata:\n    name: cat\n    annotations:\n      config.kubernetes.io/function: |\n        exec: {path: cat}\n"
		errs = append(errs, os.MkdirAll(filepath.Join(dir, "cat"), 0o755), os.WriteFile(filepath.Join(dir, "cat", "kustomization.yaml"), []byte(run), 0o644))
	}
	_, err := gen.Monorepo(l.file("monorepo"), 200)
	return errors.Join(append(errs, err)...)
}

// command is a program to run, with a file as its stdin. Exit code 1 is a
// verdict, not a failure.
type command struct {
	args  []string
	stdin string
}

// row compares two commands.
type row struct {
	work, against string
	ours, theirs  command
	goal          float64       // of ours/theirs; 0 if there is none
	goalMore      time.Duration // how much longer ours may take instead
	perResource   float64       // resources of ours per resource of theirs, for rows about growth
	input         string        // whose size the peak memory is compared to
}

func (l *lab) rows() []row {
	krm := func(args ...string) command {
		return command{args: append([]string{l.program("krm-validate")}, args...)}
	}
	pipeline := func(n int) command { return krm("build", l.file(fmt.Sprintf("pipeline%d/pipeline", n))) }
	check := func(n int) command { return krm("check", l.file(fmt.Sprintf("%d.yaml", n))) }
	of := func(program string, args ...string) command {
		return command{args: append([]string{l.program(program)}, args...)}
	}
	list := l.file("list.yaml")
	each := "for d in " + strings.Join(l.overlays, " ") + "; do " + l.program("kustomize") + " build $d; done"
	rows := []row{
		{work: "function, 10,000 resources", against: "kyaml's kio.ByteReadWriter doing nothing", goal: 0.8,
			ours: command{krm().args, list}, theirs: command{of("nothing").args, list}, input: "list.yaml"},
		{work: "check, 10,000 resources", against: "bare YAML node parsing", goal: 1.5, ours: check(10_000), theirs: of("nodes", l.file("10000.yaml")), input: "10000.yaml"},
		{work: "check, 10,000 resources", against: "kubeconform without any schema", goal: 0.5, ours: check(10_000),
			theirs: of("kubeconform", "-ignore-missing-schemas", "-schema-location", l.tmp, l.file("10000.yaml"))},
		{work: "check, 10,000 resources", against: "kube-score", goal: 0.5, ours: check(10_000), theirs: of("kube-score", "score", l.file("10000.yaml"))},
		{work: "check, 10,000 resources", against: "itself with 1,000, per resource", goal: 1.2, ours: check(10_000), theirs: check(1000), perResource: 10, input: "10000.yaml"},
		{work: "check, 100,000 resources", against: "itself with 1,000, per resource", goal: 1.2, ours: check(100_000), theirs: check(1000), perResource: 100, input: "100000.yaml"},
	}
	for _, n := range []int{100, 1000} {
		dir := l.file(fmt.Sprintf("pipeline%d", n))
		plain := of("kustomize", "build", dir+"/source")
		rows = append(rows,
			row{work: fmt.Sprintf("build of a pipeline, %d resources", n), against: "kustomize build of its source", goal: 1.3, ours: pipeline(n), theirs: plain},
			row{work: fmt.Sprintf("kustomize with cat as its function, %d resources", n), against: "kustomize build of its source",
				ours: of("kustomize", "build", "--enable-alpha-plugins", "--enable-exec", dir+"/cat"), theirs: plain})
	}
	return append(rows,
		row{work: "build of a pipeline, 4,000 resources", against: "itself with 1,000, per resource", ours: pipeline(4000), theirs: pipeline(1000), perResource: 4},
		row{work: "start-up: the function on one resource", against: "/bin/true", goalMore: 15 * time.Millisecond,
			ours: command{krm().args, l.file("one.yaml")}, theirs: command{args: []string{"/bin/true"}}},
		row{work: "check over 200 overlays", against: "kustomize build of each", goal: 1.1,
			ours: krm("check", l.file("monorepo/services")), theirs: command{args: []string{"/bin/sh", "-c", each}}},
		row{work: "check over 200 overlays", against: "kustomize's library alone, in one process", ours: krm("check", l.file("monorepo/services")), theirs: of("builds", l.overlays...)},
		row{work: "check, 10,000 unresolved references, one namespace", against: "the same tree without", goal: 2,
			ours: krm("check", l.file("typos.yaml")), theirs: krm("check", l.file("apart.yaml"))},
	)
}

// sample is what one run took.
type sample struct {
	wall, cpu time.Duration
	memory    int64 // peak, bytes
}

func (c command) run() (sample, error) {
	cmd := exec.Command(c.args[0], c.args[1:]...)
	if c.stdin != "" {
		f, err := os.Open(c.stdin)
		if err != nil {
			return sample{}, err
		}
		defer func() { _ = f.Close() }()
		cmd.Stdin = f
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	start := time.Now()
	err := cmd.Run()
	s := sample{wall: time.Since(start)}
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		return s, fmt.Errorf("%s: %w\n%.500s", filepath.Base(c.args[0]), err, stderr.String())
	}
	s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	s.memory = rss.Max(cmd.ProcessState)
	return s, nil
}

func (l *lab) measure(r row, runs int) error {
	var ours, theirs []sample
	for range runs {
		for _, side := range []struct {
			c   command
			all *[]sample
		}{{r.ours, &ours}, {r.theirs, &theirs}} {
			s, err := side.c.run()
			if err != nil {
				return err
			}
			*side.all = append(*side.all, s)
		}
	}
	wall := func(s sample) time.Duration { return s.wall }
	cpu := func(s sample) time.Duration { return s.cpu }
	a, b := median(ours, wall), median(theirs, wall)
	n := max(r.perResource, 1)
	goal := ""
	switch {
	case r.goal > 0:
		goal = fmt.Sprintf("%.1f", r.goal)
	case r.goalMore > 0:
		goal = "+" + r.goalMore.String()
	}
	memory := median(ours, func(s sample) int64 { return s.memory })
	peak := fmt.Sprintf("%d MB", memory>>20)
	if info, err := os.Stat(l.file(r.input)); r.input != "" && err == nil {
		peak += fmt.Sprintf(", of it for data %.1f × input", float64(memory-l.idle)/float64(info.Size()))
	}
	fmt.Printf("| %s | %s | %s | %s | %.2f | %.2f | %s | %s |\n", r.work, r.against, short(a), short(b),
		float64(a)/float64(b)/n, float64(median(ours, cpu))/float64(max(median(theirs, cpu), time.Microsecond))/n, peak, goal)
	return nil
}

func short(d time.Duration) string {
	if d < 100*time.Millisecond {
		return fmt.Sprintf("%.1f ms", d.Seconds()*1000)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func median[T cmp.Ordered](all []sample, of func(sample) T) T {
	values := make([]T, len(all))
	for i, s := range all {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
