package reference

// backupRows are the references of operators for storage and backups.
var backupRows = []Row{
	// https://velero.io/docs/main/api-types/
	{From: velero + "/Backup", Path: "spec.storageLocation", To: velero + "/BackupStorageLocation"},
	{From: velero + "/Schedule", Path: "spec.template.storageLocation", To: velero + "/BackupStorageLocation"},
	{From: velero + "/Backup", Path: "spec.volumeSnapshotLocations[]", To: velero + "/VolumeSnapshotLocation"},
	{From: velero + "/Schedule", Path: "spec.template.volumeSnapshotLocations[]", To: velero + "/VolumeSnapshotLocation"},
	{From: velero + "/BackupStorageLocation," + velero + "/VolumeSnapshotLocation", Path: "spec.credential.name", Key: "key", To: "Secret"},
	{From: velero + "/Restore", Path: "spec.backupName", To: velero + "/Backup", Lenient: true},
	{From: velero + "/Restore", Path: "spec.scheduleName", To: velero + "/Schedule", Lenient: true},

	// https://volsync.readthedocs.io/en/stable/usage/
	{From: "volsync.backube/ReplicationSource", Path: "spec.sourcePVC", To: "PersistentVolumeClaim"},
	{From: volsync, Path: "spec.restic.repository", To: "Secret"},
	{From: volsync, Path: "spec.rclone.rcloneConfig", To: "Secret"},
	{From: volsync, Path: "spec.rsyncTLS.keySecret", To: "Secret"},
	{From: volsync, Path: "spec.rsync.sshKeys", To: "Secret"},
	{From: volsync, Path: "spec.**.customCA.secretName", To: "Secret"},
	{From: volsync, Path: "spec.**.customCA.configMapName", To: "ConfigMap"},
	{From: volsync, Path: "spec.**.moverServiceAccount", To: "ServiceAccount"},
	{From: volsync, Path: "spec.**.storageClassName", To: storageClass},
	{From: volsync, Path: "spec.**.cacheStorageClassName", To: storageClass},
	{From: volsync, Path: "spec.**.volumeSnapshotClassName", To: snapshots + "/VolumeSnapshotClass"},
	{From: "volsync.backube/ReplicationDestination", Path: "spec.**.destinationPVC", To: "PersistentVolumeClaim"},

	// https://k8up.io/k8up/2.11/references/api-reference.html
	{From: "k8up.io/Schedule,k8up.io/Backup,k8up.io/Restore,k8up.io/Archive,k8up.io/Check,k8up.io/Prune", Path: "spec.**.repoPasswordSecretRef.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: "k8up.io/Schedule,k8up.io/Backup,k8up.io/Restore,k8up.io/Archive,k8up.io/Check,k8up.io/Prune", Path: "spec.**.accessKeyIDSecretRef.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: "k8up.io/Schedule,k8up.io/Backup,k8up.io/Restore,k8up.io/Archive,k8up.io/Check,k8up.io/Prune", Path: "spec.**.secretAccessKeySecretRef.name", Key: "key", Optional: "optional", To: "Secret"},

	// https://rook.io/docs/rook/latest-release/CRDs/
	{From: "objectbucket.io/ObjectBucketClaim", Path: "spec.storageClassName", To: storageClass},
	{From: rook + "/CephObjectStoreUser", Path: "spec.store", Namespace: "clusterNamespace", To: rook + "/CephObjectStore"},
	{From: rook + "/CephFilesystemSubVolumeGroup", Path: "spec.filesystemName", To: rook + "/CephFilesystem"},
	{From: rook + "/CephBlockPoolRadosNamespace", Path: "spec.blockPoolName", To: rook + "/CephBlockPool"},
	{From: rook + "/CephObjectZone", Path: "spec.zoneGroup", To: rook + "/CephObjectZoneGroup"},
	{From: rook + "/CephObjectZoneGroup", Path: "spec.realm", To: rook + "/CephObjectRealm"},
	{From: rook + "/CephObjectStore", Path: "spec.gateway.sslCertificateRef", To: "Secret", Lenient: true},
	{From: storageClass, Path: "parameters.pool", To: rook + "/CephBlockPool", InNamespace: "*", Guess: true},
	{From: storageClass, Path: "parameters.fsName", To: rook + "/CephFilesystem", InNamespace: "*", Guess: true},
	{From: storageClass, Path: "parameters.objectStoreName", To: rook + "/CephObjectStore", InNamespace: "*", Guess: true},
	{From: "csi.ceph.io/OperatorConfig", Path: "spec.driverSpecDefaults.imageSet.name", To: "ConfigMap", Guess: true},
	{From: rook + "/CephBucketNotification", Path: "spec.topic", To: rook + "/CephBucketTopic"},
}

const (
	velero  = "velero.io"
	volsync = "volsync.backube/ReplicationSource,volsync.backube/ReplicationDestination"
	rook    = "ceph.rook.io"
)
