/** What IAM has against an action of a policy, in its words; undefined when nothing. It knows no action by name. */
export function actionProblem(action: string): string | undefined {
  if (action === '*') return undefined;
  const [vendor, name, ...others] = action.split(':');
  if (name === undefined) return PREFACED;
  if (others.length > 0) return 'Actions/Condition can contain only one colon.';
  return vendor === '*' || isVendor(vendor) ? undefined : `Vendor ${vendor} is not valid`;
}

/** What IAM has against the key of a condition. */
export function conditionKeyProblem(key: string): string | undefined {
  const [vendor, name] = key.split(':');
  if (!name) return PREFACED;
  return isVendor(vendor) ? undefined : `Vendor ${vendor} is not valid`;
}

const PREFACED = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';

function isVendor(text: string): boolean {
  return /^[a-z0-9.-]+$/i.test(text);
}
