package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// root is the folder of the product's module.
const root = "../.."

// page writes the page of a tree, or of a stream.
func page(t *testing.T, path string, stdin []byte) string {
	t.Helper()
	cmd := exec.Command("go", "run", "./cmd/krm-validate", "graph", "-o", "html", path)
	cmd.Dir, cmd.Stdin = root, bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	html, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	file := filepath.Join(t.TempDir(), "graph.html")
	if err := os.WriteFile(file, html, 0o600); err != nil {
		t.Fatal(err)
	}
	return "file://" + file
}

// browser is one tab of a new Chromium. Whatever the page complains about, and
// whatever it asks the network for, fails the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("needs Debian's package chromium: ", err)
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1400, 860),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("force-device-scale-factor", "1"),
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 8*time.Minute) // for machines that do something else too
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	run(ctx, t)
	err = chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("the script fails: %s", ev.ExceptionDetails.Exception.Description)
		case *runtime.EventConsoleAPICalled:
			t.Errorf("the console: %s %v", ev.Type, ev.Args)
		case *log.EventEntryAdded:
			t.Errorf("the browser: %s: %s", ev.Entry.Level, ev.Entry.Text)
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(ev.Request.URL, "file:") && !strings.HasPrefix(ev.Request.URL, "data:") {
				t.Errorf("the page asks for %s", ev.Request.URL)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

func run(ctx context.Context, t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// eval is the value of an expression.
func eval[T any](ctx context.Context, t *testing.T, js string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func text(ctx context.Context, t *testing.T, selector string) string {
	t.Helper()
	return eval[string](ctx, t, "document.querySelector("+quote(selector)+").innerText")
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// script runs a script on the page.
func script(js string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Evaluate[any](js, chromedp.EvalAwaitPromise)(ctx, t)
		return err
	})
}

// settled waits until what was asked for is drawn.
var settled = script("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(1))))")

// dark has the page believe that its reader likes it dark.
func dark(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
	})
	return chromedp.Void{}, err
}

// seen is what is on the page, kept under a name with SCREENSHOTS=DIR.
func seen(ctx context.Context, t *testing.T, name string) image.Image {
	t.Helper()
	run(ctx, t, settled)
	text, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	picture, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// drawn counts the pixels of the graph in the red of what is broken, and the
// colours: a canvas that is empty has one.
func drawn(ctx context.Context, t *testing.T, name string) (red, colors int) {
	t.Helper()
	picture := seen(ctx, t, name)
	at := eval[[]int](ctx, t, `(() => { const r = document.getElementById("canvas").getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom].map(Math.round); })()`)
	found := map[color.Color]bool{}
	for y := at[1]; y < at[3]; y++ {
		for x := at[0]; x < at[2]; x++ {
			c := picture.At(x, y)
			found[c] = true
			r, g, b, _ := c.RGBA()
			if r>>8 > 185 && g>>8 < 90 && b>>8 > 20 && b>>8 < 100 {
				red++
			}
		}
	}
	return red, len(found)
}

func want(t *testing.T, what, got, part string) {
	t.Helper()
	if !strings.Contains(got, part) {
		t.Errorf("%s: %q, want %q in it", what, got, part)
	}
}

func TestSoundTree(t *testing.T) {
	ctx := browser(t)
	run(ctx, t, chromedp.Navigate(page(t, "overlays/prod/pipeline", nil)), settled)
	want(t, "status", text(ctx, t, "#status"), "16 resources, ")
	want(t, "broken", text(ctx, t, "#broken"), "nothing broken")
	red, colors := drawn(ctx, t, "sound")
	if colors < 20 {
		t.Errorf("%d colours: nothing is drawn", colors)
	}
	if red > 0 {
		t.Errorf("%d red pixels where nothing is broken", red)
	}
	run(ctx, t, dark)
	seen(ctx, t, "sound-dark")

	// Enter takes the first that is found; its YAML, place and references stand beside.
	run(ctx, t, chromedp.SendKeys(chromedp.CSS("#search"), "deployment board"), settled)
	want(t, "hits", text(ctx, t, "#hits"), "board-api\nDeployment in board-api-prod")
	run(ctx, t, chromedp.SendKeys(chromedp.CSS("#search"), "\r"), settled)
	about := text(ctx, t, "#about")
	want(t, "details", about, "base/board-api/deployment.yaml:")
	want(t, "details", about, "REFERS TO")
	want(t, "details", about, "imagePullPolicy: IfNotPresent")
	seen(ctx, t, "sound-details")
}

func TestBrokenTree(t *testing.T) {
	ctx := browser(t)
	run(ctx, t, chromedp.Navigate(page(t, "testdata/incidents/2-create-container-config-error", nil)), settled)
	want(t, "broken", text(ctx, t, "#broken"), "1 broken reference")
	if n, _ := drawn(ctx, t, "broken"); n < 100 {
		t.Errorf("%d red pixels: the broken edge is not red", n)
	}
	run(ctx, t, chromedp.Click(chromedp.CSS("#broken")), settled)
	want(t, "status", text(ctx, t, "#status"), "2 of ")
	if n, _ := drawn(ctx, t, "broken-only"); n < 100 {
		t.Errorf("%d red pixels", n)
	}
	run(ctx, t, chromedp.Click(chromedp.CSS("#broken")), chromedp.SendKeys(chromedp.CSS("#search"), "deployment board\r"), settled)
	about := text(ctx, t, "#about")
	want(t, "details", about, "error[secret-not-found]")
	want(t, "details", about, "testdata/incidents/2-create-container-config-error/kustomization.yaml:18:17")
	want(t, "details", about, "Secret board-api-dev/db-secret (missing)")
	want(t, "the line", text(ctx, t, "pre .bad"), "name: db-secret")
	seen(ctx, t, "broken-details")
	run(ctx, t, chromedp.Click(chromedp.CSS("#about .ref.bad")), settled)
	want(t, "details", text(ctx, t, "#about"), "This is referred to, and not there.")

	// Secrets are masked.
	run(ctx, t, script(`document.getElementById("search").value = ""`), chromedp.SendKeys(chromedp.CSS("#search"), "secret postgresql\r"), settled)
	want(t, "the Secret", text(ctx, t, "pre"), "***")
}

// TestConnection is about an address that somebody typed.
func TestConnection(t *testing.T) {
	ctx := browser(t)
	run(ctx, t, chromedp.Navigate(page(t, "testdata/incidents/5-bad-gateway", nil)), settled)
	want(t, "broken", text(ctx, t, "#broken"), "1 broken reference")
	if n, _ := drawn(ctx, t, "connection"); n < 100 {
		t.Errorf("%d red pixels: the broken edge is not red", n)
	}
	run(ctx, t, chromedp.SendKeys(chromedp.CSS("#search"), "postgress\r"), settled)
	want(t, "details", text(ctx, t, "#about"), "data.DATABASE_URL")

	// Enter chose it; what it is about is one click away.
	run(ctx, t, script(`document.getElementById("search").value = ""; document.getElementById("search").dispatchEvent(new Event("input"))`),
		chromedp.Click(chromedp.CSS("#about .ref")), chromedp.Click(chromedp.CSS("#fit")), settled)
	want(t, "details", text(ctx, t, "#about"), "error[host-not-found]")
	seen(ctx, t, "connection-details")
}

func TestFilters(t *testing.T) {
	ctx := browser(t)
	run(ctx, t, chromedp.Navigate(page(t, "overlays/prod/pipeline", nil)), settled)
	shown := func() (n int) {
		fmt.Sscan(text(ctx, t, "#status"), &n)
		return n
	}
	all := shown()
	run(ctx, t, chromedp.Click(chromedp.CSS(`#namespaces input[value="front-prod"]`)), settled)
	without := shown()
	if without >= all || without == 0 {
		t.Errorf("%d of %d without a namespace", without, all)
	}
	seen(ctx, t, "filtered")
	run(ctx, t, chromedp.Click(chromedp.CSS("#all-namespaces")), settled)
	if n := shown(); n != all {
		t.Errorf("%d of %d after all", n, all)
	}
	run(ctx, t, script(`[...document.querySelectorAll("#kinds li")].find(l => l.innerText.includes("Service\n") || l.querySelector("input").value === "Service").querySelector(".only").click()`), settled)
	want(t, "status", text(ctx, t, "#status"), "3 of ")
	run(ctx, t, chromedp.Click(chromedp.CSS("#all-kinds")), chromedp.SendKeys(chromedp.CSS("#search"), "ingress\r"), settled, chromedp.Click(chromedp.CSS("#about .row button")), settled)
	if n := shown(); n >= all || n < 3 {
		t.Errorf("%d of %d are connected to the Ingress", n, all)
	}
	seen(ctx, t, "connected")
}

// TestTwoThousand is about a tree of 2,000 resources: a picture must not take so
// long that nobody moves about in it.
func TestTwoThousand(t *testing.T) {
	write := exec.Command("go", "run", "./test/bench/write", "-resources", "2000")
	write.Dir = root
	stream, err := write.Output()
	if err != nil {
		t.Fatal(err)
	}
	stream = bytes.Replace(stream, []byte("name: birch-birch-amber-v-db"), []byte("name: birch-birch-amber-v-database"), 1)
	ctx := browser(t)
	run(ctx, t, chromedp.Navigate(page(t, "-", stream)), settled)
	want(t, "status", text(ctx, t, "#status"), "resources, ")
	want(t, "broken", text(ctx, t, "#broken"), "broken reference")
	if n, _ := drawn(ctx, t, "many"); n < 10 {
		t.Errorf("%d red pixels: what is broken is not seen among 2,000", n)
	}
	frames := eval[float64](ctx, t, `(() => {
	  const start = performance.now();
	  for (let i = 0; i < 10; i++) document.getElementById("in").click();
	  return performance.now() - start;
	})()`)
	t.Logf("ten zooms asked for in %.0f ms", frames)
	run(ctx, t, settled)
	seen(ctx, t, "many-near")
	run(ctx, t, chromedp.Click(chromedp.CSS("#fit")), chromedp.Click(chromedp.CSS("#broken")), settled)
	seen(ctx, t, "many-broken")
	run(ctx, t, chromedp.Click(chromedp.CSS("#broken")), chromedp.SendKeys(chromedp.CSS("#search"), "tundra ingress"), settled)
	seen(ctx, t, "many-search")
	run(ctx, t, chromedp.SendKeys(chromedp.CSS("#search"), "\r"), settled, dark)
	seen(ctx, t, "many-dark")
}

// TestHostile is about names that would be markup or a script.
func TestHostile(t *testing.T) {
	ctx := browser(t)
	const evil = `</script><script>document.title="run"</script><img src=x onerror='document.title="run"'>`
	run(ctx, t, chromedp.Navigate(page(t, "-", []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "+quote(evil)+"}\ndata: {"+quote(evil)+": "+quote(evil)+"}\n"))), settled)
	want(t, "status", text(ctx, t, "#status"), "1 resource")
	run(ctx, t, chromedp.SendKeys(chromedp.CSS("#search"), "script\r"), settled)
	want(t, "details", text(ctx, t, "#about h3"), evil)
	want(t, "title", eval[string](ctx, t, "document.title"), "stdin")
}
