from aws_cdk import App, CfnOutput, Environment, Stack
from aws_cdk.aws_backup import BackupVault
from cdk_backup_copy_job import OneTimeCopyJob

# One EBS snapshot, copied to a vault in another Region.
app = App()
stack = Stack(app, "DisasterRecoveryCopy", env=Environment(account="111122223333", region="us-east-1"))

copy = OneTimeCopyJob(
    stack,
    "Copy",
    recovery_point_arn="arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0",
    source_backup_vault=BackupVault.from_backup_vault_name(stack, "Source", "prod"),
    destination_backup_vault=BackupVault.from_backup_vault_arn(stack, "Dr", "arn:aws:backup:eu-west-1:111122223333:backup-vault:dr"),
)
CfnOutput(stack, "CopiedTo", value=copy.destination_recovery_point_arn)

app.synth()
