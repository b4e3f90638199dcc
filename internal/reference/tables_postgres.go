package reference

// postgresRows are the references of PostgreSQL operators.
var postgresRows = []Row{
	// https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/
	{From: cnpg + "/Pooler," + cnpg + "/Backup," + cnpg + "/ScheduledBackup," + cnpg + "/Database," + cnpg + "/Publication," + cnpg + "/Subscription," + cnpg + "/DatabaseRole", Path: "spec.cluster.name", To: cnpg + "/Cluster"},
	{From: cnpg + "/Pooler", Path: "spec.pgbouncer.authQuerySecret.name", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.superuserSecret.name", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.bootstrap.initdb.secret.name", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.bootstrap.recovery.secret.name", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.bootstrap.pg_basebackup.secret.name", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.bootstrap.recovery.backup.name", To: cnpg + "/Backup"},
	{From: cnpg + "/Cluster", Path: "spec.bootstrap.initdb.**.secretRefs[].name", Key: "key", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.bootstrap.initdb.**.configMapRefs[].name", Key: "key", To: "ConfigMap"},
	{From: cnpg + "/Cluster", Path: "spec.externalClusters[].password.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.externalClusters[].sslCert.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.externalClusters[].sslKey.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.externalClusters[].sslRootCert.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.externalClusters[].connectionParameters.host", Parse: Host, To: "Service", Lenient: true, Foreign: true},
	{From: barman, Path: "spec.**.s3Credentials.accessKeyId.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: barman, Path: "spec.**.s3Credentials.secretAccessKey.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: barman, Path: "spec.**.s3Credentials.region.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: barman, Path: "spec.**.s3Credentials.sessionToken.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: barman, Path: "spec.**.azureCredentials.storageAccount.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: barman, Path: "spec.**.azureCredentials.storageKey.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: barman, Path: "spec.**.azureCredentials.storageSasToken.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: barman, Path: "spec.**.azureCredentials.connectionString.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: barman, Path: "spec.**.googleCredentials.applicationCredentials.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: barman, Path: "spec.**.endpointCA.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.plugins[].parameters.barmanObjectName", To: "barmancloud.cnpg.io/ObjectStore"},
	{From: cnpg + "/Cluster", Path: "spec.externalClusters[].plugin.parameters.barmanObjectName", To: "barmancloud.cnpg.io/ObjectStore"},
	{From: cnpg + "/Cluster", Path: "spec.certificates.serverCASecret", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.certificates.serverTLSSecret", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.certificates.clientCASecret", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.certificates.replicationTLSSecret", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.monitoring.customQueriesConfigMap[].name", Key: "key", To: "ConfigMap"},
	{From: cnpg + "/Cluster", Path: "spec.monitoring.customQueriesSecret[].name", Key: "key", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.managed.roles[].passwordSecret.name", To: "Secret"},
	{From: cnpg + "/DatabaseRole", Path: "spec.passwordSecret.name", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.postgresql.ldap.bindSearchAuth.bindPassword.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.projectedVolumeTemplate.sources[].secret.name", Key: "items[].key", Optional: "optional", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.projectedVolumeTemplate.sources[].configMap.name", Key: "items[].key", Optional: "optional", To: "ConfigMap"},
	{From: cnpg + "/Cluster", Path: "spec.backup.volumeSnapshot.className", To: snapshots + "/VolumeSnapshotClass"},
	{From: cnpg + "/Cluster", Path: "spec.backup.volumeSnapshot.walClassName", To: snapshots + "/VolumeSnapshotClass"},
	{From: cnpg + "/Cluster", Path: "spec.bootstrap.recovery.volumeSnapshots.storage.name", Kind: "kind", Group: "apiGroup", To: snapshots + "/VolumeSnapshot,PersistentVolumeClaim", Lenient: true},
	{From: cnpg + "/Cluster", Path: "spec.bootstrap.recovery.volumeSnapshots.walStorage.name", Kind: "kind", Group: "apiGroup", To: snapshots + "/VolumeSnapshot,PersistentVolumeClaim", Lenient: true},
	{From: cnpg + "/Cluster", Path: "spec.imagePullSecrets[].name", To: "Secret", Lenient: true},
	{From: cnpg + "/Cluster", Path: "spec.imageCatalogRef.name", Kind: "kind", Group: "apiGroup", To: cnpg + "/ImageCatalog," + cnpg + "/ClusterImageCatalog"},
	{From: cnpg + "/Cluster", Path: "spec.storage.storageClass", To: storageClass},
	{From: cnpg + "/Cluster", Path: "spec.walStorage.storageClass", To: storageClass},
	{From: cnpg + "/Cluster", Path: "spec.tablespaces[].storage.storageClass", To: storageClass},
	{From: cnpg + "/Cluster", Path: "spec.priorityClassName", To: "scheduling.k8s.io/PriorityClass"},
	{From: cnpg + "/Cluster", Path: "spec.env[].valueFrom.secretKeyRef.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.env[].valueFrom.configMapKeyRef.name", Key: "key", Optional: "optional", To: "ConfigMap"},
	{From: cnpg + "/Cluster", Path: "spec.envFrom[].secretRef.name", Optional: "optional", To: "Secret"},
	{From: cnpg + "/Cluster", Path: "spec.envFrom[].configMapRef.name", Optional: "optional", To: "ConfigMap"},

	// https://postgres-operator.readthedocs.io/en/latest/reference/cluster_manifest/
	{From: zalando, Path: "spec.tls.secretName", To: "Secret"},
	{From: zalando, Path: "spec.tls.caSecretName", To: "Secret"},
	{From: zalando, Path: "spec.volume.storageClass", To: storageClass},
	{From: zalando, Path: "spec.podPriorityClassName", To: "scheduling.k8s.io/PriorityClass"},
	{From: zalando, Path: "spec.env[].valueFrom.secretKeyRef.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: zalando, Path: "spec.env[].valueFrom.configMapKeyRef.name", Key: "key", Optional: "optional", To: "ConfigMap"},
	{From: zalando, Path: "spec.sidecars[].env[].valueFrom.secretKeyRef.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: zalando, Path: "spec.sidecars[].env[].valueFrom.configMapKeyRef.name", Key: "key", Optional: "optional", To: "ConfigMap"},
	{From: zalando, Path: "spec.additionalVolumes[].volumeSource.configMap.name", Optional: "optional", To: "ConfigMap"},
	{From: zalando, Path: "spec.additionalVolumes[].volumeSource.secret.secretName", Optional: "optional", To: "Secret"},
	{From: zalando, Path: "spec.additionalVolumes[].volumeSource.persistentVolumeClaim.claimName", To: "PersistentVolumeClaim"},
	{From: "acid.zalan.do/OperatorConfiguration", Path: "configuration.kubernetes.pod_service_account_name", To: "ServiceAccount", Lenient: true},

	// https://access.crunchydata.com/documentation/postgres-operator/latest/references/crd
	{From: crunchy, Path: "spec.databaseInitSQL.name", Key: "key", To: "ConfigMap"},
	{From: crunchy, Path: "spec.customTLSSecret.name", To: "Secret"},
	{From: crunchy, Path: "spec.customReplicationTLSSecret.name", To: "Secret"},
	{From: crunchy, Path: "spec.dataSource.postgresCluster.clusterName", Namespace: "clusterNamespace", To: crunchy},
	{From: crunchy, Path: "spec.backups.pgbackrest.configuration[].secret.name", Optional: "optional", To: "Secret"},
	{From: crunchy, Path: "spec.backups.pgbackrest.configuration[].configMap.name", Optional: "optional", To: "ConfigMap"},
	{From: crunchy, Path: "spec.imagePullSecrets[].name", To: "Secret", Lenient: true},
	{From: crunchy, Path: "spec.instances[].dataVolumeClaimSpec.storageClassName", To: storageClass},
	{From: crunchy, Path: "spec.instances[].walVolumeClaimSpec.storageClassName", To: storageClass},
	{From: crunchy, Path: "spec.backups.pgbackrest.repos[].volume.volumeClaimSpec.storageClassName", To: storageClass},
	{From: "postgres-operator.crunchydata.com/PGUpgrade", Path: "spec.postgresClusterName", To: crunchy},

	{From: "pgv2.percona.com/PerconaPGCluster", Path: "spec.instances[].dataVolumeClaimSpec.storageClassName", To: storageClass},
	{From: "pgv2.percona.com/PerconaPGBackup,pgv2.percona.com/PerconaPGRestore", Path: "spec.pgCluster", To: "pgv2.percona.com/PerconaPGCluster"},
	// https://stackgres.io/doc/latest/reference/crd/sgcluster/
	{From: "stackgres.io/SGCluster", Path: "spec.sgInstanceProfile", To: "stackgres.io/SGInstanceProfile"},
	{From: "stackgres.io/SGCluster", Path: "spec.configurations.sgPostgresConfig", To: "stackgres.io/SGPostgresConfig"},
	{From: "stackgres.io/SGCluster", Path: "spec.configurations.sgPoolingConfig", To: "stackgres.io/SGPoolingConfig"},
}

const (
	cnpg    = "postgresql.cnpg.io"
	barman  = cnpg + "/Cluster,barmancloud.cnpg.io/ObjectStore"
	zalando = "acid.zalan.do/postgresql"
	crunchy = "postgres-operator.crunchydata.com/PostgresCluster"
)
