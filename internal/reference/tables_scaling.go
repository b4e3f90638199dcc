package reference

// scalingRows are the references of autoscalers:
// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
var scalingRows = []Row{
	{From: "autoscaling/HorizontalPodAutoscaler", Path: "spec.scaleTargetRef.name", Kind: "kind", Group: "apiVersion", To: scalable},
	{From: "autoscaling/HorizontalPodAutoscaler", Path: "spec.metrics[].object.describedObject.name", Kind: "kind", Group: "apiVersion", To: "Service,networking.k8s.io/Ingress," + gatewayAPI + "/HTTPRoute", Lenient: true},
	{From: "autoscaling.k8s.io/VerticalPodAutoscaler", Path: "spec.targetRef.name", Kind: "kind", Group: "apiVersion", To: scalable + ",apps/DaemonSet,batch/CronJob,batch/Job", Lenient: true}, // they are commonly for what operators and charts make
	{From: "autoscaling.gke.io/MultidimPodAutoscaler", Path: "spec.scaleTargetRef.name", Kind: "kind", Group: "apiVersion", To: scalable},
}

// scalable are the kinds with a scale subresource.
const scalable = "apps/Deployment,apps/StatefulSet,apps/ReplicaSet,ReplicationController,argoproj.io/Rollout,apps.openshift.io/DeploymentConfig,extensions/Deployment"
