package check_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestSetImages: what a pipeline puts in for an image is what runs.
func TestSetImages(t *testing.T) {
	const text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  selector: {matchLabels: {app: shop}}\n  template:\n    metadata: {labels: {app: shop}}\n" +
		"    spec: {containers: [{name: web, image: 'registry.example.com/team/postgres', volumeMounts: [{name: d, mountPath: /d}]}], volumes: [{name: d, nfs: {server: 192.0.2.7, path: /d}}]}\n"
	for name, c := range map[string]struct {
		file, text string
		set        bool
	}{
		"nothing":                {"deploy.sh", "kubectl apply -f k8s/\n", false},
		"a document":             {"README.md", "kubectl set image deployment/shop web=x:1\n", false},
		"another workload":       {"deploy.sh", "kubectl set image deployment/board board=x:1\n", false},
		"kubectl":                {"deploy.sh", "kubectl -n prod set image deployment/shop \\\n  web=$REGISTRY/web:$SHA\n", true},
		"by the image":           {".github/workflows/cd.yml", "jobs:\n  x:\n    steps:\n      - run: kubectl set image $TARGET web=registry.example.com/team/postgres:${{ github.sha }}\n", true},
		"kustomize":              {"Makefile", "deploy:\n\tcd k8s && kustomize edit set image registry.example.com/team/postgres=$(IMG)\n", true},
		"kustomize, another":     {"Makefile", "deploy:\n\tcd k8s && kustomize edit set image controller=$(IMG)\n", false},
		"sed":                    {"Jenkinsfile", "sh \"sed -i 's|image: .*|image: ${IMAGE}|' k8s/shop.yaml\"\n", true},
		"sed, of every file":     {".gitlab-ci.yml", "deploy:\n  script:\n    - sed -i \"s#image: .*#image: shop:$CI_COMMIT_SHA#\" k8s/*.yaml\n", true},
		"sed, of another file":   {"deploy.sh", "sed -i 's|image: .*|image: x|' k8s/board.yaml\n", false},
		"sed, of another folder": {"deploy.sh", "sed -i 's|image: .*|image: x|' helm/shop.yaml\n", false},
		"sed, of something else": {"deploy.sh", "sed -i 's|replicas: .*|replicas: 3|' k8s/shop.yaml\n", false},
		"sed, of a folder":       {"deploy.sh", "sed -i 's|image: .*|image: x|' \"$DIR/shop.yaml\"\n", true},
		"sed, of any file":       {"deploy.sh", "sed -i 's|image: .*|image: x|' \"$FILE.yaml\"\n", false},
		"sed, of the image":      {"deploy.sh", "sed \"s|team/postgres|team/postgres:$SHA|\" \"$FILE\" | kubectl apply -f -\n", true},
		"yq":                     {"up.sh", "yq -i '.spec.template.spec.containers[0].image = env(IMAGE)' k8s/shop.yaml\n", true},
		"skaffold":               {"skaffold.yaml", "apiVersion: skaffold/v4beta6\nkind: Config\nbuild:\n  artifacts:\n  - image: registry.example.com/team/postgres\n", true},
		"tilt, restarted":        {"Tiltfile", "docker_build_with_restart(\n    'registry.example.com/team/postgres',\n    '.',\n)\n", true},
		"tilt, another":          {"Tiltfile", "docker_build(\n    'registry.example.com/team/shop-board',\n    '.',\n)\n", false},
		"tilt":                   {"Tiltfile", "docker_build('registry.example.com/team/postgres', '.')\n", true},
		"a kustomization, made":  {".github/workflows/cd.yml", "jobs:\n  x:\n    steps:\n    - run: |\n        cat > prod/kustomization.yaml <<EOF\n        images:\n        - name: registry.example.com/team/postgres\n          newName: $REGISTRY/postgres\n        EOF\n", true},
		"one for another image":  {"deploy.sh", "cat > kustomization.yaml <<EOF\nimages:\n- name: registry.example.com/team/board\n  newName: $REGISTRY/postgres\nEOF\n", false},
		"an overlay elsewhere":   {"prod/kustomization.yaml", "images:\n- name: registry.example.com/team/postgres\n  newTag: '1.2'\n", true},
		"an overlay that stays":  {"prod/kustomization.yaml", "images:\n- name: registry.example.com/team/postgres\n  newTag: latest\n", false},
	} {
		want := []string{"warning image-tag-latest"}
		if c.set {
			want = nil
		}
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/shop.yaml": text, c.file: c.text}))
		assert.Equal(t, want, above(rep, finding.Note), name)
	}
	// So is what it puts in for a placeholder.
	for command, want := range map[string][]string{
		"cd k8s && kustomize edit set image registry.example.com/team/postgres=$(IMG)": nil,
		"cd k8s && kustomize edit set image registry.example.com/team/shop=$(IMG)":     {"error placeholder-left"},
		"kubectl set image deployment/shop web=$(IMG)":                                 nil,
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"k8s/shop.yaml": strings.Replace(text, "postgres'", "postgres:xxxxxx'", 1), "Makefile": "deploy:\n\t" + command + "\n",
			"prod/kustomization.yaml": "images:\n- name: registry.example.com/team/postgres\n  newTag: '1.2'\n",
		}))
		assert.Equal(t, want, above(rep, finding.Note), command)
	}
	// The entry that gives the image is set by the name it is for.
	for command, want := range map[string][]string{"controller=$(IMG)": nil, "other=$(IMG)": {"warning image-tag-latest"}} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"config/kustomization.yaml": kustomization + "- shop.yaml\nimages:\n- name: controller\n  newName: quay.io/example/mysql\n",
			"config/shop.yaml":          strings.Replace(text, "registry.example.com/team/postgres", "controller", 1),
			"Makefile":                  "deploy:\n\tcd config && $(KUSTOMIZE) edit set image " + command + "\n",
		}))
		assert.Equal(t, want, above(rep, finding.Note), command)
	}
}

// TestTiltComputesImages: a Tiltfile may put the names of its images together.
func TestTiltComputesImages(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: till}\nspec: {containers: [{name: web, image: 'till-web:latest'}]}\n"
	for text, want := range map[string]string{
		"for s in ['web', 'api']:\n    docker_build('till-' + s, s)\n":               "note",
		"for s in ['web', 'api']:\n    docker_build(ref='till-%s' % s, context=s)\n": "note",
		"def build(name):\n    docker_build(name, '.')\n\nbuild(till)\n":             "note",
		"for s in ['web', 'api']:\n    docker_build('desk-' + s, s)\n":               "warning",
		"docker_build('desk-web', s)\n":                                              "warning",
		"def docker_build_twice(name, context):\n    local('make ' + name)\n":        "warning",
	} {
		found := above(run(t, check.Options{}, tree(t, map[string]string{"k8s/pod.yaml": pod, "Tiltfile": text})), finding.Off)
		assert.Contains(t, found, want+" image-likely-local", text)
	}
}

// TestUnpinned: what has no version and keeps no data is a note, unless a tree is
// named, or said to be whole.
func TestUnpinned(t *testing.T) {
	for image, want := range map[string][]string{
		"registry.example.com/team/shop:latest": nil,
		"curlimages/curl":                       nil,
		"memcached":                             nil,
		"redis":                                 {"warning image-tag-latest"},
		"docker.io/bitnami/kafka":               {"warning image-tag-latest"},
		"docker.io/bitnami/kafka:latest":        nil, // somebody has chosen so
		"minio/minio":                           {"warning image-tag-latest"},
		"confluentinc/cp-zookeeper":             {"warning image-tag-latest"},
		"elasticsearch:latest":                  nil,
		"grafana/grafana:latest":                nil, // it upgrades what another release has written
	} {
		at := "/d"
		if image == "redis" {
			at = "/data" // where its image has it
		}
		dir := tree(t, map[string]string{"app/kustomization.yaml": kustomization + "- pod.yaml\n",
			"app/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: q}\nspec: {containers: [{name: a, image: '" + image + "', volumeMounts: [{name: d, mountPath: " + at + "}]}], volumes: [{name: d, persistentVolumeClaim: {claimName: d}}]}\n---\n" +
				"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: d}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n"})
		assert.Equal(t, want, above(run(t, check.Options{}, dir), finding.Note), image)
		assert.Equal(t, []string{"warning image-tag-latest"}, above(run(t, check.Options{}, dir+"/app"), finding.Note), image)
		assert.Equal(t, []string{"warning image-tag-latest"}, above(run(t, check.Options{Unresolved: "error"}, dir), finding.Note), image)
		require.NoError(t, os.MkdirAll(dir+"/app/.git", 0o755)) // all of a repository is what there is
		require.NoError(t, os.WriteFile(dir+"/app/.git/HEAD", []byte("ref: refs/heads/main\n"), 0o644))
		assert.Equal(t, want, above(run(t, check.Options{}, dir+"/app"), finding.Note), image)
	}
}

// TestLessons: the pods of other lessons are not those that a Service is for.
func TestLessons(t *testing.T) {
	workload := func(name string, port string) string {
		return "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name + "}\nspec:\n  selector: {matchLabels: {app: api}}\n  template:\n    metadata: {labels: {app: api}}\n" +
			"    spec: {containers: [{name: a, image: 'shop/" + name + ":1', ports: [{containerPort: " + port + "}]}]}\n"
	}
	const service = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}\n"
	for where, want := range map[string][]string{
		"05-ingress/api.yaml": nil,
		"03-service/two.yaml": {"warning service-spans-applications"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"03-service/api.yaml": service + workload("first", "8080"), where: workload("second", "5000")}))
		assert.Equal(t, want, above(rep, finding.Note), where)
	}
	stateful := strings.Replace(workload("api", "8080"), "kind: Deployment\nmetadata: {name: api}\nspec:\n", "kind: StatefulSet\nmetadata: {name: api}\nspec:\n  serviceName: api\n", 1)
	rep := run(t, check.Options{}, tree(t, map[string]string{"shop/all.yaml": service + stateful, "shop/deployment.yaml": workload("api", "5000")}))
	assert.Empty(t, above(rep, finding.Note), "one workload, of either kind")
}

// TestSamplesAnywhere: where a file is, is the same from whatever folder it is checked.
func TestSamplesAnywhere(t *testing.T) {
	deployment := func(name, port string) string {
		return "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name + "}\nspec:\n  selector: {matchLabels: {app: till}}\n  template:\n    metadata: {labels: {app: till}}\n" +
			"    spec: {containers: [{name: a, image: 'shop/" + name + ":1', ports: [{containerPort: " + port + "}]}]}\n"
	}
	dir := filepath.Join(t.TempDir(), "examples", "shop")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, ".git"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".git", "HEAD"), []byte("ref: refs/heads/main\n"), 0o644))
	for file, text := range map[string]string{
		"k8s/a.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: till}\nspec: {selector: {app: till}, ports: [{port: 80, targetPort: 8080}]}\n" + deployment("first", "8080"),
		"k8s/b.yaml": deployment("second", "5000"),
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "k8s"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.FromSlash(file)), []byte(text), 0o644))
	}
	assert.Equal(t, []string{"warning service-spans-applications"}, above(run(t, check.Options{}, dir), finding.Note))
}

// TestOldAndNewClusters: of a file for clusters from a release on there may be one for those before.
func TestOldAndNewClusters(t *testing.T) {
	const rest = "kind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {minAvailable: 1, selector: {matchLabels: {app: web}}}\n"
	for file, want := range map[string]string{"examples/web-v1.21.yaml": "note", "examples/web-k8s-1.21.yml": "note", "examples/web-new.yaml": "warning", "examples/other-v1.21.yaml": "warning"} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"examples/web.yaml": "apiVersion: policy/v1beta1\n" + rest, file: "apiVersion: policy/v1\n" + rest}))
		assert.Contains(t, above(rep, finding.Off), want+" api-removed", file)
	}
}

// TestOfCharts: a selector whose labels are called after a release means a chart's pods.
func TestOfCharts(t *testing.T) {
	const budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: weed-main, namespace: storage}\nspec: {minAvailable: 1, selector: {matchLabels: {app.kubernetes.io/name: weed, layer: main}}}\n---\n" +
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: weed, namespace: storage}\nspec:\n  selector: {matchLabels: {app.kubernetes.io/name: weed, layer: extra}}\n  template:\n    metadata: {labels: {app.kubernetes.io/name: weed, layer: extra}}\n    spec: {containers: [{name: a, image: 'a:1'}]}\n"
	application := func(name, namespace, chart string) string {
		return "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: " + name + ", namespace: argocd}\nspec:\n  project: default\n  source: {repoURL: 'https://charts.example.com', " + chart + ", targetRevision: '1.2'}\n" +
			"  destination: {server: 'https://kubernetes.default.svc', namespace: " + namespace + "}\n"
	}
	for text, want := range map[string][]string{
		application("weed", "storage", "chart: weed"):        nil,
		application("weed", "other", "chart: weed"):          {"warning selector-matches-nothing"},
		application("board", "storage", "chart: board"):      {"warning selector-matches-nothing"},
		application("weed", "storage", "path: manifests/wd"): {"warning selector-matches-nothing"},
	} {
		dir := tree(t, map[string]string{
			"manifests/wd/kustomization.yaml": kustomization + "- pdb.yaml\n", "manifests/wd/pdb.yaml": budget,
			"apps/kustomization.yaml": kustomization + "- app.yaml\n", "apps/app.yaml": text,
		})
		assert.Equal(t, want, above(run(t, check.Options{}, dir), finding.Note), text)
	}
}
