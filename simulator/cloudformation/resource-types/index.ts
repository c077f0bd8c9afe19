import { NotSimulated } from '../errors';
import { ResourceType } from '../resource-type';
import { airGappedVault, backupVault } from './backup-vault';
import { lambdaFunction, logGroup, stateMachine } from './compute';
import { custom } from './custom';
import { managedPolicy, policy, role } from './iam';
import { INERT } from './inert';
import { nestedStack } from './nested-stack';
import { PlainType, plainType } from './plain-type';

const PLAIN: Readonly<Record<string, PlainType>> = {
  ...INERT,
  'AWS::Backup::BackupVault': backupVault,
  'AWS::Backup::LogicallyAirGappedBackupVault': airGappedVault,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::Role': role,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Logs::LogGroup': logGroup,
  'AWS::StepFunctions::StateMachine': stateMachine,
};

/** Custom resources of aws-cdk-lib whose functions call services that are not simulated. */
const OUT_OF_REACH: Readonly<Record<string, string>> = {
  'Custom::AWS': 'any AWS service',
  'Custom::CrossRegionExportReader': 'Systems Manager',
  'Custom::CrossRegionExportWriter': 'Systems Manager',
  'Custom::LogRetention': 'CloudWatch Logs',
  'Custom::S3AutoDeleteObjects': 'S3',
  'Custom::VpcRestrictDefaultSG': 'EC2',
};

const TYPES: Readonly<Record<string, ResourceType>> = {
  ...Object.fromEntries(Object.entries(PLAIN).map(([name, type]) => [name, plainType(type)])),
  'AWS::CloudFormation::CustomResource': custom,
  'AWS::CloudFormation::Stack': nestedStack,
};

/** How resources of that type behave; a type that is not known is refused by name. */
export function resourceType(type: string): ResourceType {
  if (type in OUT_OF_REACH) throw new NotSimulated(`The resource type ${type} is not simulated: its function calls ${OUT_OF_REACH[type]}.`);
  const known = type.startsWith('Custom::') ? custom : TYPES[type];
  if (!known) throw new NotSimulated(`The resource type ${type} is not simulated.`);
  return known;
}
