// Package cluster asks a live cluster what it has, and reads nothing else of it:
// whether objects of some name exist, which kinds are served, the definitions of
// custom resources, and the version.
//
// The user's own kubectl logs in: kubectl proxy, which lets no request through that
// writes, listens on a socket that only this user can open. Objects are asked for
// as a table without the object, so that neither the values of Secrets nor
// annotations that repeat them are ever sent.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
package cluster

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/cleanup"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kubectl"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// timeout is how long a cluster may take for one answer.
const timeout = 15 * time.Second

// Cluster is a live cluster.
type Cluster struct {
	// Name is the context's.
	Name string
	// Release is such as 1.33, or empty if the server's version is no release.
	Release string

	namespace string // of resources that name none
	http      *http.Client
	served    map[groupVersionKind]bool
	kinds     map[string][]resource // by kind
	mu        sync.Mutex            // of what was asked, by trees that are checked at once
	asked     map[object]answer
	defined   map[string]*yaml.Node // CustomResourceDefinitions by name
	gone      error                 // nobody answers: each question would take the whole timeout
	close     func()
}

type groupVersionKind struct{ group, version, kind string }

// resource is where objects of a kind are.
type resource struct {
	group, version, plural string
	namespaced             bool
}

type object struct{ kind, namespace, name string }

type answer struct {
	there bool
	err   error
}

// Open connects to the cluster of a kubectl.
func Open(ctx context.Context, k *kubectl.Client) (_ *Cluster, err error) {
	c := &Cluster{asked: map[object]answer{}, defined: map[string]*yaml.Node{}}
	if c.Name = k.Context; c.Name == "" {
		if c.Name, err = text(ctx, k, "config", "current-context"); err != nil {
			return nil, fmt.Errorf("no cluster: %w; name one with --context", err)
		}
	}
	if c.namespace, err = text(ctx, k, "config", "view", "--minify", "-o", "jsonpath={..namespace}"); err != nil {
		return nil, fmt.Errorf("context %s: %w", c.Name, err)
	}
	if c.namespace == "" {
		c.namespace = "default"
	}
	if err := c.proxy(ctx, k); err != nil {
		return nil, fmt.Errorf("context %s: %w", c.Name, err)
	}
	if err := c.discover(ctx); err != nil {
		c.Close()
		return nil, fmt.Errorf("cluster %s: %w", c.Name, err)
	}
	return c, nil
}

// text runs kubectl and returns what it printed.
func text(ctx context.Context, k *kubectl.Client, args ...string) (string, error) {
	var out, errs bytes.Buffer
	err := k.Run(ctx, nil, &out, &errs, args...)
	if line := firstLine(errs.String()); err != nil && line != "" {
		return "", errors.New(line)
	}
	return strings.TrimSpace(out.String()), err
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimPrefix(line, "error: ")
}

// proxy starts kubectl proxy and waits until it listens.
func (c *Cluster) proxy(ctx context.Context, k *kubectl.Client) error {
	dir, err := os.MkdirTemp("", "c-") // 0700
	if err != nil {
		return err
	}
	remove := cleanup.Add(dir)
	socket := filepath.Join(dir, "s") // paths of sockets have 100 bytes
	cmd, err := k.Command(ctx, "proxy", "--unix-socket="+socket, "--reject-methods=^(POST|PUT|PATCH|DELETE)$")
	if err != nil {
		remove()
		return err
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		remove()
		return fmt.Errorf("running kubectl proxy: %w", err)
	}
	ended := cleanup.Process(cmd.Process)
	c.close = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		ended()
		remove()
	}
	line, err := bufio.NewReader(stdout).ReadString('\n') // Starting to serve on …
	if err != nil {
		why := "without a word"
		if err := cmd.Wait(); err != nil {
			why = err.Error()
		}
		c.close()
		if said := firstLine(errs.String()); said != "" {
			return errors.New(said)
		}
		return errors.New("kubectl proxy ended: " + why)
	}
	if !strings.Contains(line, socket) {
		c.close()
		return fmt.Errorf("kubectl proxy does not listen: %s", strings.TrimSpace(line))
	}
	c.http = &http.Client{Timeout: timeout, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	return nil
}

// Close ends the connection.
func (c *Cluster) Close() {
	if c.close != nil {
		c.close()
		c.close = nil
	}
}

// statusError is an answer of the server other than 200.
type statusError struct {
	code    int
	message string
}

func (e *statusError) Error() string { return e.message }

// get reads a path of the API. After a question without any answer none is asked.
func (c *Cluster) get(ctx context.Context, path, accept string, into any) error {
	if c.gone != nil {
		return c.gone
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", accept)
	res, err := c.http.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) && u.Timeout() {
			c.gone = fmt.Errorf("it does not answer within %s: try kubectl cluster-info", timeout)
		} else {
			c.gone = fmt.Errorf("kubectl proxy does not answer: %w", err)
		}
		return c.gone
	}
	defer func() { _ = res.Body.Close() }()
	const most = 64 << 20
	body := io.LimitReader(res.Body, most)
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(body, 1<<16))
		var status struct{ Message string }
		if json.Unmarshal(text, &status) != nil || status.Message == "" {
			status.Message = firstLine(string(text))
		}
		switch res.StatusCode {
		case http.StatusUnauthorized:
			status.Message = "you are not logged in: " + status.Message
		case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			status.Message = "it does not answer: " + status.Message + "; try kubectl cluster-info"
		}
		return &statusError{res.StatusCode, status.Message}
	}
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(body).Decode(into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Accept headers. Discovery in one answer is there since Kubernetes 1.27.
// https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
const (
	acceptJSON      = "application/json"
	acceptDiscovery = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"
	acceptTable     = "application/json;as=Table;v=v1;g=meta.k8s.io"
)

func (c *Cluster) discover(ctx context.Context) error {
	var version struct{ GitVersion string }
	if err := c.get(ctx, "/version", acceptJSON, &version); err != nil {
		return err
	}
	if r, ok := apischema.ParseRelease(version.GitVersion); ok {
		c.Release = fmt.Sprintf("%d.%d", r.Major, r.Minor)
	}
	c.served, c.kinds = map[groupVersionKind]bool{}, map[string][]resource{}
	for _, path := range [...]string{"/api", "/apis"} {
		var list struct {
			Kind  string
			Items []struct {
				Metadata struct{ Name string }
				Versions []struct {
					Version   string
					Freshness string
					Resources []struct {
						Resource     string
						Scope        string
						ResponseKind struct{ Group, Version, Kind string }
						Verbs        []string
					}
				}
			}
		}
		if err := c.get(ctx, path, acceptDiscovery, &list); err != nil {
			return err
		}
		if list.Kind != "APIGroupDiscoveryList" {
			return fmt.Errorf("it has no aggregated discovery, which Kubernetes has since 1.27; it is %s", version.GitVersion)
		}
		for _, group := range list.Items {
			for _, v := range group.Versions {
				for _, r := range v.Resources {
					kind := r.ResponseKind.Kind
					c.served[groupVersionKind{group.Metadata.Name, v.Version, kind}] = true
					known := false
					for _, k := range c.kinds[kind] {
						known = known || k.group == group.Metadata.Name && k.plural == r.Resource
					}
					if !known {
						c.kinds[kind] = append(c.kinds[kind], resource{group.Metadata.Name, v.Version, r.Resource, r.Scope == "Namespaced"})
					}
				}
				if v.Freshness == "Stale" { // its own server does not answer
					c.served[groupVersionKind{group.Metadata.Name, v.Version, ""}] = true
				}
			}
		}
	}
	return nil
}

// Serves reports whether the cluster has a kind. What is not known is served.
func (c *Cluster) Serves(group, version, kind string) bool {
	return c.served[groupVersionKind{group, version, kind}] || c.served[groupVersionKind{group, version, ""}]
}

// Has reports whether an object of a kind is in the cluster. Without a namespace
// it is looked for in that of the context. An error says why nobody knows.
func (c *Cluster) Has(ctx context.Context, kind, namespace, name string) (bool, error) {
	if namespace == "" {
		namespace = c.namespace
	}
	id := object{kind, namespace, name}
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.asked[id]
	if !ok {
		a.there, a.err = c.has(ctx, id)
		c.asked[id] = a
	}
	return a.there, a.err
}

func (c *Cluster) has(ctx context.Context, id object) (bool, error) {
	for _, part := range [...]string{id.namespace, id.name} {
		if part == "" || part == "." || part == ".." {
			return false, nil // no object is called so, and the path would be another one
		}
	}
	var failure error
	for _, r := range c.kinds[id.kind] {
		path := "/apis/" + r.group + "/" + r.version
		if r.group == "" {
			path = "/api/" + r.version
		}
		if r.namespaced {
			path += "/namespaces/" + url.PathEscape(id.namespace)
		}
		path += "/" + r.plural + "/" + url.PathEscape(id.name) + "?includeObject=None"
		err := c.get(ctx, path, acceptTable, nil)
		var status *statusError
		switch {
		case err == nil:
			return true, nil
		case errors.As(err, &status) && status.code == http.StatusNotFound:
		default:
			failure = err
		}
	}
	return false, failure
}

// Definition is the CustomResourceDefinition of a kind, or nil if the cluster has
// none or does not show it.
func (c *Cluster) Definition(ctx context.Context, group, kind string) *yaml.Node {
	for _, r := range c.kinds[kind] {
		if r.group != group || group == "" {
			continue
		}
		name := r.plural + "." + group
		c.mu.Lock()
		defer c.mu.Unlock()
		if n, ok := c.defined[name]; ok {
			return n
		}
		var definition any
		c.defined[name] = nil
		if c.get(ctx, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"+url.PathEscape(name), acceptJSON, &definition) != nil {
			return nil
		}
		var doc yaml.Node
		if doc.Encode(definition) != nil {
			return nil
		}
		c.defined[name] = yamlnode.Resolve(&doc)
		return c.defined[name]
	}
	return nil
}
