package main

import (
	"archive/tar"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

const repository = "../.."

// Two builds have one digest, both processors are there, and the image is what
// the specification says.
func TestImage(t *testing.T) {
	var digests []string
	for range 2 {
		out := filepath.Join(t.TempDir(), "image")
		for range 2 { // in place of what is there
			digest, err := write(repository, out, program, []string{"linux/amd64", "linux/arm64"})
			if err != nil {
				t.Fatal(err)
			}
			digests = append(digests, digest)
			if testing.Short() {
				break
			}
		}
		check(t, out, digests[0])
	}
	for _, d := range digests {
		if d != digests[0] {
			t.Errorf("two builds, two digests: %s and %s", digests[0], d)
		}
	}
}

func check(t *testing.T, out, digest string) {
	t.Helper()
	outer, err := layout.ImageIndexFromPath(filepath.Join(out, "layout"))
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(outer); err != nil {
		t.Error(err)
	}
	hash, err := v1.NewHash(digest)
	if err != nil {
		t.Fatal(err)
	}
	index, err := outer.ImageIndex(hash)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var platforms []string
	for _, m := range manifest.Manifests {
		platforms = append(platforms, m.Platform.String())
		img, err := index.Image(m.Digest)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate.Image(img); err != nil {
			t.Error(err)
		}
		config, err := img.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if config.Architecture != m.Platform.Architecture || config.Config.User != nobody || config.Config.Labels["org.opencontainers.image.revision"] == "" {
			t.Errorf("config of %s: %+v", m.Platform, config)
		}
		files := contents(t, img)
		if !strings.Contains(files["etc/passwd"], "nobody:x:65534:") {
			t.Errorf("nobody is not in /etc/passwd: %q", files["etc/passwd"])
		}
		if !strings.HasPrefix(files[strings.TrimPrefix(binary, "/")], "\x7fELF") {
			t.Errorf("no program in %s", m.Platform)
		}
	}
	if got := strings.Join(platforms, " "); got != "linux/amd64 linux/arm64" {
		t.Errorf("platforms: %s", got)
	}
}

func contents(t *testing.T, img v1.Image) map[string]string {
	t.Helper()
	r := mutate.Extract(img)
	defer r.Close()
	files := map[string]string{}
	for archive := tar.NewReader(r); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = string(text)
	}
}

// What is there and is no image is not removed.
func TestImageKeepsWhatIsThere(t *testing.T) {
	if _, err := write(repository, t.TempDir(), program, nil); err == nil || !strings.Contains(err.Error(), "is no image: remove it first") {
		t.Error(err)
	}
}
