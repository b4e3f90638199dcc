// Package e2e applies the overlays to a real API server: kube-apiserver,
// etcd and kube-controller-manager, built from Go modules and run on loopback.
package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// kubernetesVersion is that of k8s.io/kubernetes in go.mod.
const kubernetesVersion = "v1.37.2"

// programs are what the cluster consists of, and kubectl, by package.
var programs = map[string]string{
	"etcd":                    "go.etcd.io/etcd/server/v3",
	"kube-apiserver":          "k8s.io/kubernetes/cmd/kube-apiserver",
	"kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
	"kubectl":                 "k8s.io/kubernetes/cmd/kubectl",
}

// cluster is a running control plane. It has no nodes: pods get created and
// stay pending.
type cluster struct {
	dir        string
	bin        string // the programs
	kubeconfig string
	running    []*process // in order of start
}

type process struct {
	name string
	cmd  *exec.Cmd
	log  string
	done chan struct{}
}

// start builds the programs (minutes on a cold cache, seconds afterwards) and
// starts them. E2E_BIN keeps the programs in a directory across runs.
func start(ctx context.Context) (_ *cluster, err error) {
	dir, err := os.MkdirTemp("", "e2e-")
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir, bin: os.Getenv("E2E_BIN"), kubeconfig: filepath.Join(dir, "kubeconfig")}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, c.logs())
			c.stop()
		}
	}()
	if c.bin == "" {
		c.bin = filepath.Join(dir, "bin")
	}
	if c.bin, err = filepath.Abs(c.bin); err != nil {
		return nil, err
	}
	if err := c.build(ctx); err != nil {
		return nil, err
	}
	ports, err := freePorts(4)
	if err != nil {
		return nil, err
	}
	etcd := "http://" + ports[0]
	if err := c.run("etcd",
		"--data-dir="+filepath.Join(dir, "etcd"), "--unsafe-no-fsync", "--log-level=error",
		"--listen-client-urls="+etcd, "--advertise-client-urls="+etcd,
		"--listen-peer-urls=http://"+ports[1], "--initial-advertise-peer-urls=http://"+ports[1],
		"--initial-cluster=default=http://"+ports[1],
	); err != nil {
		return nil, err
	}
	if err := c.wait(ctx, "etcd", etcd+"/health", http.DefaultClient); err != nil {
		return nil, err
	}
	if err := c.runAPIServer(etcd, ports[2]); err != nil {
		return nil, err
	}
	// The server makes its own certificate; trust is by pinning that file.
	unverified := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	if err := c.wait(ctx, "kube-apiserver", "https://"+ports[2]+"/readyz", unverified); err != nil {
		return nil, err
	}
	if err := c.run("kube-controller-manager",
		"--kubeconfig="+c.kubeconfig, "--authentication-kubeconfig="+c.kubeconfig, "--authorization-kubeconfig="+c.kubeconfig,
		"--service-account-private-key-file="+c.file("sa.key"), "--use-service-account-credentials",
		"--bind-address=127.0.0.1", "--secure-port="+port(ports[3]), "--cert-dir="+c.file("kcm"),
		"--leader-elect=false",
	); err != nil {
		return nil, err
	}
	return c, c.wait(ctx, "kube-controller-manager", "https://"+ports[3]+"/healthz", unverified)
}

func (c *cluster) runAPIServer(etcd, address string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	token := fmt.Sprintf("%x", key.D.Bytes()[:16]) // as random as the key, and as short-lived
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"sa.key":    pem.EncodeToMemory(block),
		"token.csv": []byte(token + ",admin,admin,system:masters\n"),
		"kubeconfig": fmt.Appendf(nil, `apiVersion: v1
kind: Config
current-context: e2e
clusters:
- name: e2e
  cluster:
    server: https://%s
    certificate-authority: %s
    # The certificate that the server makes for itself names no address.
    tls-server-name: kubernetes
users:
- name: admin
  user: {token: %s}
contexts:
- name: e2e
  context: {cluster: e2e, user: admin}
`, address, c.file("pki", "apiserver.crt"), token),
	} {
		if err := os.WriteFile(c.file(name), content, 0o600); err != nil {
			return err
		}
	}
	return c.run("kube-apiserver",
		"--etcd-servers="+etcd, "--bind-address="+host, "--secure-port="+port,
		"--endpoint-reconciler-type=none", // it would refuse a loopback address
		"--cert-dir="+c.file("pki"), "--token-auth-file="+c.file("token.csv"), "--authorization-mode=RBAC",
		"--service-account-key-file="+c.file("sa.key"), "--service-account-signing-key-file="+c.file("sa.key"),
		"--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.96.0.0/16",
	)
}

func (c *cluster) file(parts ...string) string {
	return filepath.Join(append([]string{c.dir}, parts...)...)
}

// build builds the programs, and krm-validate, into c.bin.
func (c *cluster) build(ctx context.Context) error {
	for name, pkg := range programs {
		ldflags := "-s -w"
		for _, v := range []string{"component-base/version", "client-go/pkg/version"} {
			ldflags += " -X k8s.io/" + v + ".gitVersion=" + kubernetesVersion
			ldflags += " -X k8s.io/" + v + ".gitMajor=1 -X k8s.io/" + v + ".gitMinor=37"
		}
		if err := goBuild(ctx, ".", "-ldflags="+ldflags, "-o", filepath.Join(c.bin, name), pkg); err != nil {
			return err
		}
	}
	return goBuild(ctx, repository, "-o", filepath.Join(c.bin, "krm-validate"), "./cmd/krm-validate")
}

func goBuild(ctx context.Context, dir string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", append([]string{"build"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %v: %w\n%s", args, err, out)
	}
	return nil
}

// run starts a program in the background, with its output in a file.
func (c *cluster) run(name string, args ...string) error {
	log, err := os.Create(c.file(name + ".log"))
	if err != nil {
		return err
	}
	defer log.Close()
	p := &process{name: name, cmd: exec.Command(filepath.Join(c.bin, name), args...), log: log.Name(), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in its log
		close(p.done)
	}()
	c.running = append(c.running, p)
	return nil
}

// wait waits until the last program answers at url.
func (c *cluster) wait(ctx context.Context, name, url string, client *http.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	p := c.running[len(c.running)-1]
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if res, err := client.Do(req); err == nil {
			res.Body.Close()
			// An API server that asks who we are has begun to serve; its
			// readiness is then asked with kubectl.
			if res.StatusCode < http.StatusInternalServerError {
				return nil
			}
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended while it started", name)
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", name, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// stop ends the programs in reverse order: a server whose store is gone would
// hang before it gives up.
func (c *cluster) stop() {
	for i := len(c.running) - 1; i >= 0; i-- {
		p := c.running[i]
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.done:
		case <-time.After(20 * time.Second):
			_ = p.cmd.Process.Kill()
			<-p.done
		}
	}
	os.RemoveAll(c.dir)
}

// logs is the end of every program's log.
func (c *cluster) logs() string {
	var b bytes.Buffer
	for _, p := range c.running {
		text, err := os.ReadFile(p.log)
		if err != nil {
			continue
		}
		fmt.Fprintf(&b, "--- %s\n%s\n", p.name, text[max(0, len(text)-3000):])
	}
	return b.String()
}

func freePorts(n int) ([]string, error) {
	var addresses []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // all stay taken until all are known
		addresses = append(addresses, l.Addr().String())
	}
	return addresses, nil
}

func port(address string) string {
	_, p, _ := net.SplitHostPort(address)
	return p
}

var control *cluster

func TestMain(m *testing.M) {
	ctx := context.Background()
	var err error
	if control, err = start(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if code != 0 {
		fmt.Fprintln(os.Stderr, control.logs())
	}
	control.stop()
	os.Exit(code)
}
