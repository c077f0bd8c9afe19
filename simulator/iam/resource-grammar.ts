const PARTITIONS = ['aws', 'aws-cn', 'aws-us-gov', 'aws-iso', 'aws-iso-b', 'aws-iso-e', 'aws-iso-f', 'aws-eusc'];

/** What a resource of IAM begins with. */
const IAM_PATHS = [
  'user/', 'federated-user/', 'role/', 'group/', 'instance-profile/', 'mfa/', 'server-certificate/', 'policy/', 'sms-mfa/', 'saml-provider/',
  'oidc-provider/', 'report/', 'access-report/',
];

/** What IAM has against a resource of a policy, in its words; undefined when nothing. */
export function resourceProblem(resource: string): string | undefined {
  if (resource === '*') return undefined;
  if (!resource.startsWith('arn:')) return notAnArn(resource);
  const [, partition, service, region, account, ...rest] = resource.split(':');
  if (partition !== '*' && !PARTITIONS.includes(partition)) return `Partition "${partition}" is not valid for resource "${resource}".`;
  if (!service || /[^a-z0-9.-]/i.test(service)) return 'Resource vendor must be fully qualified and cannot contain regexes.';
  const name = rest.join(':');
  if (account === undefined || name === '') return notAnArn(resource);
  if (service === 's3' && region !== '' && !name.startsWith('accesspoint/')) return `Resource ${resource} can not contain region information.`;
  if (service === 'iam') return iamProblem(resource, region, name);
  return undefined;
}

function iamProblem(resource: string, region: string, name: string): string | undefined {
  if (region !== '') return `IAM resource ${resource} cannot contain region information.`;
  if (name.startsWith('*') || IAM_PATHS.some(path => name.startsWith(path))) return undefined;
  return `IAM resource path must either be "*" or start with ${IAM_PATHS.join(', ')}.`;
}

function notAnArn(resource: string): string {
  return `Resource ${resource} must be in ARN format or "*".`;
}
