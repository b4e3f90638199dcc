package reference

// databaseRows are the references of operators for other databases and stores.
var databaseRows = []Row{
	// https://www.rabbitmq.com/kubernetes/operator/using-operator
	{From: "rabbitmq.com/RabbitmqCluster", Path: "spec.tls.secretName", To: "Secret"},
	{From: "rabbitmq.com/RabbitmqCluster", Path: "spec.tls.caSecretName", To: "Secret"},
	{From: "rabbitmq.com/RabbitmqCluster", Path: "spec.persistence.storageClassName", To: storageClass},
	{From: "rabbitmq.com/RabbitmqCluster", Path: "spec.imagePullSecrets[].name", To: "Secret", Lenient: true},
	{From: rabbitTopology, Path: "spec.rabbitmqClusterReference.name", Namespace: "namespace", To: "rabbitmq.com/RabbitmqCluster"},
	{From: rabbitTopology, Path: "spec.rabbitmqClusterReference.connectionSecret.name", To: "Secret"},
	{From: "rabbitmq.com/User", Path: "spec.importCredentialsSecret.name", To: "Secret"},
	{From: "rabbitmq.com/Permission", Path: "spec.userReference.name", To: "rabbitmq.com/User"},

	// https://github.com/mongodb/mongodb-kubernetes-operator
	{From: mongoCommunity, Path: "spec.users[].passwordSecretRef.name", Key: "key", To: "Secret"},
	{From: mongoCommunity, Path: "spec.security.tls.certificateKeySecretRef.name", To: "Secret"},
	{From: mongoCommunity, Path: "spec.security.tls.caCertificateSecretRef.name", To: "Secret"},
	{From: mongoCommunity, Path: "spec.security.tls.caConfigMapRef.name", To: "ConfigMap"},
	{From: mongoCommunity, Path: "spec.prometheus.passwordSecretRef.name", Key: "key", To: "Secret"},
	{From: "psmdb.percona.com/PerconaServerMongoDBBackup,psmdb.percona.com/PerconaServerMongoDBRestore", Path: "spec.clusterName", To: "psmdb.percona.com/PerconaServerMongoDB"},

	// https://mariadb-operator.github.io/mariadb-operator/latest/
	{From: mariadb + "/MariaDB", Path: "spec.rootPasswordSecretKeyRef.name", When: "generate!=true", Key: "key", To: "Secret"},
	{From: mariadb + "/MariaDB", Path: "spec.passwordSecretKeyRef.name", When: "generate!=true", Key: "key", To: "Secret"},
	{From: mariadb + "/MariaDB", Path: "spec.myCnfConfigMapKeyRef.name", Key: "key", To: "ConfigMap"},
	{From: mariadb + "/MariaDB", Path: "spec.storage.storageClassName", To: storageClass},
	{From: mariadb + "/User," + mariadb + "/Database," + mariadb + "/Grant," + mariadb + "/Connection," + mariadb + "/Backup," + mariadb + "/Restore," + mariadb + "/SqlJob", Path: "spec.mariaDbRef.name", Namespace: "namespace", To: mariadb + "/MariaDB"},
	{From: mariadb + "/User," + mariadb + "/Connection", Path: "spec.passwordSecretKeyRef.name", Key: "key", To: "Secret"},
	{From: "mysql.oracle.com/InnoDBCluster", Path: "spec.secretName", To: "Secret"},
	{From: "mysql.oracle.com/MySQLBackup", Path: "spec.clusterName", To: "mysql.oracle.com/InnoDBCluster"},
	{From: "pxc.percona.com/PerconaXtraDBClusterBackup", Path: "spec.pxcCluster", To: "pxc.percona.com/PerconaXtraDBCluster"},
	{From: "pxc.percona.com/PerconaXtraDBClusterRestore", Path: "spec.pxcCluster", To: "pxc.percona.com/PerconaXtraDBCluster"},
	{From: "pxc.percona.com/PerconaXtraDBCluster", Path: "spec.backup.storages{}.s3.credentialsSecret", To: "Secret"},
	{From: "pxc.percona.com/PerconaXtraDBCluster", Path: "spec.pxc.volumeSpec.persistentVolumeClaim.storageClassName", To: storageClass},

	// Redis operators
	{From: redisOperators, Path: "spec.kubernetesConfig.redisSecret.name", Key: "key", To: "Secret"},
	{From: redisOperators, Path: "spec.storage.volumeClaimTemplate.spec.storageClassName", To: storageClass},
	{From: "redis.redis.opstreelabs.in/RedisSentinel", Path: "spec.redisSentinelConfig.redisReplicationName", To: "redis.redis.opstreelabs.in/RedisReplication"},
	{From: "databases.spotahome.com/RedisFailover", Path: "spec.auth.secretPath", To: "Secret"},
	{From: "dragonflydb.io/Dragonfly", Path: "spec.authentication.passwordFromSecret.name", Key: "key", Optional: "optional", To: "Secret"},

	// https://www.elastic.co/docs/reference/cloud-on-k8s
	{From: eckClients, Path: "spec.elasticsearchRef.name", Namespace: "namespace", To: elasticsearch},
	{From: eckClients, Path: "spec.elasticsearchRefs[].name", Namespace: "namespace", To: elasticsearch},
	{From: eckClients, Path: "spec.kibanaRef.name", Namespace: "namespace", To: "kibana.k8s.elastic.co/Kibana"},
	{From: "agent.k8s.elastic.co/Agent", Path: "spec.fleetServerRef.name", Namespace: "namespace", To: "agent.k8s.elastic.co/Agent"},
	{From: eckAll, Path: "spec.http.tls.certificate.secretName", To: "Secret"},
	{From: eckAll, Path: "spec.secureSettings[].secretName", Key: "entries[].key", To: "Secret"},
	{From: elasticsearch, Path: "spec.auth.fileRealm[].secretName", To: "Secret"},
	{From: elasticsearch, Path: "spec.auth.roles[].secretName", To: "Secret"},
	{From: elasticsearch, Path: "spec.nodeSets[].volumeClaimTemplates[].spec.storageClassName", To: storageClass},
	{From: eckAll, Path: "spec.serviceAccountName", To: "ServiceAccount"},

	// https://min.io/docs/minio/kubernetes/upstream/
	{From: "minio.min.io/Tenant", Path: "spec.configuration.name", DefaultKey: "config.env", To: "Secret"},
	{From: "minio.min.io/Tenant", Path: "spec.credsSecret.name", To: "Secret"},
	{From: "minio.min.io/Tenant", Path: "spec.users[].name", To: "Secret"},
	{From: "minio.min.io/Tenant", Path: "spec.externalCertSecret[].name", To: "Secret"},
	{From: "minio.min.io/Tenant", Path: "spec.serviceAccountName", To: "ServiceAccount"},
	{From: "minio.min.io/Tenant", Path: "spec.pools[].volumeClaimTemplate.spec.storageClassName", To: storageClass},

	// https://www.keycloak.org/operator/advanced-configuration
	{From: "k8s.keycloak.org/Keycloak", Path: "spec.db.usernameSecret.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: "k8s.keycloak.org/Keycloak", Path: "spec.db.passwordSecret.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: "k8s.keycloak.org/Keycloak", Path: "spec.db.host", Parse: Host, To: "Service", Lenient: true},
	{From: "k8s.keycloak.org/Keycloak", Path: "spec.http.tlsSecret", To: "Secret"},
	{From: "k8s.keycloak.org/KeycloakRealmImport", Path: "spec.keycloakCRName", To: "k8s.keycloak.org/Keycloak"},
	// https://github.com/Altinity/clickhouse-operator
	{From: "clickhouse.altinity.com/ClickHouseInstallation", Path: "spec.templates.volumeClaimTemplates[].spec.storageClassName", To: storageClass},
	{From: "temporal.io/TemporalNamespace", Path: "spec.clusterRef.name", Namespace: "namespace", To: "temporal.io/TemporalCluster"},
}

const (
	rabbitTopology = "rabbitmq.com/Queue,rabbitmq.com/Exchange,rabbitmq.com/Binding,rabbitmq.com/User,rabbitmq.com/Vhost,rabbitmq.com/Permission,rabbitmq.com/Policy,rabbitmq.com/Shovel,rabbitmq.com/Federation"
	mongoCommunity = "mongodbcommunity.mongodb.com/MongoDBCommunity"
	mariadb        = "k8s.mariadb.com"
	redisOperators = "redis.redis.opstreelabs.in/Redis,redis.redis.opstreelabs.in/RedisCluster,redis.redis.opstreelabs.in/RedisReplication,redis.redis.opstreelabs.in/RedisSentinel"
	elasticsearch  = "elasticsearch.k8s.elastic.co/Elasticsearch"
	eckClients     = "kibana.k8s.elastic.co/Kibana,apm.k8s.elastic.co/ApmServer,beat.k8s.elastic.co/Beat,agent.k8s.elastic.co/Agent,enterprisesearch.k8s.elastic.co/EnterpriseSearch,logstash.k8s.elastic.co/Logstash,maps.k8s.elastic.co/ElasticMapsServer"
	eckAll         = elasticsearch + "," + eckClients
)
