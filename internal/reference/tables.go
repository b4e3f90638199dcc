package reference

// builtinRows are the built-in tables, one for each part of the ecosystem.
func builtinRows() [][]Row {
	return [][]Row{
		podRows, accessRows, storageRows, networkingRows, scalingRows,
		gatewayRows, istioRows, meshRows, ingressControllerRows, traefikRows,
		certManagerRows, externalSecretsRows, vaultRows,
		prometheusRows, observabilityRows,
		fluxRows, argoRows, argoWorkflowRows, crossplaneRows, tektonRows, openShiftRows,
		postgresRows, databaseRows, kafkaRows, backupRows,
		kedaRows, knativeRows, clusterRows, annotationRows,
		conventionRows,
	}
}
