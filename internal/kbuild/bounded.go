package kbuild

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
)

// bounded is a file system that refuses to read what would never end, or would
// end the program: kustomize follows aliases without a bound, and a name in a
// tree can lead to anything.
type bounded struct {
	filesys.FileSystem
	mu   sync.Mutex
	size int64 // of what was read
}

// beyond is about a file that is refused.
type beyond struct {
	file string
	err  error
}

func (e *beyond) Error() string { return e.file + ": " + e.err.Error() }

func (e *beyond) Unwrap() error { return e.err }

// ReadFile implements [filesys.FileSystem].
func (b *bounded) ReadFile(path string) ([]byte, error) {
	most := limits.Current().Size
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		// Opening a pipe waits for a writer, and a device has no end.
		if !info.Mode().IsRegular() {
			return nil, &beyond{path, errors.New("a pipe, a socket or a device, not a file: a build reads files only")}
		}
		if info.Size() > most {
			return nil, &beyond{path, limits.TooLarge()}
		}
	}
	content, err := b.FileSystem.ReadFile(path)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.size += int64(len(content))
	over := b.size > most
	b.mu.Unlock()
	if over {
		return nil, &beyond{path, limits.TooLarge()}
	}
	key := within{sha256.Sum256(content), mayHoldYAML(path, content), limits.Current()}
	if _, known := knownWithin.Load(key); known {
		return content, nil
	}
	if err := manifest.Bounded(content, key.texts); err != nil {
		return nil, &beyond{path, err}
	}
	knownWithin.Store(key, nil)
	return content, nil
}

// within is a content that is within limits: what many overlays share is parsed once to know.
type within struct {
	sum
	texts bool // too
	limits.Limits
}

var knownWithin sync.Map // of within

// mayHoldYAML reports whether texts in a file are YAML to kustomize: patches in a
// kustomization, and in the configuration of a built-in transformer.
func mayHoldYAML(path string, content []byte) bool {
	return isKustomization(path) || bytes.Contains(content, []byte("Transformer")) || bytes.Contains(content, []byte("Generator"))
}

// boundedHTTP does the same for what kustomize gets over HTTP.
type boundedHTTP struct{ http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t boundedHTTP) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), limits.Current().Remote)
	defer cancel()
	slow := func(err error) error {
		if errors.Is(err, context.DeadlineExceeded) && req.Context().Err() == nil {
			return limits.TooSlow()
		}
		return err
	}
	resp, err := t.RoundTripper.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, refusedAnswer(req, slow(err))
	}
	body, err := limits.Read(resp.Body)
	err = slow(err)
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	if err == nil && resp.StatusCode == http.StatusOK {
		err = manifest.Bounded(body, true)
	}
	if err != nil {
		return nil, refusedAnswer(req, err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// lastRefused is the newest answer that was beyond a limit. kustomize makes a text
// of the error.
var lastRefused atomic.Pointer[beyond]

func refusedAnswer(req *http.Request, err error) error {
	if l := (*limits.Error)(nil); errors.As(err, &l) {
		lastRefused.Store(&beyond{req.URL.Scheme + "://" + req.URL.Host, l})
	}
	return err
}

// asRefused is the error about an answer beyond a limit, if a build failed for
// one.
func asRefused(err error) error {
	if last := lastRefused.Load(); last != nil {
		for ; err != nil; err = errors.Unwrap(err) {
			if strings.Contains(err.Error(), last.err.Error()) {
				return last
			}
		}
	}
	return nil
}

// boundHTTP bounds the transport of kustomize's HTTP client, which is the
// default one.
var boundHTTP = sync.OnceFunc(func() { http.DefaultTransport = boundedHTTP{http.DefaultTransport} })

// fatal is what kustomize ended the program with.
type fatal string

// surviving makes log.Fatal in kustomize a panic, which is recovered from: it
// must not end the other builds of this process, nor choose its exit code. It
// returns a function that ends that.
func surviving() (restore func()) {
	old := log.Writer()
	log.SetOutput(survivor{old})
	return func() { log.SetOutput(old) }
}

type survivor struct{ io.Writer }

// Write implements [io.Writer]. log.Fatal writes before it ends the program.
func (s survivor) Write(text []byte) (int, error) {
	pcs := make([]uintptr, 8)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, "log.Fatal") {
			panic(fatal(strings.TrimSpace(string(text))))
		}
		if !more {
			return s.Writer.Write(text)
		}
	}
}
