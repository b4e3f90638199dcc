package redact

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.yaml.in/yaml/v3"
)

const sentinel = "SENT!nel/q7Zk+x"

func with(files map[string]string) *Secrets {
	s := &Secrets{}
	for name, text := range files {
		s.File(name, []byte(text))
	}
	return s
}

// The places where a secret may stand, each with the sentinel in it once.
var places = map[string]map[string]string{
	"stringData":          {"a.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: '" + sentinel + "'}\n"},
	"data":                {"a.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata: {password: '" + base64.StdEncoding.EncodeToString([]byte(sentinel)) + "'}\n"},
	"lower case kind":     {"a.yaml": "apiVersion: v1\nkind: secret\nmetadata: {name: db}\ndata: {password: '" + base64.StdEncoding.EncodeToString([]byte(sentinel)) + "'}\n"},
	"a List":              {"a.yaml": "apiVersion: v1\nkind: List\nitems:\n- kind: Secret\n  stringData: {password: '" + sentinel + "'}\n"},
	"a misspelt field":    {"a.yaml": "kind: Secret\nmetadata: {name: db}\nstringDta: {password: '" + sentinel + "'}\n"},
	"an annotation":       {"a.yaml": "kind: ConfigMap\nmetadata:\n  name: db\n  annotations:\n    last: |\n      {\"kind\":\"Secret\",\"stringData\":{\"password\":\"" + sentinel + "\"}}\n"},
	"a literal":           {"k/kustomization.yaml": "secretGenerator:\n- name: db\n  literals: ['password=" + sentinel + "']\n"},
	"a bad literal":       {"k/kustomization.yaml": "secretGenerator:\n- name: db\n  literals: ['" + sentinel + "']\n"},
	"an env file":         {"k/kustomization.yaml": "secretGenerator:\n- name: db\n  envs: [db.env]\n", "k/db.env": "# x\npassword=" + sentinel + "\n"},
	"a file":              {"k/kustomization.yaml": "secretGenerator:\n- name: db\n  files: [p=db.txt]\n", "k/db.txt": sentinel + "\n"},
	"an inline patch":     {"k/kustomization.yaml": "patches:\n- patch: |\n    kind: Secret\n    metadata: {name: db}\n    stringData: {password: '" + sentinel + "'}\n"},
	"a JSON patch":        {"k/kustomization.yaml": "patches:\n- target: {kind: Secret}\n  patch: |\n    - {op: add, path: /data/password, value: '" + sentinel + "'}\n"},
	"a JSON patch's file": {"k/kustomization.yaml": "patches:\n- target: {kind: Secret}\n  path: p.yaml\n", "k/p.yaml": "- {op: add, path: /immutable, value: '" + sentinel + "'}\n"},
	"an environment":      {"a.yaml": "kind: Pod\nspec:\n  containers:\n  - env: [{name: DB_PASSWORD, value: '" + sentinel + "'}]\n"},
	"a URL":               {"a.yaml": "kind: Pod\nspec:\n  containers:\n  - env: [{name: URL, value: 'postgres://u:" + url.QueryEscape(sentinel) + "@db/x'}]\n"},
	"a raw URL":           {"a.yaml": "kind: Pod\nspec:\n  containers:\n  - env: [{name: URL, value: 'postgres://u:" + sentinel + "@db/x'}]\n"},
	"parameters":          {"a.yaml": "kind: ConfigPipeline\nspec: {connections: {db: {parameters: {password: '" + sentinel + "'}}}}\n"},
	"a flag":              {"a.yaml": "kind: Pod\nspec:\n  containers:\n  - args: [--password, '" + sentinel + "']\n"},
	"a flag with =":       {"a.yaml": "kind: Pod\nspec:\n  containers:\n  - args: ['--password=" + sentinel + "']\n"},
	"a file in a Secret":  {"a.yaml": "kind: Secret\nstringData:\n  app.ini: |\n    [db]\n    user = x\n    password = " + sentinel + "\n"},
	"JSON in a Secret":    {"a.yaml": "kind: Secret\nstringData:\n  app.json: '{\"db\": {\"x\": \"" + sentinel + "\"}}'\n"},
	"an ExternalSecret":   {"a.yaml": "kind: ExternalSecret\nspec: {target: {template: {data: {x: '" + sentinel + "', y: '{{ .y }}'}}}}\n"},
	"a SealedSecret":      {"a.yaml": "kind: SealedSecret\nspec: {template: {stringData: {x: '" + sentinel + "'}}}\n"},
	"a SopsSecret":        {"a.yaml": "kind: SopsSecret\nspec: {secretTemplates: [{stringData: {x: '" + sentinel + "'}}]}\n"},
	"flow in a ConfigMap": {"a.yaml": "kind: ConfigMap\ndata:\n  p.yml: |\n    - basic_auth: {username: u, password: \"" + sentinel + "\"}\n"},
	"JSON in a ConfigMap": {"a.yaml": "kind: ConfigMap\ndata:\n  p.json: '{\"db\": {\"password\": \"" + sentinel + "\"}}'\n"},
	"immutable":           {"a.yaml": "kind: Secret\nimmutable: '" + sentinel + "'\n"},
	"no YAML":             {"a.yaml": "kind: Secret\nstringData:\n  password: '" + sentinel + "'\n  : : [\n"},
	"an alias":            {"a.yaml": "kind: Secret\nmetadata:\n  annotations: {a: &a '" + sentinel + "'}\nstringData: {x: *a, y: {'" + sentinel + "': 1}}\n"},
	"a sequence":          {"a.yaml": "- kind: Secret\n  stringData: {password: '" + sentinel + "'}\n"},
	"a ConfigMap's file":  {"a.yaml": "kind: ConfigMap\ndata:\n  a.properties: |\n    spring.datasource.password=" + sentinel + "\n    x=y\n"},
}

func TestKnowsSecretsWhereverTheyStand(t *testing.T) {
	for name, files := range places {
		t.Run(name, func(t *testing.T) {
			s := with(files)
			for _, text := range spellings(sentinel) {
				got := s.Text("before " + text + " after")
				assert.NotContains(t, got, text)
				assert.True(t, strings.HasPrefix(got, "before ") && strings.HasSuffix(got, " after"), got)
			}
		})
	}
}

func spellings(value string) []string {
	enc := base64.StdEncoding.EncodeToString
	return []string{value, strings.ToLower(value), strings.ToUpper(value), strings.ToUpper(hex.EncodeToString([]byte(value))), escapes().ReplaceAllStringFunc(url.QueryEscape(value), strings.ToLower), url.QueryEscape(value), url.PathEscape(value), enc([]byte(value)), enc([]byte("x" + value + "y")), enc([]byte("postgres://u:" + value + "@h"))}
}

func TestLeavesTheRestAlone(t *testing.T) {
	s := with(map[string]string{"a.yaml": `
kind: Secret
metadata: {name: wealist-secret, namespace: wealist-prod}
stringData:
  POSTGRES_USER: postgres
  POSTGRES_DB: wealist
  POSTGRES_PASSWORD: password
  ENABLED: "true"
  ONE: "1"
  PORT: "5432"
  DB_HOST: postgress-service
  ADDR: "redis-servce:6379"
  REAL: hunter22
  WORD: correct
  URL: postgresql://wealist:hunter23x@postgress-service:5432/wealist?sslmode=disable
---
kind: Deployment
metadata: {name: postgres, namespace: wealist-prod}
spec: {template: {spec: {containers: [{name: c, image: "postgres:16"}]}}}
`})
	for _, text := range []string{
		`Secret wealist-prod/wealist-secret: host "postgress-service" not found; did you mean "postgres-service"?`,
		`redis-servce:6379 is no Service; port 5432 is not 1`,
		`Deployment wealist-prod/postgres: the password is not correct`,
		`postgres:16@sha256:0123`,
		`DATABASE_URL is postgresql://$(DATABASE_USERNAME):$(DATABASE_PASSWORD)@postgres-service:5432/wealist`,
		`ssh://git@example.com/x.git`,
	} {
		assert.Equal(t, text, s.Text(text))
	}
	assert.Equal(t, "a ***, ***x", s.Text("a hunter22, hunter23xx"))
}

// TestTheNameIsNoSecret: who writes a variable's name for its value has written none.
func TestWhatIsToBeReplacedIsNoSecret(t *testing.T) {
	for value, shown := range map[string]bool{"CHANGE_ME": true, "REPLACE_WITH_THE_KEY": true, "CHANGE_ME7": false, "CHANGELOG": false, "YOURS": false, "YOUR_TOKEN": true} {
		s := with(map[string]string{"a.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {address: " + value + "}\n"})
		assert.Equal(t, shown, s.Text("it has "+value) == "it has "+value, value)
	}
}

func TestTheNameIsNoSecret(t *testing.T) {
	s := with(map[string]string{"a.yaml": `
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {MAPS_API_KEY: MAPS_API_KEY, OTHER_API_KEY: a1b2c3d4e5}
`})
	assert.Equal(t, `no key "MAPS_API_KEY", ***`, s.Text(`no key "MAPS_API_KEY", a1b2c3d4e5`))
}

// TestWordsOfTheSchemaAreNoSecrets: what stands in every manifest is shown, whatever a Secret
// says too, and what is beside it is not.
func TestWordsOfTheSchemaAreNoSecrets(t *testing.T) {
	s := with(map[string]string{"a.yaml": "kind: Secret\nmetadata: {name: db}\nstringData:\n  mode: ReadWriteOnce\n  word: RedWriteOnce\n  claim.yaml: |\n" +
		"    apiVersion: batch/v1beta1\n    metadata:\n      name: tide-tables-2\n    spec:\n      type: ClusterIP\n      accessModes:\n      - ReadWriteMany\n      hunter2hunter:\n",
		"repo.yaml": "kind: Secret\nmetadata: {name: r, labels: {argocd.argoproj.io/secret-type: repository}}\nstringData: {name: quay-charts-9, type: git, url: 'https://quay:" + sentinel + "@git.example.com/quay.git', other: lantern-23}\n"})
	for _, text := range []string{"ReadWriteOnce", "apiVersion: batch/v1beta1", "metadata:", "type: ClusterIP", "accessModes:", "- ReadWriteMany", "quay-charts-9"} {
		assert.Equal(t, text, s.Text(text))
	}
	for _, text := range []string{"RedWriteOnce", "tide-tables-2", "hunter2hunter:", "lantern-23", sentinel} {
		assert.NotContains(t, s.Text("before "+text+" after"), text)
	}
}

func TestMasksShapes(t *testing.T) {
	var s *Secrets
	for in, want := range map[string]string{
		"postgres://u:p@h/d":                                  "postgres://***@h/d",
		"amqp://u:p@h1,amqp://u:p@h2":                         "amqp://***@h1,amqp://***@h2",
		"postgres://u:p/w@h":                                  "postgres://***@h",
		"https://ghp_abc@github.com/x":                        "https://***@github.com/x",
		"https://h:80/a@b":                                    "https://h:80/a@b",
		"https://$(U):$(P)@h":                                 "https://$(U):$(P)@h",
		`image "me:pass@registry/x"`:                          `image "***@registry/x"`,
		"jdbc:postgresql://h/d?password=x&ssl=1":              "jdbc:postgresql://h/d?password=***&ssl=1",
		"host=h password='a b' user=u":                        "host=h password=*** user=u",
		"a@b.example":                                         "a@b.example",
		"Authorization: Basic dTpwYXNzd29yZA==":               "Authorization: Basic ***",
		`proxy_set_header Authorization "Bearer x9f8e7d6c5";`: `proxy_set_header Authorization "Bearer ***";`,
		"basic authentication, a Bearer Authentication, Bearer ${TOKEN1234}": "basic authentication, a Bearer Authentication, Bearer ${TOKEN1234}",
		"password = x y": "password = *** y",
		"a token == b":   "a token == b",
		"mysql -u root -phunter2 -h db; redis-cli -h r -a abc": "mysql -u root -p*** -h db; redis-cli -h r -a ***",
		"curl -s -u me:hunter2 http://h":                       "curl -s -u me:*** http://h",
		"mysql -u root -p$(P) db":                              "mysql -u root -p$(P) db",
		"sslpassword=x":                                        "sslpassword=***",
		"it was ghp_0123456789abcdefABCDEF0123456789ab":        "it was ***",
		"glpat-" + "0123456789abcdefghij, xoxb-123-456-abc":    "***, ***",
		"https://hooks.slack.com/services/T0/B0/x9":            "https://hooks.slack.com/services/***",
		"eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.x":                "***",
		"the secret-name_of-a.service-b":                       "the secret-name_of-a.service-b",
		"nginx:1.2@sha256:" + strings.Repeat("0", 64):          "nginx:1.2@sha256:" + strings.Repeat("0", 64),
	} {
		assert.Equal(t, want, s.Text(in))
	}
}

func TestExcerpt(t *testing.T) {
	s := with(map[string]string{"a.yaml": "kind: Secret\nstringData: {x: " + sentinel + "}\n"})
	for _, c := range []struct {
		line, at string
		want     string
	}{
		{`- {name: A, value: "` + sentinel + `", image: nginx}`, "nginx", `- {name: A, value: "***", image: nginx}`},
		{`- {name: DB_PASSWORD, value: hunter2, x: y}`, "y}", `- {name: DB_PASSWORD, value: ***, x: y}`},
		{`  password: hunter2 # image`, "image", `  password: ***`},
		{`  args: [--token, abc, x]`, "x]", `  args: [--token, ***, x]`},
		{`  passwordKey: PASSWORD`, "PASS", `  passwordKey: PASSWORD`},
		{"  name: a\x1b[31m\u202eb # c", "c", `  name: a\x1b[31m\u202eb # c`},
		{`  image: x # the old token was aB3dE7kLm9`, "x", `  image: x # the old token was ***`},
		{`  image: x # the Secret is db-secret-m7m6g5hc9f`, "x", `  image: x # the Secret is db-secret-m7m6g5hc9f`},
		{`  set $api_token abc; # x`, "x", `  set $api_token ***; # x`},
		{`  me:$apr1$abcdefgh$0123456789abcdefghijkl # x`, "x", `  me:*** # x`},
		{`  value: postgres://u:p@h/d # c`, "c", `  value: postgres://***@h/d # c`},
	} {
		got, column := s.Excerpt(c.line, strings.Index(c.line, c.at)+1)
		assert.Equal(t, c.want, got)
		if i := strings.Index(c.want, c.at); i >= 0 {
			assert.Equal(t, i+1, column, c.line)
		}
	}
}

// A line of a file has the spelling of the file: escapes, and parts of scalars that
// go on in further lines.
func TestExcerptsOfOtherSpellings(t *testing.T) {
	escaped := func(format string) (out string) {
		for _, b := range []byte(sentinel) {
			out += fmt.Sprintf(format, b)
		}
		return out
	}
	half := len(sentinel) / 2
	long := strings.Repeat("0aZ9", 30)
	encoded := base64.StdEncoding.EncodeToString([]byte(long))
	for name, value := range map[string]string{
		"hexadecimal":   `"` + escaped(`\x%02x`) + `"`,
		"code points":   `"` + escaped(`\u%04x`) + `"`,
		"long ones":     `"` + escaped(`\U%08x`) + `"`,
		"a slash":       `"` + strings.ReplaceAll(sentinel, "/", `\/`) + `"`,
		"in two lines":  `"` + sentinel[:half] + "\\\n     " + sentinel[half:] + `"`,
		"folded":        ">-\n    " + long[:60] + "\n    " + long[60:],
		"plain":         long[:60] + "\n    " + long[60:],
		"single quotes": "'" + long[:60] + "\n    " + long[60:] + "'",
	} {
		text := "kind: Secret\nstringData:\n  x: " + value + "\n  y: z\n"
		s := with(map[string]string{"a.yaml": text})
		for line := range strings.Lines(s.Excerpts(text)) {
			line = strings.TrimSpace(line)
			switch line {
			case "kind: Secret", "stringData:", "y: z", "x: >-":
			default:
				assert.Regexp(t, `^(?:x: )?["']?\*\*\*\\?["']?$`, line, name)
			}
		}
	}
	text := "kind: Secret\ndata:\n  x: " + encoded[:76] + "\n    " + encoded[76:] + "\n  y: " + base64.StdEncoding.EncodeToString([]byte("z")) + "\n"
	s := with(map[string]string{"a.yaml": text})
	assert.Equal(t, "kind: Secret\ndata:\n  x: ***\n    ***\n  y: ***\n", s.Excerpts(text))
}

func TestJudge(t *testing.T) {
	s := with(map[string]string{"/w/k/kustomization.yaml": "resources: [a.yaml]\n", "/w/k/a.yaml": "kind: Deployment\nmetadata: {name: web-1234567, annotations: {31m: x}}\nspec: {replicas: 1}\n"})
	for in, want := range map[string]string{
		"accumulating resources: accumulation err='accumulating resources from 'a.yaml': open /w/k/a.yaml: no such file or directory'":                                                                                               "",
		"no resource matches strategic merge patch \"Deployment.v1.apps/web-1234567.[noNs]\": no matches for Id Deployment.v1.apps/web-1234567.[noNs]; failed to find unique target for patch Deployment.v1.apps/web-1234567.[noNs]": "",
		"yaml: line 12345: did not find expected key":                                                       "",
		"found qZx7 in\n  object qZx8: qZx9":                                                                "found *** in object ***" + note,
		"json: cannot unmarshal array into Go value of type types.Kustomization":                            "expected fields with their values, got a value of type array",
		"json: cannot unmarshal string into Go struct field Kustomization.replicas.count of type int64":     "count: expected a whole number, got a value of type string",
		"json: cannot unmarshal string into Go struct field Kustomization.replicas of type types.Replica":   "replicas: expected fields with their values, got a value of type string",
		"json: cannot unmarshal string into Go struct field Kustomization.replicas of type []types.Replica": "replicas: expected a list of fields with their values, got a value of type string",
		"json: cannot unmarshal number into Go struct field Kustomization.resources of type []string":       "resources: expected a list of strings, got a value of type number",
		"yaml: unmarshal errors:\n  line 3: cannot unmarshal !!str `hunter2...` into int":                   "yaml: unmarshal errors: line 3: cannot unmarshal !!str into int",
		"invalid literal source hunter2 and 5, expected key=value":                                          "one of the literals is not of the form key=value",
		"bad name \x1b[31m": `bad name \x1b[31m`,
	} {
		if want == "" {
			want = in
		}
		assert.Equal(t, want, s.Foreign(errors.New(in)).Error())
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"p\n::error file=x::y":           `p\n::error file=x::y`,
		"a\rb\x1b[2Jc\x9bd":              `a\rb\x1b[2Jc\x9bd`,
		"\u202e\u2066\u200b\ufeff\u0085": `\u202e\u2066\u200b\ufeff\u0085`,
		"한국어 é → … \t ok":                "한국어 é → … \t ok",
		"##vso[task.setvariable]x":       `\x23#vso[task.setvariable]x`,
	} {
		assert.Equal(t, want, Escape(in))
	}
	var s *Secrets
	assert.Equal(t, "a\n| ::error::x\nb", s.Text("a\n::error::x\nb"))
	assert.Equal(t, "a: |\n|    ::error::x\n+::error::x", s.Excerpts("a: |\n   ::error::x\n+::error::x"))
	assert.JSONEq(t, "\"a\u202eb\U000e0041\"", string(JSON([]byte("\"a\u202eb\U000e0041\""))))
	assert.Equal(t, `"a\u202eb\udb40\udc41"`, string(JSON([]byte("\"a\u202eb\U000e0041\""))))
	named := with(map[string]string{"a.yaml": "metadata: {name: \"p\\n::error ::x\"}\n"})
	assert.Equal(t, "Pod p\\n::error ::x is wrong\nnext", named.Text("Pod p\n::error ::x is wrong\nnext"))
}

// A run prints between any two files. What it knows of them then, in whatever
// order they come, is what it would know had it read them all before.
func TestKnowsSecretsOfFilesThatComeLater(t *testing.T) {
	for name, files := range places {
		for _, backwards := range []bool{false, true} {
			s := &Secrets{}
			order := slices.Sorted(maps.Keys(files))
			if backwards {
				slices.Reverse(order)
			}
			for _, file := range order {
				s.File(file, []byte(files[file]))
				assert.Equal(t, "plain", s.Text("plain"))
			}
			for _, text := range spellings(sentinel) {
				assert.NotContains(t, s.Text("before "+text+" after"), text, name)
			}
		}
	}

	var s Secrets
	kustomization := func(dir, kind string) {
		s.File(dir+"/kustomization.yaml", []byte("patches:\n- {path: ../p.yaml, target: {kind: "+kind+"}}\n"))
		_ = s.Text("plain")
	}
	kustomization("k/a", "Secret")
	kustomization("k/b", "Deployment")
	s.File("k/p.yaml", []byte("- {op: add, path: /data/x, value: "+sentinel+"}\n"))
	assert.Equal(t, "***", s.Text(sentinel), "a patch for Secrets too")
	s.File("k/p.yaml", []byte("- {op: add, path: /data/x, value: another/"+sentinel+"}\n"))
	assert.Equal(t, "***", s.Text("another/"+sentinel))
}

func TestWhatIsPublicMayComeLater(t *testing.T) {
	var s Secrets
	s.File("a.yaml", []byte("kind: Secret\nstringData: {a: qzxapp, b: Qzx-1234/app, c: hunter22, d: qzxapp2}\n"))
	assert.Equal(t, "*** *** *** ***", s.Text("qzxapp Qzx-1234/app hunter22 qzxapp2"))
	s.File("b.yaml", []byte("kind: Pod\nmetadata: {name: qzxapp-x}\n"))
	assert.Equal(t, "qzxapp *** *** ***", s.Text("qzxapp Qzx-1234/app hunter22 qzxapp2"))
	s.Name("Qzx-1234/app")
	assert.Equal(t, "qzxapp Qzx-1234/app *** ***", s.Text("qzxapp Qzx-1234/app hunter22 qzxapp2"))
	s.File("c.yaml", []byte("kind: Secret\nstringData: {a: qzxapp, b: new-1234/app}\n"))
	assert.Equal(t, "qzxapp Qzx-1234/app *** *** ***", s.Text("qzxapp Qzx-1234/app hunter22 qzxapp2 new-1234/app"))
	assert.Equal(t, "found qzxapp in ***"+note, s.Judge("found qzxapp in qZx8"))
	s.Name("qZx8")
	assert.Equal(t, "found qzxapp in qZx8", s.Judge("found qzxapp in qZx8"))
}

// A replacement may put a Secret's value where images and names stand.
func TestWhatABuildPutsInPublicStaysSecret(t *testing.T) {
	var s Secrets
	s.File("a.yaml", []byte("kind: Secret\nstringData: {a: "+sentinel+", b: 0f1e2d3c4b5a69788796a5b4c3d2e1f0, c: prod-db-x1}\n"))
	var n yaml.Node
	assert.NoError(t, yaml.Unmarshal([]byte("kind: Pod\nmetadata: {name: 0f1e2d3c4b5a69788796a5b4c3d2e1f0, namespace: prod-db-x1}\nspec: {containers: [{image: "+sentinel+"}]}\n"), &n))
	s.Node(&n)
	assert.Equal(t, "***, ***, prod-db-x1", s.Text(sentinel+", 0f1e2d3c4b5a69788796a5b4c3d2e1f0, prod-db-x1"))
	s.File("b.yaml", []byte("kind: Pod\nspec: {containers: [{image: "+sentinel+"}]}\n"))
	assert.Equal(t, sentinel, s.Text(sentinel))
}

// Documents that were edited after a text was printed are read as they are now.
func TestNodesAreReadAgain(t *testing.T) {
	var s Secrets
	var n yaml.Node
	assert.NoError(t, yaml.Unmarshal([]byte("kind: Secret\nstringData: {a: first-one}\n"), &n))
	s.Node(&n)
	assert.Equal(t, "***, "+sentinel, s.Text("first-one, "+sentinel))
	n.Content[0].Content[3].Content[1].Value = sentinel
	s.File("b.yaml", []byte("kind: Pod\n"))
	assert.Equal(t, "***, ***", s.Text("first-one, "+sentinel))
}

// TestLongTextsAreReadOnce: what a text that was read before holds stays known, and one
// that differs from it in a word is another one.
func TestLongTextsAreReadOnce(t *testing.T) {
	var s Secrets
	add := func(password, text string) {
		var n yaml.Node
		assert.NoError(t, yaml.Unmarshal([]byte("kind: ConfigMap\ndata:\n  app.conf: |\n    password = "+password+"\n    # "+strings.Repeat(text+" ", 80)+"\n"), &n))
		s.Node(&n)
	}
	add("first-one", "filler")
	add("first-one", "filler")
	assert.Equal(t, "***", s.Text("first-one"))
	add("another-2", "filler")
	assert.Equal(t, "***, ***", s.Text("first-one, another-2"))
	assert.Len(t, s.loaded.collector.public, 2)
}

func TestSeveralGoroutines(t *testing.T) {
	var s Secrets
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				password := fmt.Sprintf("Hunter-%d/%d", i, j)
				s.File(fmt.Sprintf("%d/%d.yaml", i, j), []byte("kind: Secret\nmetadata: {name: \"a\\nb\"}\nstringData: {a: "+password+"}\n"))
				assert.Equal(t, "a ***.\n", s.Text("a "+password+".\n"))
				assert.NotContains(t, s.Judge("found "+password), password)
			}
		})
	}
	wg.Wait()
}

// BenchmarkBetweenFiles prints after every file, as a run does in which every
// kustomization fails to build. The time for each must not grow with their
// number.
func BenchmarkBetweenFiles(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				var s Secrets
				for i := range n {
					s.File(fmt.Sprintf("k%d/kustomization.yaml", i), fmt.Appendf(nil, "secretGenerator:\n- {name: s%d, literals: [password=hunter-%d/x]}\n", i, i))
					_ = s.Judge("no such file")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/file")
		})
	}
}

// A line is looked at closely only if it may name a secret, so every name that
// does has to pass that look.
func TestSecretNamesAreMentioned(t *testing.T) {
	parts := strings.Fields("db app jwt pat pw psk creds salt hmac cookie session passwort ssl refreshtoken api access private secret key base connection string client auth master root user pg ht require pass password passwd passphrase " +
		"pwd token dsn credential credentials signing apikey secretkey authkey accesstoken masterauth requirepass htpasswd pgpassword shared storage license")
	secret := 0
	try := func(name string) {
		if isSecretName(name) {
			secret++
			assert.True(t, mentionsSecret("  - "+name+": x"), name)
		}
	}
	title := func(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
	for _, a := range parts {
		try(a)
		try(strings.ToUpper(a))
		for _, b := range parts {
			try(a + "-" + b)
			try(a + title(b))
			try(title(a) + title(b))
			try(strings.ToUpper(a + "_" + b))
			try(strings.ToUpper("MY_" + a + "_" + b))
			try(a + "." + b + "." + "base")
		}
	}
	assert.Greater(t, secret, 1000)
}

func TestHoldsSecret(t *testing.T) {
	for _, secret := range [][2]string{
		{"POSTGRES_PASSWORD", "hunter2"},
		{"DATABASE_URL", "postgres://shop:hunter2@db/shop"},
		{"DATABASE", "shop:${PASSWORD:-hunter2}@db/shop"},
		{"DATABASE", "${DATABASE:-shop:hunter2@db/shop}"},
		{"application.yaml", "spring:\n  datasource:\n    password: hunter2\n"},
		{"settings.json", "{\n  \"clientSecret\": \"hunter2\"\n}\n"},
		{"config.json", `{"db": {"password": "hunter2"}}`},
		{"prometheus.yml", "a:\n- basic_auth: {username: u, password: hunter2}\n"},
		{"redis.conf", "port 6379\nrequirepass hunter2\n"},
		{".netrc", "machine h login me password hunter2\n"},
		{"app.properties", "url=db\ndb.password=hunter2\n"},
	} {
		assert.True(t, HoldsSecret(secret[0], secret[1]), secret[0])
	}
	for _, public := range [][2]string{
		{"LOG_LEVEL", "info"},
		{"alertmanager.yml", "route: {receiver: mail}\nto: '${CONTACT:-security@example.com}'\n"}, // an address by default
		{"POSTGRES_PASSWORD", "$(PASSWORD)"},
		{"motto", "password: is what I forgot"}, // a sentence is no file
		{"application.yaml", "spring:\n  datasource:\n    password: ${DB_PASSWORD}\n    username: shop\n"},
		{"nginx.conf", "location / {\n  proxy_set_header Authorization $http_authorization;\n}\n"},
		{"config.yaml", "tokenFile: /var/run/secrets/token\nsecretName: web\n"},
	} {
		assert.False(t, HoldsSecret(public[0], public[1]), public[0])
	}
}

func TestLogin(t *testing.T) {
	for _, c := range [][3]string{
		{"-u", "api:hunter22", "hunter22"},
		{"--user", "api:12345678", "12345678"},
		{"-u", ":12345678", "12345678"},
		{"-u", "1000650000:1000650000", ""}, // a user and a group
		{"--user", "api:$(PASSWORD)", ""},
		{"-u", "api", ""},
		{"-p", "api:hunter22", ""},
	} {
		assert.Equal(t, c[2], Login(c[0], c[1]), "%v", c)
	}
}
