package rules

import "github.com/ressKim-io/wealist-k8s-migration/fn/finding"

// kustomizationRules are about entries of kustomization files that do nothing,
// or something else than was meant. What finds them is the build that check
// makes: see internal/effects. Their fixtures are several files in one, each
// behind a comment with its path.
func kustomizationRules() []*Rule {
	const docs = "https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/"
	return []*Rule{
		{
			Name: "build-fails", Severity: finding.Error, Kustomization: true, URL: docs + "resource/",
			Doc: "A kustomization cannot be built, for a reason in the repository: a file that is not there, a patch for a resource that is not, " +
				"a generator that merges into what does not exist, two resources of one name. " +
				"kubectl apply -k, Flux and Argo CD fail with it, and nothing of the tree is applied. " +
				"What may come from elsewhere is only said not to be checked: remote bases, charts, plugins, and files that git ignores, " +
				"that are in a submodule, that are called like secrets or as generated, that have a template beside them or that a script or a document speaks of making. " +
				"What fails only since a later release of kustomize than the one that the repository says it builds with is a note. " +
				"A kustomization that was named by itself ends the command instead.",
		},
		{
			Name: "file-outside-root", Severity: finding.Error, Kustomization: true, URL: "https://kubectl.docs.kubernetes.io/faq/kustomize/#security-file-foo-is-not-in-or-below-bar",
			Doc: "A kustomization reads a file that is not below its own directory: kubectl apply -k refuses that, and so does kustomize build without --load-restrictor=LoadRestrictionsNone. " +
				"Only directories with kustomizations may be elsewhere. " +
				"It is an error where a script or a document of the repository applies the kustomization without that flag, and a note otherwise: what builds it, such as Argo CD, may have the flag. " +
				"Nothing is said where the repository has the flag somewhere, or Flux, which allows it.",
		},
		{
			Name: "yaml-invalid", Severity: finding.Error, Kustomization: true, URL: "https://yaml.org/spec/1.2.2/",
			Doc: "A file with apiVersion and kind is not YAML: kubectl cannot read it, and whoever applies its folder gets nothing of it. " +
				"Templates, and texts with a placeholder that may make YAML of them, are only said not to be checked; what is named by itself ends the command. " +
				"Of a file that a kustomization lists, build-fails says it.",
		},
		{
			Name: "patch-target-missing", Severity: finding.Error, Kustomization: true, URL: docs + "patches/",
			Doc: "A patch has a target that selects no resource: kustomize skips the patch without a word. " +
				"The resource is spelt otherwise, has another version or namespace, or has been taken out. " +
				"It is an error where a resource of that name or nearly that name is there, and a warning where there is none; " +
				"a note where the patch takes out what is not there anyway, or where a patch before it in the same kustomization has taken its target out. " +
				"Targets by pattern, by label or by kind alone are left alone, unless their group or version is one in which no resource of the kind is, though there are some in another one; so are components, which may be for other builds.",
		},
		{
			Name: "images-entry-unused", Severity: finding.Error, Kustomization: true, URL: docs + "images/",
			Doc: "An entry under images has a name that no container's image has: kustomize skips it without a word, and the image stays as it is. " +
				"kustomize compares whole names, with the registry, as they are after the kustomizations below. " +
				"It is an error where an image of nearly that name, of the same last part, or renamed from it is there, a warning otherwise, and a note of an entry that has nothing but the name, or that says what the base has made already; check makes a note of it where a file that is not in the build has an image of that name.",
		},
		{
			Name: "replacement-misplaced", Severity: finding.Error, Kustomization: true, URL: docs + "replacements/",
			Doc: "A replacement selects no resource, or its delimiter and index lead to another part of the value than was meant. " +
				"kustomize counts the parts from 0: in pg.NAMESPACE.svc.cluster.local, index 2 is svc. " +
				"An index is reported where the svc of a Service's name is written over, or where a placeholder in capitals is beside the part that was written.",
		},
		{
			Name: "patch-replaces-list", Severity: finding.Error, Kustomization: true, URL: docs + "openapi/",
			Doc: "A strategic-merge patch replaces a list of a custom resource as a whole, and an element of the same name has lost fields. " +
				"kustomize merges lists by key for the kinds it has a schema of; of a custom resource, such as an Argo Rollout, it replaces them: " +
				"a patch that adds a variable to a container takes its image away. It is a warning where the image is still there.",
		},
		{
			Name: "patch-replaces-all", Severity: finding.Warning, Kustomization: true, URL: "https://datatracker.ietf.org/doc/html/rfc6902#section-4.1",
			Doc: "An operation add of a JSON patch gives a field all of its annotations, labels, variables or volumes at once, where there are some: they are replaced. " +
				"What the base, or the patch before, has set there is lost. " +
				"Operations that keep all that was there, those after a remove, and the operation replace, are left alone.",
		},
		{
			Name: "labels-break-selector", Severity: finding.Error, Kustomization: true, URL: docs + "labels/",
			Doc: "A label of commonLabels, or of labels with includeSelectors, is added to a selector whose pods come from another kustomization and do not get it, " +
				"or takes the place of what a selector asks for: a peer of a NetworkPolicy that lets in app.kubernetes.io/name: redis lets in the policy's own pods then. " +
				"The Service has no endpoints, or the NetworkPolicy lets nobody in. Where app: api and app: web become app: shop, the Services of both select the pods of both. " +
				"Only selectors that select nothing, and would select pods without the label, are reported, those whose value is replaced where no pods have it that get the label too, and those of Services that come to select other workloads with a port of theirs.",
		},
		{
			Name: "var-unused", Severity: finding.Warning, Kustomization: true, URL: docs + "vars/",
			Doc: "A var is declared and replaced nowhere: no field that kustomize looks at has $(NAME) in it. " +
				"Either nobody uses it, or its place is a field outside of kustomize's list, where the text $(NAME) stays: that is an error.",
		},
		{
			Name: "component-without-effect", Severity: finding.Warning, Kustomization: true, Advises: true, URL: docs + "components/",
			Doc: "A component is listed, and the resources are the same with and without it: its patches select nothing here, or write what is there. " +
				"Components that add resources or generate something always change something.",
		},
		{
			Name: "generator-keeps-quotes", Severity: finding.Warning, Kustomization: true, URL: docs + "secretgenerator/",
			Doc: "A value in a file under envs of a generator stands in quotes, and kustomize keeps them: they become a part of the password or address. " +
				"It is reported for Secrets, and for addresses and names of hosts in ConfigMaps; a shell and Docker Compose take the quotes off, kustomize does not.",
		},
	}
}
