import { PolicyDocument } from './policy-document';

const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
const NETWORK_INTERFACES = [
  'ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses',
];

/** AWS managed policies by the part of their ARN after `policy/`, with only the actions that matter here. */
const AWS_MANAGED: Readonly<Record<string, PolicyDocument>> = {
  'service-role/AWSLambdaBasicExecutionRole': allow({ Action: LOGS, Resource: '*' }),
  'service-role/AWSLambdaVPCAccessExecutionRole': allow({ Action: [...LOGS, ...NETWORK_INTERFACES], Resource: '*' }),
  'service-role/AWSBackupServiceRolePolicyForBackup': allow(
    { Action: ['backup:DescribeBackupVault', 'backup:CopyIntoBackupVault'], Resource: 'arn:aws:backup:*:*:backup-vault:*' },
    { Action: 'backup:CopyFromBackupVault', Resource: '*' },
  ),
};

/** Whether AWS, not the account, owns the policy. */
export function isAwsManaged(policyArn: string): boolean {
  return /^arn:aws[a-z-]*:iam::aws:policy\//.test(policyArn);
}

/** The document of an AWS managed policy; one that the table does not hold is refused by name. */
export function awsManagedPolicy(policyArn: string): PolicyDocument {
  const name = policyArn.replace(/^.*?:policy\//, '');
  if (!Object.hasOwn(AWS_MANAGED, name)) {
    throw new Error(`The simulator does not know the AWS managed policy ${policyArn}`);
  }
  return inPartition(AWS_MANAGED[name], policyArn.split(':')[1]);
}

function allow(...grants: readonly { readonly Action: string | string[]; readonly Resource: string }[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: grants.map(grant => ({ Effect: 'Allow', ...grant })) };
}

function inPartition(document: PolicyDocument, partition: string): PolicyDocument {
  return partition === 'aws' ? document : JSON.parse(JSON.stringify(document).replace(/arn:aws:/g, `arn:${partition}:`)) as PolicyDocument;
}
