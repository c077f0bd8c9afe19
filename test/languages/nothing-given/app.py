from aws_cdk import App, CfnOutput, Duration, Environment, Stack
from aws_cdk.aws_backup import BackupVault
from cdk_backup_copy_job import OneTimeCopyJob, OneTimeCopyJobProvider

app = App()
stack = Stack(app, "DisasterRecoveryCopy", env=Environment(account="111122223333", region="us-east-1"))

OneTimeCopyJobProvider.get_or_create(stack, poll_interval=Duration.minutes(1), vpc=None, log_group=None)
OneTimeCopyJobProvider.get_or_create(stack)
OneTimeCopyJobProvider.get_or_create(stack, poll_interval=None, security_groups=None)

copy = OneTimeCopyJob(
    stack,
    "Copy",
    recovery_point_arn="arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0",
    source_backup_vault=BackupVault.from_backup_vault_name(stack, "Source", "prod"),
    destination_backup_vault=BackupVault.from_backup_vault_arn(stack, "Dr", "arn:aws:backup:eu-west-1:111122223333:backup-vault:dr"),
    role=None,
    move_to_cold_storage_after=None,
    delete_after=None,
    opt_in_to_archive_for_supported_resources=None,
    remove_lifecycle=None,
    idempotency_token=None,
    wait_for_completion=None,
    timeout=None,
    removal_policy=None,
    provider=None,
)
CfnOutput(stack, "CopiedTo", value=copy.destination_recovery_point_arn)

app.synth()
