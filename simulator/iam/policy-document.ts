import { actionProblem } from './action-grammar';
import { conditionProblem } from './condition-grammar';
import { IamError } from './iam-error';
import { resourceProblem } from './resource-grammar';

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: Statement | readonly Statement[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, unknown>>;
}

const STATEMENT_KEYS = ['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

/** The document as a policy of an identity, or IAM's refusal. */
export function identityPolicy(document: unknown): PolicyDocument {
  const policy = checked(document, statement => {
    if ('Principal' in statement || 'NotPrincipal' in statement) {
      throw malformed('Policy document should not specify a principal.');
    }
    exactlyOne(statement, 'Resource', 'NotResource', 'Policy statement must contain resources.');
    const { Resource: resource, NotResource: notResource } = statement as Statement;
    refuseFirst(listOf(resource ?? notResource!), resourceProblem);
  });
  if (policy.Version !== '2012-10-17') throw malformed('Policy document must be version 2012-10-17 or greater.');
  return policy;
}

/** The document as a role's trust policy, or IAM's refusal. */
export function trustPolicy(document: unknown): PolicyDocument {
  return checked(document, statement => {
    if ('Resource' in statement || 'NotResource' in statement) {
      throw malformed('Has prohibited field Resource');
    }
    if (!('Principal' in statement)) {
      throw malformed('Missing required field Principal');
    }
    const { Action: action, NotAction: notAction } = statement as Statement;
    if (notAction || !listOf(action!).every(name => /^sts:\w+$/.test(name))) {
      throw malformed('AssumeRole policy may only specify STS AssumeRole actions.');
    }
  });
}

/** Statements, also of a document that gives one without a list. */
export function statementsOf(document: PolicyDocument): readonly Statement[] {
  return listOf(document.Statement);
}

/** What IAM counts against its limits: the document without whitespace. */
export function policySize(document: PolicyDocument): number {
  return JSON.stringify(document).replace(/\s/g, '').length;
}

export function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

function checked(document: unknown, checkStatement: (statement: object) => void): PolicyDocument {
  if (!isObject(document) || Object.keys(document).some(key => !['Version', 'Id', 'Statement'].includes(key))) {
    throw malformed('Syntax errors in policy.');
  }
  const { Version: version, Statement: statements } = document as { Version?: unknown; Statement?: unknown };
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') {
    throw malformed('The policy must contain a valid version string');
  }
  if (statements === undefined || listOf(statements).length === 0) {
    throw malformed('Syntax errors in policy.');
  }
  for (const statement of listOf(statements)) {
    checkSyntax(statement);
    checkStatement(statement);
  }
  const sids = statementsOf(document as PolicyDocument).map(({ Sid: sid }) => sid).filter(sid => sid);
  if (new Set(sids).size < sids.length) throw malformed('Statement IDs (SID) in a single policy must be unique.');
  return document as PolicyDocument;
}

function checkSyntax(statement: unknown): asserts statement is object {
  if (!isObject(statement) || Object.keys(statement).some(key => !STATEMENT_KEYS.includes(key))) {
    throw malformed('Syntax errors in policy.');
  }
  const { Effect: effect, Sid: sid, Condition: condition } = statement as Partial<Statement>;
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw malformed(`Invalid effect: ${effect}`);
  }
  if (sid !== undefined && !(typeof sid === 'string' && /^[A-Za-z0-9]*$/.test(sid))) {
    throw malformed('Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*');
  }
  if (condition !== undefined && !isObject(condition)) {
    throw malformed('Syntax errors in policy.');
  }
  refuseFirst([condition ?? {}], conditionProblem);
  exactlyOne(statement, 'Action', 'NotAction', 'Policy statement must contain actions.');
  const { Action: action, NotAction: notAction } = statement as Statement;
  refuseFirst(listOf(action ?? notAction!), actionProblem);
}

function exactlyOne(statement: object, name: keyof Statement, negated: keyof Statement, message: string): void {
  const given = [name, negated].filter(key => key in statement);
  if (given.length === 0) {
    throw malformed(message);
  }
  const values = listOf((statement as Statement)[given[0] as 'Action']);
  if (given.length > 1 || values.length === 0 || !values.every(value => typeof value === 'string')) {
    throw malformed('Syntax errors in policy.');
  }
}

function refuseFirst<T>(values: readonly T[], problemOf: (value: T) => string | undefined): void {
  const problem = values.map(problemOf).find(found => found !== undefined);
  if (problem !== undefined) throw malformed(problem);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(message: string): IamError {
  return new IamError('MalformedPolicyDocument', message);
}
