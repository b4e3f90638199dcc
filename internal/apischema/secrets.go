package apischema

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// secretContent checks what the API server, or who reads the Secret, checks of
// the values of typed Secrets. Nothing of a value is shown.
func (o *object) secretContent(kind string) {
	switch kind {
	case "kubernetes.io/dockerconfigjson":
		o.jsonValue(".dockerconfigjson")
	case "kubernetes.io/dockercfg":
		o.jsonValue(".dockercfg")
	case "kubernetes.io/tls":
		for _, key := range []string{"tls.crt", "tls.key"} {
			text, ok := o.plain(key)
			// What stands in the block is for who reads it: examples and test data make it up.
			if ok && text != "" && !strings.Contains(text, "-----BEGIN ") {
				o.warn(o.keyIn(key), SecretInvalid, "%s holds no PEM block", key)
			}
		}
	}
}

// jsonValue wants the value of a key to be a JSON object.
func (o *object) jsonValue(key string) {
	if text, ok := o.plain(key); ok && json.Unmarshal([]byte(text), &map[string]any{}) != nil {
		o.refuse(o.keyIn(key), SecretInvalid, "%s is not JSON", key)
	}
}

// plain returns the value of a key, decoded; ok is false if it cannot be known.
func (o *object) plain(key string) (text string, ok bool) {
	if n := o.get("stringData", key); n != nil {
		return n.Value, !hasTemplate(n.Value)
	}
	n := o.get("data", key)
	if n == nil || hasTemplate(n.Value) {
		return "", false
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(n.Value))
	return string(decoded), err == nil && !hasTemplate(string(decoded))
}

// hasTemplate reports whether text may be filled in, or is encrypted.
func hasTemplate(s string) bool {
	return strings.Contains(s, "${") || strings.Contains(s, "{{") || strings.HasPrefix(s, "<") || strings.HasPrefix(s, "ENC[") ||
		strings.HasPrefix(s, "vault:") || IsSecretReference(s)
}

// IsSecretReference reports whether text is the address of a secret that a program puts
// in its place before anything is applied: ref+vault://… of vals
// (https://github.com/helmfile/vals), op://… of 1Password
// (https://developer.1password.com/docs/cli/secret-reference-syntax/) and their like.
func IsSecretReference(text string) bool {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || rest == "" {
		return false
	}
	switch scheme {
	case "op", "secret", "vault":
		return true
	}
	scheme, ok = strings.CutPrefix(scheme, "ref+")
	return ok && scheme != ""
}

// keyIn returns the key node of a key of the data, to report a problem at.
func (o *object) keyIn(key string) *yaml.Node {
	for _, field := range []string{"stringData", "data"} {
		for k, v := range yamlnode.Fields(o.get(field)) {
			if k.Value == key {
				return o.at(k, v)
			}
		}
	}
	return nil
}
