package reference

// storageRows are the references between claims, volumes, snapshots and
// classes: https://kubernetes.io/docs/concepts/storage/
var storageRows = []Row{
	{From: "PersistentVolumeClaim", Path: "spec.storageClassName", To: storageClass},
	{From: "PersistentVolumeClaim", Path: "spec.volumeName", To: "PersistentVolume"},
	{From: "PersistentVolumeClaim", Path: "spec.volumeAttributesClassName", To: "storage.k8s.io/VolumeAttributesClass"},
	{From: "PersistentVolumeClaim", Path: "spec.dataSource.name", Kind: "kind", Group: "apiGroup", To: dataSources, Lenient: true},
	{From: "PersistentVolumeClaim", Path: "spec.dataSourceRef.name", Kind: "kind", Group: "apiGroup", Namespace: "namespace", To: dataSources, Lenient: true},
	{From: "apps/StatefulSet", Path: "spec.volumeClaimTemplates[].spec.storageClassName", To: storageClass},
	{From: "apps/StatefulSet", Path: "spec.volumeClaimTemplates[].spec.volumeAttributesClassName", To: "storage.k8s.io/VolumeAttributesClass"},
	{From: "apps/StatefulSet", Path: "spec.volumeClaimTemplates[].spec.dataSource.name", Kind: "kind", Group: "apiGroup", To: dataSources, Lenient: true},
	{From: "apps/StatefulSet", Path: "spec.volumeClaimTemplates[].spec.dataSourceRef.name", Kind: "kind", Group: "apiGroup", Namespace: "namespace", To: dataSources, Lenient: true},
	{From: "Pod", Path: "volumes[].ephemeral.volumeClaimTemplate.spec.storageClassName", To: storageClass},
	{From: "Pod", Path: "volumes[].ephemeral.volumeClaimTemplate.spec.dataSource.name", Kind: "kind", Group: "apiGroup", To: dataSources, Lenient: true},

	{From: "PersistentVolume", Path: "spec.storageClassName", To: storageClass},
	{From: "PersistentVolume", Path: "spec.claimRef.name", Namespace: "namespace", To: "PersistentVolumeClaim", Lenient: true},
	{From: "PersistentVolume", Path: "spec.volumeAttributesClassName", To: "storage.k8s.io/VolumeAttributesClass"},
	{From: "PersistentVolume", Path: "spec.csi.controllerPublishSecretRef.name", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: "PersistentVolume", Path: "spec.csi.controllerExpandSecretRef.name", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: "PersistentVolume", Path: "spec.csi.nodeStageSecretRef.name", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: "PersistentVolume", Path: "spec.csi.nodePublishSecretRef.name", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: "PersistentVolume", Path: "spec.csi.nodeExpandSecretRef.name", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: "PersistentVolume", Path: "spec.azureFile.secretName", Namespace: "secretNamespace", To: "Secret", Lenient: true},
	{From: "PersistentVolume", Path: "spec.cephfs.secretRef.name", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: "PersistentVolume", Path: "spec.rbd.secretRef.name", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: "PersistentVolume", Path: "spec.iscsi.secretRef.name", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: "PersistentVolume", Path: "spec.flexVolume.secretRef.name", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: "PersistentVolume", Path: "spec.glusterfs.endpoints", Namespace: "endpointsNamespace", To: "Endpoints", Lenient: true},

	// https://kubernetes-csi.github.io/docs/secrets-and-credentials-storage-class.html
	{From: storageClass, Path: `parameters.csi\.storage\.k8s\.io/provisioner-secret-name`, Namespace: `csi\.storage\.k8s\.io/provisioner-secret-namespace`, To: "Secret", Lenient: true},
	{From: storageClass, Path: `parameters.csi\.storage\.k8s\.io/controller-publish-secret-name`, Namespace: `csi\.storage\.k8s\.io/controller-publish-secret-namespace`, To: "Secret", Lenient: true},
	{From: storageClass, Path: `parameters.csi\.storage\.k8s\.io/controller-expand-secret-name`, Namespace: `csi\.storage\.k8s\.io/controller-expand-secret-namespace`, To: "Secret", Lenient: true},
	{From: storageClass, Path: `parameters.csi\.storage\.k8s\.io/node-stage-secret-name`, Namespace: `csi\.storage\.k8s\.io/node-stage-secret-namespace`, To: "Secret", Lenient: true},
	{From: storageClass, Path: `parameters.csi\.storage\.k8s\.io/node-publish-secret-name`, Namespace: `csi\.storage\.k8s\.io/node-publish-secret-namespace`, To: "Secret", Lenient: true},
	{From: storageClass, Path: `parameters.csi\.storage\.k8s\.io/node-expand-secret-name`, Namespace: `csi\.storage\.k8s\.io/node-expand-secret-namespace`, To: "Secret", Lenient: true},
	{From: storageClass, Path: "parameters.adminSecretName", Namespace: "adminSecretNamespace", To: "Secret", Lenient: true},
	{From: storageClass, Path: "parameters.userSecretName", Namespace: "userSecretNamespace", InNamespace: "*", To: "Secret", Lenient: true},
	{From: storageClass, Path: "parameters.secretName", Namespace: "secretNamespace", InNamespace: "*", To: "Secret", Lenient: true},
	{From: storageClass, Path: "parameters.secretRef", Namespace: "secretNamespace", InNamespace: "*", To: "Secret", Lenient: true}, // ScaleIO

	{From: snapshots + "/VolumeSnapshot", Path: "spec.source.persistentVolumeClaimName", To: "PersistentVolumeClaim", Lenient: true},
	{From: snapshots + "/VolumeSnapshot", Path: "spec.source.volumeSnapshotContentName", To: snapshots + "/VolumeSnapshotContent"},
	{From: snapshots + "/VolumeSnapshot", Path: "spec.volumeSnapshotClassName", To: snapshots + "/VolumeSnapshotClass"},
	{From: snapshots + "/VolumeSnapshotContent", Path: "spec.volumeSnapshotClassName", To: snapshots + "/VolumeSnapshotClass"},
	{From: snapshots + "/VolumeSnapshotContent", Path: "spec.volumeSnapshotRef.name", Namespace: "namespace", To: snapshots + "/VolumeSnapshot", Lenient: true},
	{From: snapshots + "/VolumeSnapshotClass", Path: `parameters.csi\.storage\.k8s\.io/snapshotter-secret-name`, Namespace: `csi\.storage\.k8s\.io/snapshotter-secret-namespace`, To: "Secret", Lenient: true},
}

const (
	storageClass = "storage.k8s.io/StorageClass"
	snapshots    = "snapshot.storage.k8s.io"
	dataSources  = snapshots + "/VolumeSnapshot,PersistentVolumeClaim,volsync.backube/ReplicationDestination,cdi.kubevirt.io/VolumeImportSource"
)
