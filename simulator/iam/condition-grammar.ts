import { conditionKeyProblem } from './action-grammar';

const COMPARISONS = ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'];

const OPERATORS = new Set([
  ...['Equals', 'NotEquals', 'EqualsIgnoreCase', 'NotEqualsIgnoreCase', 'Like', 'NotLike'].map(each => `String${each}`),
  ...COMPARISONS.map(each => `Numeric${each}`),
  ...COMPARISONS.map(each => `Date${each}`),
  ...['Equals', 'NotEquals', 'Like', 'NotLike'].map(each => `Arn${each}`),
  'Bool', 'BinaryEquals', 'IpAddress', 'NotIpAddress', 'Null',
]);

const SYNTAX = 'Syntax errors in policy.';

/** What IAM has against the conditions of a statement, in its words; undefined when nothing. */
export function conditionProblem(condition: object): string | undefined {
  return Object.entries(condition).map(([operator, keys]) => operatorProblem(operator, keys)).find(problem => problem !== undefined);
}

function operatorProblem(operator: string, keys: unknown): string | undefined {
  const plain = operator.replace(/^For(AnyValue|AllValues):/, '').replace(/(?<!^Null)IfExists$/, '');
  if (!OPERATORS.has(plain) || typeof keys !== 'object' || keys === null || Array.isArray(keys)) return SYNTAX;
  const values = Object.values(keys).flat();
  if (!values.every(value => ['string', 'number', 'boolean'].includes(typeof value))) return SYNTAX;
  const problem = Object.keys(keys).map(conditionKeyProblem).find(found => found !== undefined);
  if (problem) return problem;
  return plain.startsWith('Date') && !values.every(isDate) ? 'The policy failed legacy parsing' : undefined;
}

/** ISO 8601, or seconds since 1970. */
function isDate(value: unknown): boolean {
  return /^\d+$/.test(String(value)) || !Number.isNaN(Date.parse(String(value)));
}
