import { Annotations } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** Warns of the construct; `Annotations.of(construct).acknowledgeWarning('cdk-backup-copy-job:id')` silences it. */
export function warn(scope: IConstruct, id: string, text: string): void {
  Annotations.of(scope).addWarningV2(`cdk-backup-copy-job:${id}`, text);
}
