package reference

// prometheusRows: https://prometheus-operator.dev/docs/api-reference/api/
var prometheusRows = []Row{
	// Credentials for scraping, wherever an endpoint may have them.
	{From: scrapes, Path: "spec.**.basicAuth.username.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: scrapes, Path: "spec.**.basicAuth.password.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: scrapes, Path: "spec.**.bearerTokenSecret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: scrapes, Path: "spec.**.authorization.credentials.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: scrapes, Path: "spec.**.oauth2.clientSecret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: scrapes, Path: "spec.**.oauth2.clientId.secret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: scrapes, Path: "spec.**.oauth2.clientId.configMap.name", Key: "key", Optional: "optional", To: "ConfigMap", Lenient: true},
	{From: scrapes, Path: "spec.**.ca.secret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: scrapes, Path: "spec.**.ca.configMap.name", Key: "key", Optional: "optional", To: "ConfigMap", Lenient: true},
	{From: scrapes, Path: "spec.**.cert.secret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: scrapes, Path: "spec.**.cert.configMap.name", Key: "key", Optional: "optional", To: "ConfigMap", Lenient: true},
	{From: scrapes, Path: "spec.**.keySecret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: scrapes, Path: "spec.**.client_ca.secret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: scrapes, Path: "spec.**.client_ca.configMap.name", Key: "key", Optional: "optional", To: "ConfigMap", Lenient: true},
	{From: scrapes, Path: "spec.**.sigv4.accessKey.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: scrapes, Path: "spec.**.sigv4.secretKey.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: scrapes, Path: "spec.**.azureAd.oauth.clientSecret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/ScrapeConfig", Path: "spec.azureSDConfigs[].clientSecret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/ScrapeConfig", Path: "spec.consulSDConfigs[].tokenRef.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/ScrapeConfig", Path: "spec.ec2SDConfigs[].accessKey.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/ScrapeConfig", Path: "spec.ec2SDConfigs[].secretKey.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/ScrapeConfig", Path: "spec.lightSailSDConfigs[].accessKey.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/ScrapeConfig", Path: "spec.lightSailSDConfigs[].secretKey.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/ScrapeConfig", Path: "spec.openstackSDConfigs[].password.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/ScrapeConfig", Path: "spec.openstackSDConfigs[].applicationCredentialSecret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/ScrapeConfig", Path: "spec.ovhcloudSDConfigs[].applicationSecret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/ScrapeConfig", Path: "spec.ovhcloudSDConfigs[].consumerKey.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/ScrapeConfig", Path: "spec.scalewaySDConfigs[].secretKey.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: scrapes, Path: "spec.namespaceSelector.matchNames[]", To: "Namespace", Guess: true},
	{From: monitoring + "/Probe", Path: "spec.prober.url", Parse: URL, To: "Service", Lenient: true},

	{From: prometheusServers, Path: "spec.serviceAccountName", To: "ServiceAccount"},
	{From: prometheusServers, Path: "spec.secrets[]", To: "Secret"},
	{From: prometheusServers, Path: "spec.configMaps[]", To: "ConfigMap"},
	{From: prometheusServers, Path: "spec.imagePullSecrets[].name", To: "Secret", Lenient: true},
	{From: prometheusServers, Path: "spec.priorityClassName", To: "scheduling.k8s.io/PriorityClass"},
	{From: prometheusServers, Path: "spec.storage.volumeClaimTemplate.spec.storageClassName", To: storageClass},
	{From: prometheusServers, Path: "spec.volumes[].secret.secretName", Key: "items[].key", Optional: "optional", To: "Secret"},
	{From: prometheusServers, Path: "spec.volumes[].configMap.name", Key: "items[].key", Optional: "optional", To: "ConfigMap"},
	{From: prometheusServers, Path: "spec.volumes[].persistentVolumeClaim.claimName", To: "PersistentVolumeClaim"},
	{From: prometheusServers, Path: "spec.additionalScrapeConfigs.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: prometheusServers, Path: "spec.additionalAlertRelabelConfigs.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: prometheusServers, Path: "spec.additionalAlertManagerConfigs.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: prometheusServers, Path: "spec.thanos.objectStorageConfig.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: prometheusServers, Path: "spec.alerting.alertmanagers[].name", Namespace: "namespace", Port: "port", To: "Service", Lenient: true},
	{From: prometheusServers, Path: "spec.objectStorageConfig.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: prometheusServers, Path: "spec.queryConfig.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: prometheusServers, Path: "spec.alertmanagersConfig.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: monitoring + "/Alertmanager", Path: "spec.configSecret", To: "Secret"},
	{From: prometheusServers, Path: "spec.serviceName", To: "Service", Lenient: true},
	{From: prometheusServers, Path: "spec.thanos.tracingConfig.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: monitoring + "/ThanosRuler", Path: "spec.tracingConfig.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: monitoring + "/ThanosRuler", Path: "spec.alertRelabelConfigs.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: prometheusServers, Path: "spec.storage.ephemeral.volumeClaimTemplate.spec.storageClassName", To: storageClass},
	{From: monitoring + "/Alertmanager", Path: "spec.alertmanagerConfiguration.templates[].configMap.name", Key: "key", Optional: "optional", To: "ConfigMap"},
	{From: monitoring + "/Alertmanager", Path: "spec.alertmanagerConfiguration.templates[].secret.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: monitoring + "/Alertmanager", Path: "spec.alertmanagerConfiguration.global.opsGenieApiKey.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: monitoring + "/Alertmanager", Path: "spec.alertmanagerConfiguration.global.opsGenieApiUrl.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: monitoring + "/Alertmanager", Path: "spec.alertmanagerConfiguration.global.rocketChat.token.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: monitoring + "/Alertmanager", Path: "spec.alertmanagerConfiguration.global.rocketChat.tokenID.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: monitoring + "/Alertmanager", Path: "spec.alertmanagerConfiguration.global.slackApiUrl.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: monitoring + "/Alertmanager", Path: "spec.alertmanagerConfiguration.global.smtp.authPassword.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: monitoring + "/Alertmanager", Path: "spec.alertmanagerConfiguration.global.smtp.authSecret.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: monitoring + "/Alertmanager", Path: "spec.alertmanagerConfiguration.global.victorops.apiKey.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: monitoring + "/Alertmanager", Path: "spec.alertmanagerConfiguration.global.wechat.apiSecret.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: monitoring + "/Alertmanager", Path: "spec.alertmanagerConfiguration.name", To: monitoring + "/AlertmanagerConfig"},

	// Receivers hold a selector for each of their credentials.
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.apiURL.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.apiKey.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.apiSecret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.routingKey.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.serviceKey.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.authPassword.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.authSecret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.token.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.userKey.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.urlSecret.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.botToken.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.webhookURL.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.tokenID.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: monitoring + "/AlertmanagerConfig", Path: "spec.receivers[].**.webhookUrl.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
}

const (
	monitoring        = "monitoring.coreos.com"
	prometheusServers = monitoring + "/Prometheus," + monitoring + "/PrometheusAgent," + monitoring + "/Alertmanager," + monitoring + "/ThanosRuler"
	scrapes           = monitoring + "/ServiceMonitor," + monitoring + "/PodMonitor," + monitoring + "/Probe," + monitoring + "/ScrapeConfig," + monitoring + "/AlertmanagerConfig," + prometheusServers
)

// observabilityRows are the references of Grafana, OpenTelemetry and their kin.
var observabilityRows = []Row{
	// https://grafana.github.io/grafana-operator/docs/api/
	{From: grafana + "/GrafanaDashboard,integreatly.org/GrafanaDashboard", Path: "spec.configMapRef.name", Key: "key", To: "ConfigMap", Lenient: true},
	{From: grafana + "/GrafanaDashboard", Path: "spec.gzipConfigMapRef.name", Key: "key", To: "ConfigMap", Lenient: true},
	{From: grafana + "/GrafanaDashboard," + grafana + "/GrafanaAlertRuleGroup", Path: "spec.folderRef", To: grafana + "/GrafanaFolder"},
	{From: grafana + "/GrafanaFolder", Path: "spec.parentFolderRef", To: grafana + "/GrafanaFolder"},
	{From: grafana + "/GrafanaDashboard", Path: "spec.envFrom[].secretKeyRef.name", Optional: "optional", To: "Secret", Lenient: true},
	{From: grafana + "/GrafanaDashboard", Path: "spec.envFrom[].configMapKeyRef.name", Optional: "optional", To: "ConfigMap", Lenient: true},
	{From: grafana + "/GrafanaDashboard", Path: "spec.envs[].valueFrom.secretKeyRef.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: grafana + "/GrafanaDashboard", Path: "spec.envs[].valueFrom.configMapKeyRef.name", Key: "key", Optional: "optional", To: "ConfigMap", Lenient: true},
	{From: grafana + "/GrafanaDatasource," + grafana + "/GrafanaContactPoint," + grafana + "/Grafana", Path: "spec.**.valueFrom.secretKeyRef.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: grafana + "/GrafanaDatasource," + grafana + "/GrafanaContactPoint," + grafana + "/Grafana", Path: "spec.**.valueFrom.configMapKeyRef.name", Key: "key", Optional: "optional", To: "ConfigMap", Lenient: true},
	{From: grafana + "/GrafanaDatasource", Path: "spec.datasource.url", Parse: URL, To: "Service", Lenient: true},
	{From: grafana + "/Grafana", Path: "spec.external.adminUser.name", Key: "key", To: "Secret", Lenient: true},
	{From: grafana + "/Grafana", Path: "spec.external.adminPassword.name", Key: "key", To: "Secret", Lenient: true},
	{From: grafana + "/Grafana", Path: "spec.external.apiKey.name", Key: "key", To: "Secret", Lenient: true},

	// https://opentelemetry.io/docs/platforms/kubernetes/operator/
	{From: otel + "/OpenTelemetryCollector," + otel + "/OpAMPBridge", Path: "spec.serviceAccount", To: "ServiceAccount", Lenient: true},
	{From: otel + "/OpenTelemetryCollector", Path: "spec.targetAllocator.serviceAccount", To: "ServiceAccount", Lenient: true},
	{From: otel + "/OpenTelemetryCollector", Path: "spec.configmaps[].name", To: "ConfigMap"},

	// https://loki-operator.dev/docs/api.md/ and its sister for traces
	{From: "loki.grafana.com/LokiStack", Path: "spec.storage.secret.name", To: "Secret"},
	{From: "loki.grafana.com/LokiStack", Path: "spec.storage.tls.caName", To: "ConfigMap"},
	{From: "loki.grafana.com/LokiStack", Path: "spec.storageClassName", To: storageClass},
	{From: "tempo.grafana.com/TempoStack,tempo.grafana.com/TempoMonolithic", Path: "spec.storage.secret.name", To: "Secret"},
	{From: "jaegertracing.io/Jaeger", Path: "spec.storage.secretName", To: "Secret"},
	{From: "logging.banzaicloud.io/Flow", Path: "spec.localOutputRefs[]", To: "logging.banzaicloud.io/Output"},
	{From: "logging.banzaicloud.io/Flow,logging.banzaicloud.io/ClusterFlow", Path: "spec.globalOutputRefs[]", InNamespace: "*", To: "logging.banzaicloud.io/ClusterOutput", Lenient: true},
	{From: "operator.victoriametrics.com/VMAgent,operator.victoriametrics.com/VMAlert,operator.victoriametrics.com/VMSingle", Path: "spec.serviceAccountName", To: "ServiceAccount", Lenient: true},
	{From: "operator.victoriametrics.com/VMAgent,operator.victoriametrics.com/VMAlert,operator.victoriametrics.com/VMSingle,operator.victoriametrics.com/VMAlertmanager", Path: "spec.secrets[]", To: "Secret"},
	{From: "operator.victoriametrics.com/VMAgent,operator.victoriametrics.com/VMAlert,operator.victoriametrics.com/VMSingle,operator.victoriametrics.com/VMAlertmanager", Path: "spec.configMaps[]", To: "ConfigMap"},
}

const (
	grafana = "grafana.integreatly.org"
	otel    = "opentelemetry.io"
)
