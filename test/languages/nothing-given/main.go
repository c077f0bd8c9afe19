package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbackup"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdk-backup-copy-job/cdk-backup-copy-job-go/cdkbackupcopyjob"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("DisasterRecoveryCopy"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("us-east-1")},
	})

	cdkbackupcopyjob.OneTimeCopyJobProvider_GetOrCreate(stack, &cdkbackupcopyjob.OneTimeCopyJobProviderProps{
		PollInterval: awscdk.Duration_Minutes(jsii.Number(1)),
		Vpc:          nil,
	})
	cdkbackupcopyjob.OneTimeCopyJobProvider_GetOrCreate(stack, nil)
	cdkbackupcopyjob.OneTimeCopyJobProvider_GetOrCreate(stack, &cdkbackupcopyjob.OneTimeCopyJobProviderProps{})

	source := awsbackup.BackupVault_FromBackupVaultName(stack, jsii.String("Source"), jsii.String("prod"))
	dr := awsbackup.BackupVault_FromBackupVaultArn(stack, jsii.String("Dr"), jsii.String("arn:aws:backup:eu-west-1:111122223333:backup-vault:dr"))
	job := cdkbackupcopyjob.NewOneTimeCopyJob(stack, jsii.String("Copy"), &cdkbackupcopyjob.OneTimeCopyJobProps{
		RecoveryPointArn:                    jsii.String("arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0"),
		SourceBackupVault:                   source,
		DestinationBackupVault:              dr,
		Role:                                nil,
		MoveToColdStorageAfter:              nil,
		DeleteAfter:                         nil,
		OptInToArchiveForSupportedResources: nil,
		RemoveLifecycle:                     nil,
		IdempotencyToken:                    nil,
		WaitForCompletion:                   nil,
		Timeout:                             nil,
		RemovalPolicy:                       "",
		Provider:                            nil,
	})
	awscdk.NewCfnOutput(stack, jsii.String("CopiedTo"), &awscdk.CfnOutputProps{Value: job.DestinationRecoveryPointArn()})

	app.Synth(nil)
}
