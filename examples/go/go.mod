module disaster-recovery-copy

go 1.25.0

require (
	github.com/aws/aws-cdk-go/awscdk/v2 v2.233.0
	github.com/aws/jsii-runtime-go v1.140.0
	// Put the newest release here; `go mod tidy` adds what else is needed.
	github.com/cdk-backup-copy-job/cdk-backup-copy-job-go/cdkbackupcopyjob v0.0.0
)
