// Command bounds measures what large inputs cost: the peak of the memory in
// multiples of the input, and whether four times the input takes four times as
// long. It prints a Markdown table, and fails when a row is beyond its bound:
//
//	go run ./test/bench/bounds
//	go run ./test/bench/bounds -only findings
//	go run ./test/bench/bounds -grow -only gateway
//
// Each input is honest but at the edge of what anybody has: one list of 30 MB,
// 100,000 variables in a Pod, as many findings.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/ressKim-io/wealist-k8s-migration/test/bench/rss"
)

const (
	most  = 25  // times the input, for memory
	curve = 1.6 // how much longer a part of the input may take in an input of four times its size
)

func main() {
	only := flag.String("only", "", "only rows whose name contains this")
	writeTo := flag.String("write", "", "write the inputs into this directory and do nothing else")
	bin := flag.String("bin", "", "the program to measure, instead of one that is built")
	grow := flag.Bool("grow", false, "measure what grows out of the fixtures of rules instead")
	flag.Parse()
	err := error(nil)
	switch {
	case *grow:
		err = growAll(*bin, *only, *writeTo)
	case *writeTo != "":
		err = write(*writeTo, *only)
	default:
		err = run(*bin, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bounds:", err)
		os.Exit(1)
	}
}

// An input is made in a size: n of whatever it has many of.
type input struct {
	name string
	n    int
	make func(w *bytes.Buffer, n int)
}

func (in input) file(n int) string {
	return fmt.Sprintf("%s.%d.yaml", strings.ReplaceAll(in.name, " ", "-"), n)
}

var inputs = []input{
	{"flow list of numbers", 10_000_000, func(w *bytes.Buffer, n int) {
		w.WriteString("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec:\n  values: [")
		for i := range n {
			fmt.Fprintf(w, "%d, ", i%10)
		}
		w.WriteString("0]\n")
	}},
	{"flow list of words", 2_000_000, func(w *bytes.Buffer, n int) {
		w.WriteString("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec:\n  values: [")
		for i := range n {
			fmt.Fprintf(w, "value-%d, ", i)
		}
		w.WriteString("0]\n")
	}},
	{"flow list of objects", 600_000, func(w *bytes.Buffer, n int) {
		w.WriteString("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec:\n  values: [")
		for i := range n {
			fmt.Fprintf(w, "{name: object-%d, value: %d}, ", i, i%10)
		}
		w.WriteString("{}]\n")
	}},
	{"keys of one Secret", 200_000, func(w *bytes.Buffer, n int) {
		w.WriteString("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n")
		for i := range n {
			fmt.Fprintf(w, "  KEY_%d: dmFsdWU=\n", i)
		}
	}},
	{"selectors that nearly match", 20_000, func(w *bytes.Buffer, n int) {
		for i := range n {
			fmt.Fprintf(w, "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d%d}\nspec:\n  selector: {matchLabels: {app: service-%05d-web}}\n"+
				"  template:\n    metadata: {labels: {app: service-%05d-web}}\n    spec:\n      containers:\n      - name: a\n        image: a:1\n", i, i, i)
			fmt.Fprintf(w, "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%d}\nspec:\n  selector: {app: servce-%05d-web}\n  ports: [{port: 80}]\n", i, i)
		}
	}},
	{"misspelt volumes of one Pod", 20_000, func(w *bytes.Buffer, n int) {
		w.WriteString("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: a:1\n    volumeMounts:\n")
		for i := range n {
			fmt.Fprintf(w, "    - name: volme-%05d\n      mountPath: /m/%d\n", i, i)
		}
		w.WriteString("  volumes:\n")
		for i := range n {
			fmt.Fprintf(w, "  - name: volume-%05d\n    emptyDir: {}\n", i)
		}
	}},
	{"misspelt hosts", 20_000, func(w *bytes.Buffer, n int) {
		for i := range n {
			fmt.Fprintf(w, "---\napiVersion: v1\nkind: Service\nmetadata: {name: service-%05d-db}\nspec:\n  ports: [{port: 5432}]\n", i)
		}
		w.WriteString("---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: a:1\n    env:\n")
		for i := range n {
			fmt.Fprintf(w, "    - name: DATABASE_URL_%d\n      value: postgresql://servce-%05d-db:5432/shop\n", i, i)
		}
	}},
	{"envFrom sources of one Pod", 20_000, func(w *bytes.Buffer, n int) {
		for i := range n {
			fmt.Fprintf(w, "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c%d}\ndata: {KEY_%d: v}\n", i, i)
		}
		w.WriteString("---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: a:1\n    envFrom:\n")
		for i := range n {
			fmt.Fprintf(w, "    - configMapRef: {name: c%d}\n", i)
		}
	}},
	{"Lists of two", 50_000, func(w *bytes.Buffer, n int) {
		for i := range n {
			fmt.Fprintf(w, "---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a%d}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: b%d}\n", i, i)
		}
	}},
	{"variables in one Pod", 100_000, func(w *bytes.Buffer, n int) {
		w.WriteString("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: a:1\n    env:\n")
		for i := range n {
			fmt.Fprintf(w, "    - name: V%d\n      value: \"%d\"\n", i, i)
		}
	}},
	{"references of variables in one Pod", 100_000, func(w *bytes.Buffer, n int) {
		w.WriteString("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: a:1\n    env:\n")
		for i := range n {
			fmt.Fprintf(w, "    - name: V%d\n      valueFrom:\n        configMapKeyRef: {name: c, key: k%d}\n", i, i)
		}
		w.WriteString("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n")
		for i := range n {
			fmt.Fprintf(w, "  k%d: v\n", i)
		}
	}},
	{"misspelt names", 20_000, func(w *bytes.Buffer, n int) {
		for i := range n {
			fmt.Fprintf(w, "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings-%05d-of-service}\ndata: {a: b}\n", i)
		}
		for i := range n {
			fmt.Fprintf(w, "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p%d}\nspec:\n  containers:\n  - name: a\n    image: a:1\n    envFrom:\n    - configMapRef: {name: setings-%05d-of-service}\n", i, i)
		}
	}},
	{"misspelt keys", 20_000, func(w *bytes.Buffer, n int) {
		w.WriteString("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n")
		for i := range n {
			fmt.Fprintf(w, "  SETTING_%05d_OF_SERVICE: v\n", i)
		}
		w.WriteString("---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: a:1\n    env:\n")
		for i := range n {
			fmt.Fprintf(w, "    - name: V%d\n      valueFrom:\n        configMapKeyRef: {name: c, key: SETING_%05d_OF_SERVICE}\n", i, i)
		}
	}},
	{"findings", 100_000, func(w *bytes.Buffer, n int) {
		for i := range n {
			fmt.Fprintf(w, "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p%d}\nspec:\n  containers:\n  - name: a\n    image: a:1\n    envFrom:\n    - secretRef: {name: s%d}\n", i, i)
		}
	}},
	{"findings about one object", 100_000, func(w *bytes.Buffer, n int) {
		w.WriteString("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: a:1\n    env:\n")
		for i := range n {
			fmt.Fprintf(w, "    - name: V%d\n      valeu: \"1\"\n", i)
		}
	}},
	{"small documents", 2_600_000, func(w *bytes.Buffer, n int) {
		for i := range n {
			fmt.Fprintf(w, "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c%d\ndata: {a: b}\n", i)
		}
	}},
	{"one long text", 200, func(w *bytes.Buffer, n int) {
		w.WriteString("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  text: |\n")
		line := strings.Repeat("all work and no play ", 50)
		for range n * 1000 {
			w.WriteString("    " + line + "\n")
		}
	}},
}

// ways are how an input reaches the program.
var ways = []struct {
	name string
	args func(file string) []string
}{
	{"check", func(file string) []string { return []string{"check", file} }},
	{"check -o json", func(file string) []string { return []string{"check", "-o", "json", file} }},
	{"function", nil},
}

func write(dir, only string) error {
	for _, in := range inputs {
		if !strings.Contains(in.name, only) {
			continue
		}
		for _, n := range []int{in.n / 4, in.n} {
			var w bytes.Buffer
			in.make(&w, n)
			if err := os.WriteFile(filepath.Join(dir, in.file(n)), w.Bytes(), 0o644); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, "list."+in.file(n)), list(w.Bytes()), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// list is the documents as the items of a ResourceList.
func list(text []byte) []byte {
	var w bytes.Buffer
	w.WriteString("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig:\n  apiVersion: wealist.io/v1alpha1\n  kind: ConfigPipeline\n  metadata: {name: bounds}\n  spec: {validate: {}}\nitems:\n")
	prefix := "- "
	for line := range bytes.Lines(text) {
		if string(line) == "---\n" {
			prefix = "- "
			continue
		}
		w.WriteString(prefix)
		w.Write(line)
		prefix = "  "
	}
	return w.Bytes()
}

func run(bin, only string) error {
	tmp, err := os.MkdirTemp("", "krm-validate-bounds-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if bin, err = built(bin, tmp); err != nil {
		return err
	}
	// A process starts out with the peak of the one that starts it: the inputs are
	// made in another one.
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if out, err := exec.Command(self, "-write", tmp, "-only", only).CombinedOutput(); err != nil {
		return fmt.Errorf("writing the inputs: %w\n%s", err, out)
	}
	idle, err := measure(bin, []string{"version"}, "")
	if err != nil {
		return err
	}
	fmt.Printf("The program alone takes %d MB, which are left out.\n\n", idle.memory>>20)
	fmt.Printf("| input | MB | by | seconds | time per byte, against a quarter of it | memory, of the input | bound |\n|---|---|---|---|---|---|---|\n")
	beyond := 0
	for _, in := range inputs {
		if !strings.Contains(in.name, only) {
			continue
		}
		for _, way := range ways {
			var took [2]usage
			var size [2]int64
			for i, n := range []int{in.n / 4, in.n} {
				file, args, stdin := filepath.Join(tmp, in.file(n)), []string(nil), ""
				if way.args == nil {
					file = filepath.Join(tmp, "list."+in.file(n))
					stdin = file
				} else {
					args = way.args(file)
				}
				info, err := os.Stat(file)
				if err != nil {
					return err
				}
				size[i] = info.Size()
				if took[i], err = measure(bin, args, stdin); err != nil {
					return fmt.Errorf("%s, %s: %w", in.name, way.name, err)
				}
			}
			times := float64(took[1].memory-idle.memory) / float64(size[1])
			slope := took[1].time.Seconds() / took[0].time.Seconds() * float64(size[0]) / float64(size[1])
			word := fmt.Sprint(most)
			if times > most || slope > curve {
				beyond++
				word += ", **beyond**"
			}
			fmt.Printf("| %d %s | %.1f | %s | %.2f | %.2f | %.1f × | %s |\n", in.n, in.name, float64(size[1])/1e6, way.name, took[1].time.Seconds(), slope, times, word)
		}
	}
	if err := builds(tmp, bin, only); err != nil {
		return err
	}
	if beyond > 0 {
		return fmt.Errorf("%d of the rows are beyond %d times the input, or take more than %.1f times as long for each byte", beyond, most, curve)
	}
	return nil
}

// built is the program to measure: bin, or one that it builds.
func built(bin, tmp string) (string, error) {
	if bin != "" {
		return bin, nil
	}
	bin = filepath.Join(tmp, "krm-validate")
	if out, err := exec.Command("go", "build", "-o", bin, "./cmd/krm-validate").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return bin, nil
}

// builds compares build of a kustomization with what kustomize's library needs
// for the same one, in a size that it builds in some seconds: it compares each
// resource with every other. The memory is that of the whole process.
func builds(tmp, bin, only string) error {
	peer := filepath.Join(tmp, "builds")
	if out, err := exec.Command("go", "build", "-o", peer, "./test/bench/peers/builds").CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	fmt.Printf("\n| build of | MB | seconds, ours | theirs | memory, ours | theirs |\n|---|---|---|---|---|---|\n")
	for _, in := range inputs {
		if !strings.Contains(in.name, only) {
			continue
		}
		n := max(in.n/100, min(in.n, 1000))
		dir := filepath.Join(tmp, "build-"+in.file(n))
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		var w bytes.Buffer
		in.make(&w, n)
		if err := os.WriteFile(filepath.Join(dir, "all.yaml"), w.Bytes(), 0o644); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte("namespace: bounds\nresources:\n- all.yaml\n"), 0o644); err != nil {
			return err
		}
		ours, err := measure(bin, []string{"build", dir}, "")
		if err != nil {
			return fmt.Errorf("%s, build: %w", in.name, err)
		}
		theirs, err := measure(peer, []string{dir}, "")
		if err != nil {
			return fmt.Errorf("%s, kustomize: %w", in.name, err)
		}
		fmt.Printf("| %d %s | %.1f | %.2f | %.2f | %d MB | %d MB |\n", n, in.name, float64(w.Len())/1e6, ours.time.Seconds(), theirs.time.Seconds(), ours.memory>>20, theirs.memory>>20)
	}
	return nil
}

type usage struct {
	time   time.Duration // of all processors
	memory int64         // bytes, at most
}

// measure runs the program. Exit code 1 is a verdict, not a failure.
func measure(bin string, args []string, stdin string) (usage, error) {
	return measureFor(time.Hour, bin, args, stdin)
}

// measureFor is measure, with an error that is context.DeadlineExceeded where
// it takes longer than that.
func measureFor(most time.Duration, bin string, args []string, stdin string) (usage, error) {
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, args...)
	var stderr tail
	cmd.Stdout, cmd.Stderr = io.Discard, &stderr
	if stdin != "" {
		f, err := os.Open(stdin)
		if err != nil {
			return usage{}, err
		}
		defer func() { _ = f.Close() }() // it was only read
		cmd.Stdin = f
	}
	err := cmd.Run()
	if ctx.Err() != nil {
		return usage{}, ctx.Err()
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		err = nil
	}
	if err != nil {
		return usage{}, fmt.Errorf("%w\n%s", err, stderr.text)
	}
	return usage{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), rss.Max(cmd.ProcessState)}, nil
}

// tail keeps the end of what a program prints.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-2000):]
	return len(p), nil
}
