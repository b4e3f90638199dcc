package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

// TestTextCauses: what has one cause is one entry, and what has not is not.
func TestTextCauses(t *testing.T) {
	type f = finding.Finding
	in := func(rule, file, namespace, message string, change ...func(*f)) f {
		x := f{Rule: rule, Severity: finding.Error, File: file, Line: 3, Message: message, Resource: finding.Resource{Kind: "Deployment", Namespace: namespace, Name: "web"}}
		for _, c := range change {
			c(&x)
		}
		return x
	}
	meant := func(name string) func(*f) { return func(x *f) { x.Meant = name } }
	missing := func(namespace string) func(*f) {
		return func(x *f) { x.Missing = &finding.Resource{Kind: "Secret", Namespace: namespace, Name: "db"} }
	}
	warning := func(x *f) { x.Severity = finding.Warning }
	unplaced := func(x *f) { x.Line = 0 }
	field := func(path string) func(*f) { return func(x *f) { x.Field = path } }
	at := func(line int) func(*f) { return func(x *f) { x.Line = line } }
	about := func(name, of string) func(*f) { return func(x *f) { x.About = &finding.About{Name: name, Of: of} } }
	renamed := func(x *f) { x.About = &finding.About{What: finding.Renamed} }
	within := func(tree string) func(*f) { return func(x *f) { x.Tree = tree } }
	for _, c := range []struct {
		name    string
		entries int
		fs      []f
	}{
		{"copies for environments", 1, []f{
			in("service-port-not-found", "envs/dev/web.yaml", "shop-dev", `Service "web" in namespace "shop-dev" has no port http`),
			in("service-port-not-found", "envs/prod/web.yaml", "shop-prod", `Service "web" in namespace "shop-prod" has no port http`),
		}},
		{"copies whose hosts have the environment in them", 1, []f{
			in("host-not-found", "dev/web.yaml", "", `host "pg.dev.svc": there is no Service "pg" in namespace "dev"`),
			in("host-not-found", "prod/web.yaml", "", `host "pg.prod.svc": there is no Service "pg" in namespace "prod"`),
		}},
		{"the names that one kustomization leaves", 1, []f{
			in("secret-not-found", "prod/web.yaml", "", `Secret "db" does not exist: kustomize renamed it to "prod-db"`, within("prod"), renamed),
			in("service-not-found", "prod/ingress.yaml", "", `Service "web" does not exist: kustomize renamed it to "prod-web"`, within("prod"), renamed, at(9)),
		}},
		{"the numbers of one file that autoscalers set", 1, []f{
			in("replicas-fixed", "web.yaml", "", `replicas is fixed at 2, outside of the 5 to 9 that web allows`, warning),
			in("replicas-fixed", "web.yaml", "", `replicas is fixed at 1, outside of the 3 to 5 that api allows`, warning, at(9)),
		}},
		{"the addresses that one kustomization leaves", 1, []f{
			in("host-not-rewritten", "base/web.yaml", "", `host "db": the Service is called "prod-db" in this build`, within("prod")),
			in("host-not-rewritten", "base/config.yaml", "", `host "cache": the Service is called "prod-cache" in this build`, within("prod"), at(9)),
		}},
		{"the ports of one Service", 1, []f{
			in("target-port-not-found", "web.yaml", "", `no container behind Service "web" has a port named "web"`),
			in("target-port-not-found", "web.yaml", "", `no container behind Service "web" has a port named "admin"`, at(4)),
		}},
		{"the volumes of one workload, and a slip", 2, []f{
			in("volume-not-found", "web.yaml", "", `container "web" mounts volume "tmp", which the pod does not have`),
			in("volume-not-found", "web.yaml", "", `container "web" mounts volume "run", which the pod does not have`, at(4)),
			in("volume-not-found", "web.yaml", "", `container "web" mounts volume "dta", which the pod does not have`, at(5), meant(`"data"`)),
		}},
		{"the names that two leave", 2, []f{
			in("secret-not-found", "prod/web.yaml", "", `Secret "db" does not exist: kustomize renamed it to "prod-db"`, within("prod"), renamed),
			in("service-not-found", "dev/ingress.yaml", "", `Service "web" does not exist: kustomize renamed it to "dev-web"`, within("dev"), renamed),
		}},
		{"what clusters of one age have no more", 1, []f{
			in("api-removed", "web.yaml", "", `extensions/v1beta1 Ingress is not served since Kubernetes 1.22`, about("extensions/v1beta1", "1.22")),
			in("api-removed", "rbac.yaml", "", `rbac.authorization.k8s.io/v1beta1 Role is not served since Kubernetes 1.22`, about("rbac.authorization.k8s.io/v1beta1", "1.22"), at(9)),
		}},
		{"a port that a file has for two Services", 1, []f{
			in("service-port-not-found", "web.yaml", "", `Service "stable" has no port 1537`, about("1537", "")),
			in("service-port-not-found", "web.yaml", "", `Service "canary" has no port 1537`, about("1537", "")),
		}},
		{"the variables of one value", 1, []f{
			in("variable-not-expanded", "web.yaml", "", `$(USER) stands before USER itself`, field("env[0].value")),
			in("variable-not-expanded", "web.yaml", "", `$(PASSWORD) stands before PASSWORD itself`, field("env[0].value")),
		}},
		{"the variables of two values", 2, []f{
			in("variable-not-expanded", "web.yaml", "", `$(USER) stands before USER itself`, field("env[0].value")),
			in("variable-not-expanded", "web.yaml", "", `$(HOST) stands before HOST itself`, field("env[1].value"), at(9)),
		}},
		{"the variables that an object lacks", 1, []f{
			in("variable-not-expanded", "web.yaml", "", `$(USER) is not a variable of container "a"`, warning, field("args[0]")),
			in("variable-not-expanded", "web.yaml", "", `$(HOST) is not a variable of container "a"`, warning, field("args[1]"), at(9)),
		}},
		{"capabilities", 1, []f{
			in("value-invalid", "web.yaml", "", `capabilities are written without CAP_`, warning, field("spec.containers[0].securityContext.capabilities.add[0]")),
			in("value-invalid", "web.yaml", "", `capabilities are written without CAP_, as here`, warning, field("spec.containers[1].securityContext.capabilities.drop[0]"), at(9)),
		}},
		{"other values", 2, []f{
			in("value-invalid", "web.yaml", "", `this is no port`, warning, field("spec.containers[0].ports[0]")),
			in("value-invalid", "web.yaml", "", `that is no port`, warning, field("spec.containers[1].ports[0]"), at(9)),
		}},
		{"the budgets of one file", 1, []f{
			in("eviction-blocked", "mesh.yaml", "", `minAvailable 1 allows no eviction at all: Deployment edge has 1 replica`, warning),
			in("eviction-blocked", "mesh.yaml", "", `minAvailable 1 allows no eviction at all: Deployment core has 1 replica`, warning, at(9)),
		}},
		{"annotations for one thing", 1, []f{
			in("annotation-unknown", "web.yaml", "", `no annotation rate-limit`, warning, field(`metadata.annotations["nginx.ingress.kubernetes.io/rate-limit"]`)),
			in("annotation-unknown", "web.yaml", "", `no annotation rate-limit-window`, warning, field(`metadata.annotations["nginx.ingress.kubernetes.io/rate-limit-window"]`), at(9)),
		}},
		{"annotations for two", 2, []f{
			in("annotation-unknown", "web.yaml", "", `no annotation rate-limit`, warning, field(`metadata.annotations["nginx.ingress.kubernetes.io/rate-limit"]`)),
			in("annotation-unknown", "web.yaml", "", `no annotation gzip-on`, warning, field(`metadata.annotations["nginx.ingress.kubernetes.io/gzip-on"]`), at(9)),
		}},
		{"the claims of one workload", 1, []f{
			in("volume-not-shareable", "web.yaml", "", `claim data is ReadWriteOnce`, warning),
			in("volume-not-shareable", "web.yaml", "", `claim logs is ReadWriteOnce`, warning, at(9)),
		}},
		{"images of one machine", 1, []f{
			in("image-likely-local", "web.yaml", "", `image "web:latest" has no registry`, warning),
			in("image-likely-local", "api.yaml", "", `image "api:latest" has no registry`, warning),
		}},
		{"monitors of a file", 1, []f{
			in("monitor-selects-nothing", "web.yaml", "", `no Service has the labels app=a: the pods of Service a have them`, about("", "pods")),
			in("monitor-selects-nothing", "web.yaml", "", `no Service has the labels app=b: the pods of Service b have them`, about("", "pods"), at(9)),
		}},
		{"autoscalers of a file", 1, []f{
			in("metric-without-request", "web.yaml", "", `container "a" of Deployment a requests no cpu`, warning),
			in("metric-without-request", "web.yaml", "", `container "b" of Deployment b requests no cpu`, warning, at(9)),
		}},
		{"replicas of a folder", 1, []f{
			in("replicas-fixed", "k8s/a.yaml", "", `replicas is fixed at 1, outside of the 2 to 3`, warning),
			in("replicas-fixed", "k8s/b.yaml", "", `replicas is fixed at 1, outside of the 2 to 9`, warning),
		}},
		{"images of one registry", 1, []f{
			in("image-invalid", "web.yaml", "", `".ecr..example.com/web:1" is not the name of an image`, about("", ".ecr..example.com")),
			in("image-invalid", "api.yaml", "", `".ecr..example.com/api:1" is not the name of an image`, about("", ".ecr..example.com")),
		}},
		{"images of two", 2, []f{
			in("image-invalid", "web.yaml", "", `"-web/web:1" is not the name of an image`, about("", "-web")),
			in("image-invalid", "api.yaml", "", `"-api/api:1" is not the name of an image`, about("", "-api")),
		}},
		{"the paths of one Ingress", 1, []f{
			in("rewrite-drops-path", "web.yaml", "", `every request below /api as /`, warning),
			in("rewrite-drops-path", "web.yaml", "", `every request below /ui as /`, warning, at(9)),
		}},
		{"the peers of one policy", 1, []f{
			in("policy-selects-nothing", "web.yaml", "", `no pod has the labels app=api`, warning),
			in("policy-selects-nothing", "web.yaml", "", `no pod has the labels app=users`, warning, at(9)),
		}},
		{"two ports of a file", 2, []f{
			in("service-port-not-found", "web.yaml", "", `Service "stable" has no port 1537`, about("1537", "")),
			in("service-port-not-found", "web.yaml", "", `Service "stable" has no port 1538`, about("1538", "")),
		}},
		{"numbers in one ConfigMap", 1, []f{
			in("wrong-type", "a.yaml", "", "PORT must be a string, not a number", field("data.PORT"), at(7)),
			in("wrong-type", "a.yaml", "", "RETRIES must be a string, not a number", field("data.RETRIES"), at(8)),
		}},
		{"numbers in the variables of one container", 1, []f{
			in("wrong-type", "a.yaml", "", "value must be a string, not a number", field("spec.template.spec.containers[0].env[1].value"), at(7)),
			in("wrong-type", "a.yaml", "", "value must be a string, not a boolean", field("spec.template.spec.containers[0].env[4].value"), at(12)),
		}},
		{"wrong types in two places", 2, []f{
			in("wrong-type", "a.yaml", "", "PORT must be a string, not a number", field("data.PORT"), at(7)),
			in("wrong-type", "a.yaml", "", "labels must be a mapping, not a list", field("metadata.labels"), at(4)),
		}},
		{"other names in other files", 2, []f{
			in("service-port-not-found", "dev/web.yaml", "", `Service "web" has no port http`),
			in("service-port-not-found", "dev/api.yaml", "", `Service "api" has no port http`),
		}},
		{"a folder's name that is a part of a word", 2, []f{
			in("host-not-found", "a/web.yaml", "", `host "pga.x": no`),
			in("host-not-found", "b/web.yaml", "", `host "pgb.x": no`),
		}},
		{"one object that lacks several keys", 1, []f{
			in("key-not-found", "web.yaml", "", `Secret "db" has no key "user"`, about("user", `Secret "db"`)),
			in("key-not-found", "api.yaml", "", `Secret "db" has no key "password"`, about("password", `Secret "db"`)),
		}},
		{"two keys that are misspelt", 2, []f{
			in("key-not-found", "web.yaml", "", `Secret "db" has no key "usr"`, about("usr", `Secret "db"`), meant(`"user"`)),
			in("key-not-found", "web.yaml", "", `Secret "db" has no key "pasword"`, about("pasword", `Secret "db"`), meant(`"password"`)),
		}},
		{"keys of one object in another form", 1, []f{
			in("key-not-found", "web.yaml", "", `ConfigMap "cart" has no key "CART_HOST"`, about("CART_HOST", `ConfigMap "cart"`), meant(`"cart-host"`)),
			in("key-not-found", "web.yaml", "", `ConfigMap "cart" has no key "CART_PORT"`, about("CART_PORT", `ConfigMap "cart"`), meant(`"cart-port"`), at(9)),
		}},
		{"a key twice, for which a build fails", 1, []f{
			in("duplicate-yaml-key", "web.yaml", "", `this mapping has the key "ports" twice`, field("spec.ports"), at(9)),
			in("build-fails", "web.yaml", "", `the build fails: Service web has the key "ports" twice`, at(9)),
		}},
		{"a key twice, and a build that fails for another", 2, []f{
			in("duplicate-yaml-key", "web.yaml", "", `this mapping has the key "ports" twice`, field("spec.ports"), at(9)),
			in("build-fails", "web.yaml", "", `the build fails: Service web has the key "kind" twice`, at(3)),
		}},
		{"names of one folder with capitals", 1, []f{
			in("name-invalid", "samples/a.yaml", "", `"A-pod" is not a valid name of a Pod: a lowercase subdomain`, about("A-pod", "")),
			in("name-invalid", "samples/a.yaml", "", `name "A-pod" is not valid: a lowercase label`, about("A-pod", "")),
			in("name-invalid", "samples/b.yaml", "", `"B-pod" is not a valid name of a Pod: a lowercase subdomain`, about("B-pod", "")),
		}},
		{"names that end too early", 1, []f{
			in("name-invalid", "modules/a.yaml", "", `"pump-" is not a valid name of a Service: a lowercase label`, about("pump-", "")),
			in("name-invalid", "modules/a.yaml", "", `"pump-" is not a valid value of the label app`, about("pump-", "")),
		}},
		{"names that are wrong in other ways", 2, []f{
			in("name-invalid", "samples/a.yaml", "", `"A-pod" is not a valid name of a Pod`, about("A-pod", "")),
			in("name-invalid", "samples/b.yaml", "", `"b_pod" is not a valid name of a Pod`, about("b_pod", "")),
		}},
		{"entries of one kustomization", 1, []f{
			in("images-entry-unused", "prod/kustomization.yaml", "", `images changes nothing for "api": none`, meant(`"acme/api"`)),
			in("images-entry-unused", "prod/kustomization.yaml", "", `images changes nothing for "web": none`, meant(`"acme/web"`)),
		}},
		{"a generated file that has a part twice", 1, []f{
			in("duplicate-object", "a.yaml", "", "Service web is defined twice; the first is at a.yaml:1", about("", "Service web is defined twice")),
			in("duplicate-object", "a.yaml", "", "Service api is defined twice; the first is at a.yaml:9", about("", "Service api is defined twice")),
			in("duplicate-object", "b.yaml", "", "Service web is defined twice; the first is at b.yaml:7", about("", "Service web is defined twice")),
		}},
		{"a mapping in the place of a list, and what it lacks", 1, []f{
			in("required-field-missing", "a.yaml", "", "an entry of versions needs the field name"),
			in("wrong-type", "a.yaml", "", "versions must be a list, not a mapping"),
		}},
		{"fields that one mapping lacks", 1, []f{
			in("required-field-missing", "a.yaml", "", "an entry of paths needs the field pathType"),
			in("required-field-missing", "a.yaml", "", "an entry of paths needs the field backend"),
		}},
		{"fields that two objects lack", 2, []f{
			in("required-field-missing", "a.yaml", "", "spec needs the field selector"),
			in("required-field-missing", "b.yaml", "", "spec needs the field template"),
		}},
		{"two groups that turn out to be one", 1, []f{
			in("access-invalid", "a.yaml", "", "the resource x is in the group y", warning),
			in("access-invalid", "b.yaml", "", "the resource z is in the group y", warning),
			in("access-invalid", "b.yaml", "", "the resource x is in the group y", warning),
		}},
		{"a missing object of copies", 1, []f{
			in("secret-not-found", "dev/web.yaml", "dev", `Secret "db" in namespace "dev" is not in this build`, missing("dev")),
			in("secret-not-found", "prod/web.yaml", "prod", `Secret "db" in namespace "prod" is not in this build`, missing("prod")),
			in("secret-not-found", "prod/api.yaml", "prod", `Secret "db" in namespace "prod" is not in this build`, missing("prod")),
		}},
		{"objects of one name that lack keys in two trees", 2, []f{
			in("key-not-found", "shop/web.yaml", "", `ConfigMap "config" has no key "db"`, about("db", `ConfigMap "config"`), within("shop")),
			in("key-not-found", "blog/app.yaml", "", `ConfigMap "config" has no key "redis"`, about("redis", `ConfigMap "config"`), within("blog")),
		}},
		{"fields that two objects of unknown places lack", 2, []f{
			in("required-field-missing", "a.yaml", "", "spec needs the field selector", unplaced),
			in("required-field-missing", "a.yaml", "shop", "spec needs the field template", unplaced),
		}},
		{"a missing object of two rules", 1, []f{
			in("secret-not-found", "web.yaml", "", `Secret "db" is not in this build`, missing("")),
			in("certificate-not-found", "api.yaml", "", `the certificate is in Secret "db", which is not in this build`, missing("")),
		}},
		{"missing objects of two applications", 2, []f{
			in("secret-not-found", "shop/web.yaml", "shop", `Secret "db" in namespace "shop" is not in this build`, missing("shop")),
			in("secret-not-found", "blog/app.yaml", "blog", `Secret "db" in namespace "blog" is not in this build`, missing("blog")),
		}},
	} {
		var b bytes.Buffer
		assert.NoError(t, report.Text(&b, &report.Report{Findings: c.fs}))
		assert.Equal(t, c.entries, strings.Count(b.String(), "-->"), c.name+"\n"+b.String())
	}
}

// TestTextOrder: the first entry is about what is applied, and notes are last.
func TestTextOrder(t *testing.T) {
	find := func(severity finding.Severity, file, rule string) finding.Finding {
		return finding.Finding{Rule: rule, Severity: severity, File: file, Line: 1, Message: "wrong in " + file}
	}
	absent := find(finding.Error, "e2e/job.yaml", "secret-not-found")
	absent.Missing = &finding.Resource{Kind: "Secret", Name: "db"}
	fs := []finding.Finding{
		find(finding.Note, "a.yaml", "noted"), absent,
		find(finding.Error, "deploy/old.yaml", "api-removed"),
		find(finding.Warning, "deploy/web.yaml", "odd"),
		find(finding.Error, "docs/page.yaml", "wrong"),
		find(finding.Error, "e2e/case.yaml", "wrong"),
		find(finding.Error, "examples-v1/first.yaml", "wrong"),
		find(finding.Error, "web.yaml", "wrong"),
	}
	var b bytes.Buffer
	assert.NoError(t, report.Text(&b, &report.Report{Findings: fs}))
	var files []string
	for line := range strings.Lines(b.String()) {
		if file, ok := strings.CutPrefix(strings.TrimSpace(line), "--> "); ok {
			file, _, _ = strings.Cut(file, ":")
			files = append(files, file)
		}
	}
	assert.Equal(t, []string{
		"web.yaml", "deploy/old.yaml", "docs/page.yaml", "examples-v1/first.yaml", "e2e/case.yaml", "deploy/web.yaml", "e2e/job.yaml", "a.yaml",
	}, files)
}
