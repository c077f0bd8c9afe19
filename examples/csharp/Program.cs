// Translated from minimal.ts; not compiled by the tests.
using Amazon.CDK;
using Amazon.CDK.AWS.Backup;
using CdkBackupCopyJob;

// One EBS snapshot, copied to a vault in another Region.
var app = new App();
var stack = new Stack(app, "DisasterRecoveryCopy", new StackProps
{
    Env = new Amazon.CDK.Environment { Account = "111122223333", Region = "us-east-1" },
});

var copy = new OneTimeCopyJob(stack, "Copy", new OneTimeCopyJobProps
{
    RecoveryPointArn = "arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0",
    SourceBackupVault = BackupVault.FromBackupVaultName(stack, "Source", "prod"),
    DestinationBackupVault = BackupVault.FromBackupVaultArn(stack, "Dr", "arn:aws:backup:eu-west-1:111122223333:backup-vault:dr"),
});
new CfnOutput(stack, "CopiedTo", new CfnOutputProps { Value = copy.DestinationRecoveryPointArn });

app.Synth();
