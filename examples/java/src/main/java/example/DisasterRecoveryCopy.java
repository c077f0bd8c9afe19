package example;

import io.github.cdkbackupcopyjob.OneTimeCopyJob;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.backup.BackupVault;

/** One EBS snapshot, copied to a vault in another Region. */
public class DisasterRecoveryCopy {
    public static void main(String[] args) {
        App app = new App();
        Stack stack = new Stack(app, "DisasterRecoveryCopy", StackProps.builder()
                .env(Environment.builder().account("111122223333").region("us-east-1").build())
                .build());

        OneTimeCopyJob copy = OneTimeCopyJob.Builder.create(stack, "Copy")
                .recoveryPointArn("arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0")
                .sourceBackupVault(BackupVault.fromBackupVaultName(stack, "Source", "prod"))
                .destinationBackupVault(BackupVault.fromBackupVaultArn(stack, "Dr", "arn:aws:backup:eu-west-1:111122223333:backup-vault:dr"))
                .build();
        CfnOutput.Builder.create(stack, "CopiedTo").value(copy.getDestinationRecoveryPointArn()).build();

        app.synth();
    }
}
