package reference

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// networkProducers make Services and hosts.
var networkProducers = []Producer{
	// A host that a ServiceEntry adds to the mesh: https://istio.io/latest/docs/reference/config/networking/service-entry/
	{From: istio + "/ServiceEntry", Makes: istio + "/Hostname", Name: "{spec.hosts[]}", Namespace: "*"},
	// https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#automated-deployment
	{From: gatewayAPI + "/Gateway", Makes: "Service", Name: "{name}-{spec.gatewayClassName}", Likely: true},
	{From: gatewayAPI + "/Gateway", Makes: "apps/Deployment", Name: "{name}-{spec.gatewayClassName}", Likely: true},
	{From: gatewayAPI + "/Gateway", Makes: "ServiceAccount", Name: "{name}-{spec.gatewayClassName}", Likely: true},
	// https://docs.flagger.app/usage/how-it-works#canary-service
	{From: "flagger.app/Canary", Makes: "Service", Name: "{spec.service.name}", Or: "{spec.targetRef.name}"},
	{From: "flagger.app/Canary", Makes: "Service", Name: "{spec.service.name}-primary", Or: "{spec.targetRef.name}-primary"},
	{From: "flagger.app/Canary", Makes: "Service", Name: "{spec.service.name}-canary", Or: "{spec.targetRef.name}-canary"},
	{From: "flagger.app/Canary", Makes: "apps/Deployment", Name: "{spec.targetRef.name}-primary"},
	{From: "flagger.app/Canary", Makes: istio + "/VirtualService", Name: "{spec.targetRef.name}", Likely: true},
	// https://knative.dev/docs/serving/
	{From: "serving.knative.dev/Service", Makes: "Service", Name: "{name}"},
	{From: kserve + "/InferenceService", Makes: "Service", Name: "{name}"},
	{From: kserve + "/InferenceService", Makes: "Service", Name: "{name}-predictor"},
	{From: kserve + "/InferenceService", Makes: "Service", Name: "{name}-predictor-default"},
	{From: kserve + "/InferenceService", Makes: "Service", Name: "{name}-transformer", When: "spec.transformer"},
	{From: kserve + "/InferenceService", Makes: "Service", Name: "{name}-explainer", When: "spec.explainer"},
	{From: kserve + "/InferenceGraph", Makes: "Service", Name: "{name}"},
	// https://lws.sigs.k8s.io/docs/ and https://jobset.sigs.k8s.io/docs/: headless
	// Services for their pods
	{From: "leaderworkerset.x-k8s.io/LeaderWorkerSet", Makes: "Service", Name: "{name}"},
	{From: "jobset.x-k8s.io/JobSet", Makes: "Service", Name: "{spec.network.subdomain}", Or: "{name}"},
	// https://docs.ray.io/en/latest/cluster/kubernetes/
	{From: "ray.io/RayCluster", Makes: "Service", Name: "{name}-head-svc"},
	{From: "ray.io/RayService", Makes: "Service", Name: "{name}-head-svc"},
	{From: "ray.io/RayService", Makes: "Service", Name: "{name}-serve-svc"},
	{From: "flink.apache.org/FlinkDeployment", Makes: "Service", Name: "{name}-rest"},
	// https://tekton.dev/docs/triggers/eventlisteners/
	{From: "triggers.tekton.dev/EventListener", Makes: "Service", Name: "el-{name}"},
	{From: "triggers.tekton.dev/EventListener", Makes: "apps/Deployment", Name: "el-{name}"},
	// https://docs.openshift.com/acs/: a Central has one name for all its parts
	{From: "platform.stackrox.io/Central", Makes: "Service", Name: "central"},
	{From: "platform.stackrox.io/Central", Makes: "Service", Name: "central-db"},
	{From: "platform.stackrox.io/Central", Makes: "Service", Name: "scanner"},
	{From: "platform.stackrox.io/Central", Makes: "Service", Name: "scanner-db"},
	{From: "platform.stackrox.io/Central", Makes: "Secret", Name: "central-htpasswd"},
	{From: "platform.stackrox.io/Central", Makes: "Secret", Name: "central-tls"},
	{From: "platform.stackrox.io/Central", Makes: "Secret", Name: "central-db-password"},
	{From: "keda.sh/ScaledObject", Makes: "autoscaling/HorizontalPodAutoscaler", Name: "keda-hpa-{name}"},
}

// postgresProducers make the Services and Secrets of PostgreSQL clusters.
var postgresProducers = []Producer{
	// https://cloudnative-pg.io/documentation/current/applications/
	{From: cnpg + "/Cluster", Makes: "Service", Name: "{name}-rw"},
	{From: cnpg + "/Cluster", Makes: "Service", Name: "{name}-ro"},
	{From: cnpg + "/Cluster", Makes: "Service", Name: "{name}-r"},
	{From: cnpg + "/Cluster", Makes: "Service", Name: "{spec.managed.services.additional[].serviceTemplate.metadata.name}"},
	{From: cnpg + "/Cluster", Makes: "Secret", Name: "{name}-app", Keys: cnpgKeys},
	{From: cnpg + "/Cluster", Makes: "Secret", Name: "{name}-superuser", Keys: cnpgKeys, When: "spec.enableSuperuserAccess=true"},
	{From: cnpg + "/Cluster", Makes: "Secret", Name: "{name}-ca", Keys: []string{"ca.crt", "ca.key"}},
	{From: cnpg + "/Cluster", Makes: "Secret", Name: "{name}-server", Keys: tlsKeys},
	{From: cnpg + "/Cluster", Makes: "Secret", Name: "{name}-replication", Keys: tlsKeys},
	{From: cnpg + "/Cluster", Makes: "ServiceAccount", Name: "{name}"},
	{From: cnpg + "/Cluster", Makes: "PersistentVolumeClaim", Name: "{name}-1"},
	{From: cnpg + "/Cluster", Makes: "ConfigMap", Name: "cnpg-default-monitoring"},
	{From: cnpg + "/Pooler", Makes: "Service", Name: "{name}"},
	{From: cnpg + "/DatabaseRole", Makes: "Secret", Name: "{name}-client-cert", Keys: tlsKeys, When: "spec.clientCertificate,spec.clientCertificate.enabled!=false"},
	// https://postgres-operator.readthedocs.io/en/latest/user/
	{From: zalando, Makes: "Service", Name: "{name}"},
	{From: zalando, Makes: "Service", Name: "{name}-repl"},
	{From: zalando, Makes: "Service", Name: "{name}-pooler", When: "spec.enableConnectionPooler=true"},
	{From: zalando, Makes: "Service", Name: "{name}-pooler-repl", When: "spec.enableReplicaConnectionPooler=true"},
	{From: zalando, Makes: "Secret", NamesOf: zalandoSecrets, Keys: loginKeys},
	// Of users that are called namespace.name: there, if the operator may.
	{From: zalando, Makes: "Secret", NamesOf: zalandoSharedSecrets, Namespace: "*", Keys: loginKeys},
	// https://access.crunchydata.com/documentation/postgres-operator/latest/tutorials/basic-setup/connect-cluster
	{From: crunchy + ",pgv2.percona.com/PerconaPGCluster", Makes: "Secret", Name: "{name}-pguser-{spec.users[].name}", Or: "{name}-pguser-{name}", Keys: crunchyKeys},
	{From: crunchy + ",pgv2.percona.com/PerconaPGCluster", Makes: "Service", Name: "{name}-primary"},
	{From: crunchy + ",pgv2.percona.com/PerconaPGCluster", Makes: "Service", Name: "{name}-replicas"},
	{From: crunchy + ",pgv2.percona.com/PerconaPGCluster", Makes: "Service", Name: "{name}-ha"},
	{From: crunchy + ",pgv2.percona.com/PerconaPGCluster", Makes: "Service", Name: "{name}-pods"},
	{From: crunchy + ",pgv2.percona.com/PerconaPGCluster", Makes: "Service", Name: "{name}-pgbouncer", When: "spec.proxy.pgBouncer"},
	{From: crunchy + ",pgv2.percona.com/PerconaPGCluster", Makes: "Secret", Name: "{name}-cluster-cert", Keys: []string{"tls.crt", "tls.key", "ca.crt"}},
	{From: "stackgres.io/SGCluster", Makes: "Service", Name: "{name}"},
	{From: "stackgres.io/SGCluster", Makes: "Service", Name: "{name}-replicas"},
	{From: "stackgres.io/SGCluster", Makes: "Secret", Name: "{name}"},
}

var (
	cnpgKeys    = []string{"username", "user", "password", "dbname", "host", "port", "uri", "jdbc-uri", "fqdn-uri", "fqdn-jdbc-uri", "pgpass"}
	crunchyKeys = []string{"dbname", "host", "jdbc-uri", "password", "pgbouncer-host", "pgbouncer-jdbc-uri", "pgbouncer-port", "pgbouncer-uri", "port", "uri", "user", "verifier"}
)

// zalandoSecrets are user.cluster.credentials.postgresql.acid.zalan.do, with
// dashes for underscores.
func zalandoSecrets(o *inventory.Object) []string {
	users := []string{"postgres", "standby"}
	for _, k := range fieldpath.Of("spec.users{key}").Nodes(o.Node) {
		if !strings.Contains(k.Value, ".") {
			users = append(users, k.Value)
		}
	}
	for _, k := range fieldpath.Of("spec.preparedDatabases{key}").Nodes(o.Node) {
		users = append(users, k.Value+"-owner", k.Value+"-reader", k.Value+"-writer",
			k.Value+"-owner-user", k.Value+"-reader-user", k.Value+"-writer-user")
	}
	return zalandoNames(o, users)
}

func zalandoSharedSecrets(o *inventory.Object) []string {
	var users []string
	for _, k := range fieldpath.Of("spec.users{key}").Nodes(o.Node) {
		if strings.Contains(k.Value, ".") {
			users = append(users, k.Value)
		}
	}
	return zalandoNames(o, users)
}

func zalandoNames(o *inventory.Object, users []string) []string {
	for i, u := range users {
		users[i] = strings.ReplaceAll(u, "_", "-") + "." + o.Name + ".credentials.postgresql.acid.zalan.do"
	}
	return users
}

// databaseProducers make the Services and Secrets of other databases.
var databaseProducers = []Producer{
	// https://docs.percona.com/percona-operator-for-mysql/pxc/
	{From: "pxc.percona.com/PerconaXtraDBCluster", Makes: "Secret", Name: "{spec.secretsName}", Or: "{name}-secrets"},
	{From: "pxc.percona.com/PerconaXtraDBCluster", Makes: "Service", Name: "{name}-pxc"},
	{From: "pxc.percona.com/PerconaXtraDBCluster", Makes: "Service", Name: "{name}-haproxy"},
	{From: "pxc.percona.com/PerconaXtraDBCluster", Makes: "Service", Name: "{name}-haproxy-replicas"},
	{From: "pxc.percona.com/PerconaXtraDBCluster", Makes: "Service", Name: "{name}-proxysql", When: "spec.proxysql.enabled=true"},
	// https://docs.percona.com/percona-operator-for-mongodb/
	{From: "psmdb.percona.com/PerconaServerMongoDB", Makes: "Secret", Name: "{spec.secrets.users}", Or: "{name}-secrets"},
	{From: "psmdb.percona.com/PerconaServerMongoDB", Makes: "Service", Name: "{name}-{spec.replsets[].name}"},
	{From: "psmdb.percona.com/PerconaServerMongoDB", Makes: "Service", Name: "{name}-mongos"},
	{From: mongoCommunity, Makes: "Service", Name: "{name}-svc"},
	{From: mongoCommunity, Makes: "Secret", NamesOf: mongoSecrets, Keys: []string{"connectionString.standard", "connectionString.standardSrv", "username", "password"}},
	// https://mariadb-operator.github.io/mariadb-operator/latest/
	{From: mariadb + "/MariaDB", Makes: "Service", Name: "{name}"},
	{From: mariadb + "/MariaDB", Makes: "Service", Name: "{name}-internal"},
	{From: mariadb + "/MariaDB", Makes: "Service", Name: "{name}-primary"},
	{From: mariadb + "/MariaDB", Makes: "Service", Name: "{name}-secondary"},
	{From: mariadb + "/MariaDB", Makes: "Secret", Name: "{spec.rootPasswordSecretKeyRef.name}", When: "spec.rootPasswordSecretKeyRef.generate=true"},
	{From: mariadb + "/MariaDB", Makes: "Secret", Name: "{spec.passwordSecretKeyRef.name}", When: "spec.passwordSecretKeyRef.generate=true"},
	{From: mariadb + "/MariaDB", Makes: "Secret", Name: "{name}-password", When: "spec.username"},
	{From: mariadb + "/Connection", Makes: "Secret", Name: "{spec.secretName}", Or: "{name}"},
	{From: "mysql.oracle.com/InnoDBCluster", Makes: "Service", Name: "{name}"},
	{From: "mysql.oracle.com/InnoDBCluster", Makes: "Service", Name: "{name}-instances"},
	// Redis
	{From: "redis.redis.opstreelabs.in/Redis,redis.redis.opstreelabs.in/RedisReplication", Makes: "Service", Name: "{name}"},
	{From: "redis.redis.opstreelabs.in/Redis,redis.redis.opstreelabs.in/RedisReplication", Makes: "Service", Name: "{name}-headless"},
	{From: "redis.redis.opstreelabs.in/Redis,redis.redis.opstreelabs.in/RedisReplication", Makes: "Service", Name: "{name}-additional"},
	{From: "redis.redis.opstreelabs.in/RedisCluster", Makes: "Service", Name: "{name}-leader"},
	{From: "redis.redis.opstreelabs.in/RedisCluster", Makes: "Service", Name: "{name}-follower"},
	{From: "redis.redis.opstreelabs.in/RedisCluster", Makes: "Service", Name: "{name}-leader-headless"},
	{From: "redis.redis.opstreelabs.in/RedisSentinel", Makes: "Service", Name: "{name}-sentinel"},
	{From: "databases.spotahome.com/RedisFailover", Makes: "Service", Name: "rfs-{name}"},
	{From: "databases.spotahome.com/RedisFailover", Makes: "Service", Name: "rfr-{name}"},
	{From: "databases.spotahome.com/RedisFailover", Makes: "Service", Name: "rfrm-{name}"},
	{From: "dragonflydb.io/Dragonfly", Makes: "Service", Name: "{name}"},
	// https://www.rabbitmq.com/kubernetes/operator/using-operator
	{From: "rabbitmq.com/RabbitmqCluster", Makes: "Service", Name: "{name}"},
	{From: "rabbitmq.com/RabbitmqCluster", Makes: "Service", Name: "{name}-nodes"},
	{From: "rabbitmq.com/RabbitmqCluster", Makes: "Secret", Name: "{name}-default-user", Keys: []string{"username", "password", "host", "port", "connection_string", "default_user.conf", "provider", "type"}},
	{From: "rabbitmq.com/User", Makes: "Secret", Name: "{name}-user-credentials", Keys: loginKeys},
	// https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s
	{From: elasticsearch, Makes: "Service", Name: "{name}-es-http"},
	{From: elasticsearch, Makes: "Service", Name: "{name}-es-internal-http"},
	{From: elasticsearch, Makes: "Service", Name: "{name}-es-transport"},
	{From: elasticsearch, Makes: "Service", Name: "{name}-es-{spec.nodeSets[].name}"},
	{From: elasticsearch, Makes: "Secret", Name: "{name}-es-elastic-user", Keys: []string{"elastic"}},
	{From: elasticsearch, Makes: "Secret", Name: "{name}-es-http-certs-public", Keys: []string{"ca.crt", "tls.crt"}},
	{From: elasticsearch, Makes: "Secret", Name: "{name}-es-http-certs-internal", Keys: certManagerKeys},
	{From: elasticsearch, Makes: "Secret", Name: "{name}-es-http-ca-internal", Keys: tlsKeys},
	{From: "kibana.k8s.elastic.co/Kibana", Makes: "Service", Name: "{name}-kb-http"},
	{From: "kibana.k8s.elastic.co/Kibana", Makes: "Secret", Name: "{name}-kb-http-certs-public", Keys: []string{"ca.crt", "tls.crt"}},
	{From: "apm.k8s.elastic.co/ApmServer", Makes: "Service", Name: "{name}-apm-http"},
	{From: "apm.k8s.elastic.co/ApmServer", Makes: "Secret", Name: "{name}-apm-token", Keys: []string{"secret-token"}},
	{From: "agent.k8s.elastic.co/Agent", Makes: "Service", Name: "{name}-agent-http"},
	// https://min.io/docs/minio/kubernetes/upstream/
	{From: "minio.min.io/Tenant", Makes: "Service", Name: "minio"},
	{From: "minio.min.io/Tenant", Makes: "Service", Name: "{name}-hl"},
	{From: "minio.min.io/Tenant", Makes: "Service", Name: "{name}-console"},
	{From: "k8s.keycloak.org/Keycloak", Makes: "Service", Name: "{name}-service"},
	{From: "k8s.keycloak.org/Keycloak", Makes: "Secret", Name: "{name}-initial-admin", Keys: loginKeys},
	{From: "clickhouse.altinity.com/ClickHouseInstallation", Makes: "Service", Name: "clickhouse-{name}"},
	{From: "crdb.cockroachlabs.com/CrdbCluster", Makes: "Service", Name: "{name}"},
	{From: "crdb.cockroachlabs.com/CrdbCluster", Makes: "Service", Name: "{name}-public"},
	// https://kubedb.com/docs/latest/
	{From: kubeDB, Makes: "Service", Name: "{name}"},
	{From: kubeDB, Makes: "Secret", Name: "{spec.authSecret.name}", Or: "{name}-auth", Keys: loginKeys},
}

const kubeDB = "kubedb.com/Postgres,kubedb.com/MySQL,kubedb.com/MariaDB,kubedb.com/MongoDB,kubedb.com/Redis,kubedb.com/Elasticsearch,kubedb.com/Kafka,kubedb.com/RabbitMQ"

// mongoSecrets: https://github.com/mongodb/mongodb-kubernetes-operator/blob/master/docs/deploy-configure.md
func mongoSecrets(o *inventory.Object) []string {
	var names []string
	for _, u := range fieldpath.Of("spec.users[]").Nodes(o.Node) {
		name := yamlnode.GetString(u, "connectionStringSecretName")
		if name == "" {
			name = o.Name + "-" + yamlnode.GetString(u, "db") + "-" + yamlnode.GetString(u, "name")
		}
		names = append(names, name)
	}
	return names
}

// kafkaProducers make the Services and Secrets of Kafka clusters:
// https://strimzi.io/docs/operators/latest/deploying#ref-list-of-kafka-cluster-resources-str
var kafkaProducers = []Producer{
	{From: strimzi + "/Kafka", Makes: "Service", Name: "{name}-kafka-bootstrap"},
	{From: strimzi + "/Kafka", Makes: "Service", Name: "{name}-kafka-brokers"},
	{From: strimzi + "/Kafka", Makes: "Service", Name: "{name}-kafka-{spec.kafka.listeners[].name}-bootstrap"},
	{From: strimzi + "/Kafka", Makes: "Service", Name: "{name}-zookeeper-client", When: "spec.zookeeper"},
	{From: strimzi + "/Kafka", Makes: "Service", Name: "{name}-zookeeper-nodes", When: "spec.zookeeper"},
	{From: strimzi + "/Kafka", Makes: "Service", Name: "{name}-cruise-control", When: "spec.cruiseControl"},
	{From: strimzi + "/Kafka", Makes: "Secret", Name: "{name}-cluster-ca-cert", Keys: caKeys},
	{From: strimzi + "/Kafka", Makes: "Secret", Name: "{name}-clients-ca-cert", Keys: caKeys},
	{From: strimzi + "/Kafka", Makes: "Secret", Name: "{name}-cluster-ca", Keys: []string{"ca.key"}},
	{From: strimzi + "/Kafka", Makes: "Secret", Name: "{name}-clients-ca", Keys: []string{"ca.key"}},
	{From: strimzi + "/KafkaUser", Makes: "Secret", Name: "{name}", Keys: []string{"ca.crt", "user.crt", "user.key", "user.p12", "user.password", "password", "sasl.jaas.config"}},
	{From: strimzi + "/KafkaConnect", Makes: "Service", Name: "{name}-connect-api"},
	{From: strimzi + "/KafkaBridge", Makes: "Service", Name: "{name}-bridge-service"},
	{From: strimzi + "/KafkaMirrorMaker2", Makes: "Service", Name: "{name}-mirrormaker2-api"},
	{From: "platform.confluent.io/Kafka,platform.confluent.io/Zookeeper,platform.confluent.io/SchemaRegistry,platform.confluent.io/Connect", Makes: "Service", Name: "{name}"},
	{From: "cluster.redpanda.com/Redpanda", Makes: "Service", Name: "{name}"},
	{From: "cluster.redpanda.com/Redpanda", Makes: "Service", Name: "{name}-console", When: "spec.clusterSpec,spec.clusterSpec.console.enabled!=false"},
	{From: "zookeeper.pravega.io/ZookeeperCluster", Makes: "Service", Name: "{name}-client"},
	{From: "zookeeper.pravega.io/ZookeeperCluster", Makes: "Service", Name: "{name}-headless"},
}

var caKeys = []string{"ca.crt", "ca.p12", "ca.password"}

// observabilityProducers make the Services of metrics, logs and traces.
var observabilityProducers = []Producer{
	// https://prometheus-operator.dev/docs/getting-started/design/
	{From: monitoring + "/Prometheus,monitoring.coreos.com/PrometheusAgent", Makes: "Service", Name: "prometheus-operated"},
	{From: monitoring + "/Prometheus", Makes: "apps/StatefulSet", Name: "prometheus-{name}"},
	{From: monitoring + "/Alertmanager", Makes: "Service", Name: "alertmanager-operated"},
	{From: monitoring + "/Alertmanager", Makes: "apps/StatefulSet", Name: "alertmanager-{name}"},
	{From: monitoring + "/ThanosRuler", Makes: "Service", Name: "thanos-ruler-operated"},
	// https://grafana.github.io/grafana-operator/docs/
	{From: grafana + "/Grafana", Makes: "Service", Name: "{name}-service"},
	{From: grafana + "/Grafana", Makes: "ServiceAccount", Name: "{name}-sa"},
	{From: grafana + "/Grafana", Makes: "apps/Deployment", Name: "{name}-deployment"},
	{From: grafana + "/Grafana", Makes: "Secret", Name: "{name}-admin-credentials", Keys: []string{"GF_SECURITY_ADMIN_USER", "GF_SECURITY_ADMIN_PASSWORD"}},
	{From: grafana + "/Grafana", Makes: "ConfigMap", Name: "{name}-ini"},
	// https://opentelemetry.io/docs/platforms/kubernetes/operator/
	{From: otel + "/OpenTelemetryCollector", Makes: "Service", Name: "{name}-collector"},
	{From: otel + "/OpenTelemetryCollector", Makes: "Service", Name: "{name}-collector-headless"},
	{From: otel + "/OpenTelemetryCollector", Makes: "Service", Name: "{name}-collector-monitoring"},
	{From: otel + "/OpenTelemetryCollector", Makes: "ServiceAccount", Name: "{name}-collector"},
	{From: otel + "/OpenTelemetryCollector", Makes: "apps/Deployment", Name: "{name}-collector"},
	{From: otel + "/OpenTelemetryCollector", Makes: "Service", Name: "{name}-targetallocator", When: "spec.targetAllocator.enabled=true"},
	{From: otel + "/OpenTelemetryCollector", Makes: "ServiceAccount", Name: "{name}-targetallocator", When: "spec.targetAllocator.enabled=true"},
	{From: "jaegertracing.io/Jaeger", Makes: "Service", Name: "{name}-query"},
	{From: "jaegertracing.io/Jaeger", Makes: "Service", Name: "{name}-collector"},
	{From: "jaegertracing.io/Jaeger", Makes: "Service", Name: "{name}-agent"},
	{From: "loki.grafana.com/LokiStack", Makes: "Service", Name: "{name}-gateway-http"},
	{From: "loki.grafana.com/LokiStack", Makes: "Service", Name: "{name}-distributor-http"},
	{From: "loki.grafana.com/LokiStack", Makes: "Service", Name: "{name}-query-frontend-http"},
	{From: "tempo.grafana.com/TempoStack", Makes: "Service", Name: "tempo-{name}-distributor"},
	{From: "tempo.grafana.com/TempoStack", Makes: "Service", Name: "tempo-{name}-query-frontend"},
	{From: "tempo.grafana.com/TempoStack", Makes: "Service", Name: "tempo-{name}-gateway"},
	// https://docs.victoriametrics.com/operator/
	{From: "operator.victoriametrics.com/VMSingle", Makes: "Service", Name: "vmsingle-{name}"},
	{From: "operator.victoriametrics.com/VMAgent", Makes: "Service", Name: "vmagent-{name}"},
	{From: "operator.victoriametrics.com/VMAlert", Makes: "Service", Name: "vmalert-{name}"},
	{From: "operator.victoriametrics.com/VMAlertmanager", Makes: "Service", Name: "vmalertmanager-{name}"},
	{From: "operator.victoriametrics.com/VMCluster", Makes: "Service", Name: "vminsert-{name}"},
	{From: "operator.victoriametrics.com/VMCluster", Makes: "Service", Name: "vmselect-{name}"},
}

// platformProducers make what platforms make.
var platformProducers = []Producer{
	{From: "project.openshift.io/Project", Makes: "Namespace", Name: "{name}"},
	{From: "project.openshift.io/ProjectRequest", Makes: "Namespace", Name: "{name}"},
	{From: "hnc.x-k8s.io/SubnamespaceAnchor", Makes: "Namespace", Name: "{name}"},
	{From: capi + "/Cluster", Makes: "Secret", Name: "{name}-kubeconfig", Keys: []string{"value"}},
	{From: capi + "/Cluster", Makes: "Secret", Name: "{name}-ca", Keys: tlsKeys},
	{From: "argoproj.io/ArgoCD", Makes: "Service", Name: "{name}-server"},
	// https://argo-rollouts.readthedocs.io/en/stable/features/experiment/#experiment-service-creation
	{From: "argoproj.io/Experiment", Makes: "Service", Name: "{spec.templates[].service.name}"},
	{From: "argoproj.io/Rollout", Makes: "Service", Name: "{spec.strategy.canary.steps[].experiment.templates[].service.name}"},
	{From: "vault.banzaicloud.com/Vault", Makes: "Service", Name: "{name}"},
	{From: "vault.banzaicloud.com/Vault", Makes: "Secret", Name: "{name}-unseal-keys"},
	{From: "vault.banzaicloud.com/Vault", Makes: "Secret", Name: "{name}-tls", Keys: []string{"ca.crt", "server.crt", "server.key"}},
	// https://bank-vaults.dev/docs/operator/#caNamespaces
	{From: "vault.banzaicloud.com/Vault", Makes: "Secret", Name: "{name}-tls", Namespace: "{spec.caNamespaces[]}", Keys: []string{"ca.crt"}, When: "spec.caNamespaces"},
	{From: "awx.ansible.com/AWX", Makes: "Service", Name: "{name}-service"},
	{From: "awx.ansible.com/AWX", Makes: "Secret", Name: "{spec.admin_password_secret}", Or: "{name}-admin-password", Keys: []string{"password"}},
	// An operator's ClusterServiceVersion brings the accounts of its Deployments.
	{From: "operators.coreos.com/ClusterServiceVersion", Makes: "ServiceAccount", Name: "{spec.install.spec.clusterPermissions[].serviceAccountName}"},
	{From: "operators.coreos.com/ClusterServiceVersion", Makes: "ServiceAccount", Name: "{spec.install.spec.permissions[].serviceAccountName}"},
	{From: "operators.coreos.com/ClusterServiceVersion", Makes: "apps/Deployment", Name: "{spec.install.spec.deployments[].name}"},
}

// storageProducers make claims, buckets and what Ceph needs.
var storageProducers = []Producer{
	// https://rook.io/docs/rook/latest-release/
	{From: "objectbucket.io/ObjectBucketClaim", Makes: "ConfigMap", Name: "{name}", Keys: []string{"BUCKET_HOST", "BUCKET_NAME", "BUCKET_PORT", "BUCKET_REGION", "BUCKET_SUBREGION"}},
	{From: "objectbucket.io/ObjectBucketClaim", Makes: "Secret", Name: "{name}", Keys: []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}},
	{From: rook + "/CephObjectStore", Makes: "Service", Name: "rook-ceph-rgw-{name}"},
	{From: rook + "/CephObjectStoreUser", Makes: "Secret", Name: "rook-ceph-object-user-{spec.store}-{name}", Keys: []string{"AccessKey", "SecretKey", "Endpoint"}},
	{From: rook + "/CephCluster", Makes: "Secret", Name: "rook-ceph-mon"},
	{From: rook + "/CephCluster", Makes: "ConfigMap", Name: "rook-ceph-mon-endpoints"},
	{From: rook + "/CephCluster", Makes: "Service", Name: "rook-ceph-mgr"},
	{From: rook + "/CephCluster", Makes: "Service", Name: "rook-ceph-mgr-dashboard"},
	{From: rook + "/CephCluster", Makes: "Secret", Name: "rook-csi-rbd-provisioner"},
	{From: rook + "/CephCluster", Makes: "Secret", Name: "rook-csi-rbd-node"},
	{From: rook + "/CephCluster", Makes: "Secret", Name: "rook-csi-cephfs-provisioner"},
	{From: rook + "/CephCluster", Makes: "Secret", Name: "rook-csi-cephfs-node"},
	// https://github.com/fluid-cloudnative/fluid/blob/master/docs/en/samples/accelerate_data_accessing.md
	{From: "data.fluid.io/Dataset", Makes: "PersistentVolumeClaim", Name: "{name}"},
	// https://kubevirt.io/user-guide/storage/containerized_data_importer/
	{From: "cdi.kubevirt.io/DataVolume", Makes: "PersistentVolumeClaim", Name: "{name}"},
}

// chartProducers install Helm charts, whose objects are often called like the
// release. What a chart holds cannot be seen from here.
var chartProducers = []Producer{
	{From: charts, Makes: "Service", NamesOf: fullNames, Namespace: "*", Likely: true},
	{From: charts, Makes: "ServiceAccount", NamesOf: fullNames, Namespace: "*", Likely: true},
	{From: charts, Makes: "Secret", NamesOf: fullNames, Namespace: "*", Likely: true},
	{From: charts, Makes: "ConfigMap", NamesOf: fullNames, Namespace: "*", Likely: true},
	{From: charts, Makes: "apps/Deployment", NamesOf: fullNames, Namespace: "*", Likely: true},
	{From: charts, Makes: "apps/StatefulSet", NamesOf: fullNames, Namespace: "*", Likely: true},
	{From: charts, Makes: "PersistentVolumeClaim", NamesOf: fullNames, Namespace: "*", Likely: true},
	// Ingress controllers' charts say which class they make.
	{From: fluxHR, Makes: "networking.k8s.io/IngressClass", NamesOf: ingressClasses, Likely: true},
}

const charts = fluxHR + ",argoproj.io/Application,helm.cattle.io/HelmChart"

func releaseNames(o *inventory.Object) []string {
	if o.Kind == "Application" {
		if n := yamlnode.Path(o.Node, "spec", "source", "chart"); n == nil && yamlnode.Path(o.Node, "spec", "source", "helm") == nil {
			return nil // manifests, not a chart
		}
	}
	for _, path := range [...][]string{{"spec", "releaseName"}, {"spec", "source", "helm", "releaseName"}} {
		if name := yamlnode.GetString(o.Node, path...); name != "" {
			return []string{name}
		}
	}
	return []string{o.Name}
}

// fullNames are what charts call what they make by default: after the release, with the
// name of the chart behind it if it is not in there.
// https://github.com/helm/helm/blob/main/pkg/chart/v2/util/create.go
func fullNames(o *inventory.Object) []string {
	names := releaseNames(o)
	for _, release := range slices.Clone(names) {
		for _, chart := range chartNames(o) {
			if !strings.Contains(release, chart) {
				names = append(names, release+"-"+chart)
			}
		}
	}
	return names
}

// chartNames are what the charts of o are called: some call what they make so
// whatever the release is called.
func chartNames(o *inventory.Object) []string {
	var names []string
	for _, path := range [...]string{"spec.chart.spec.chart", "spec.source.chart", "spec.sources[].chart", "spec.chart"} {
		for _, n := range fieldpath.Of(path).Nodes(o.Node) {
			if n.Kind == yaml.ScalarNode && !strings.HasPrefix(n.Value, ".") {
				names = append(names, n.Value[strings.LastIndexByte(n.Value, '/')+1:])
			}
		}
	}
	return names
}

// release is a name that what a chart makes begins with.
type release struct {
	name string
	from *inventory.Object
}

// releasesOf finds the releases of an inventory by the namespace they go to.
func releasesOf(inv *inventory.Inventory) map[string][]release {
	m := map[string][]release{}
	for kind := range strings.SplitSeq(charts, ",") {
		for _, o := range inv.OfKind(inventory.ParseGroupKind(kind)) {
			if o.Node == nil {
				continue
			}
			namespace := o.Namespace
			for _, path := range [...]string{"spec.targetNamespace", "spec.destination.namespace"} {
				for _, n := range fieldpath.Of(path).Nodes(o.Node) {
					namespace = n.Value
				}
			}
			names := releaseNames(o)
			if len(names) > 0 {
				names = append(names, chartNames(o)...)
			}
			if o.Kind == "HelmRelease" && namespace != o.Namespace {
				names = append(names, namespace+"-"+o.Name)
			}
			for _, path := range [...]string{"spec.values.**.fullnameOverride", "spec.values.**.nameOverride"} {
				for _, n := range fieldpath.Of(path).Nodes(o.Node) {
					names = append(names, n.Value)
				}
			}
			for _, name := range names {
				if name != "" {
					m[namespace] = append(m[namespace], release{name, o})
				}
			}
		}
	}
	return m
}

func ingressClasses(o *inventory.Object) []string {
	var names []string
	for _, n := range fieldpath.Of("spec.values.**.ingressClassResource.name").Nodes(o.Node) {
		if n.Kind == yaml.ScalarNode {
			names = append(names, n.Value)
		}
	}
	return names
}
