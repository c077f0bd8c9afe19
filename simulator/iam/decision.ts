import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import { PolicyDocument } from './policy-document';

/** Everything that says what a role may do at one moment. */
export interface Permissions {
  readonly identityPolicies: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument;
}

export interface AccessRequest {
  readonly roleArn: string;
  readonly action: string;
  readonly resourceArn: string;
  readonly context: Readonly<Record<string, string>>;
}

interface Decision {
  readonly documents: readonly PolicyDocument[];
  readonly refusal: string | undefined;
}

/** Decides on requests, and remembers: thousands of polls ask the same of policies that have not changed. */
export class Decisions {
  private readonly known = new Map<string, Decision>();

  /** Why the request is refused, as the end of AWS's sentence; undefined when it is allowed. */
  refusal(permissions: Permissions, request: AccessRequest): string | undefined {
    const documents = [...permissions.identityPolicies, ...permissions.boundary ? [permissions.boundary] : []];
    const key = JSON.stringify([request, permissions.boundary !== undefined]);
    const known = this.known.get(key);
    if (known && known.documents.length === documents.length && known.documents.every((document, i) => document === documents[i])) {
      return known.refusal;
    }
    const decision = { documents, refusal: refusal(permissions, request) };
    this.known.set(key, decision);
    return decision.refusal;
  }
}

function refusal({ identityPolicies, boundary }: Permissions, request: AccessRequest): string | undefined {
  return refusalBy('identity-based policy', 'an identity-based policy', identityPolicies, request)
    ?? (boundary && refusalBy('permissions boundary', 'a permissions boundary', [boundary], request));
}

function refusalBy(kind: string, one: string, policies: readonly PolicyDocument[], request: AccessRequest): string | undefined {
  switch (evaluate(policies, request)) {
    case 'Allowed': return undefined;
    case 'ExplicitlyDenied': return `with an explicit deny in ${one}`;
    default: return `because no ${kind} allows the ${request.action} action`;
  }
}

type EvaluationResult = ReturnType<typeof runUnsafeSimulation>;

function evaluate(policies: readonly PolicyDocument[], { roleArn, action, resourceArn, context }: AccessRequest): EvaluationResult {
  const accountId = roleArn.split(':')[4];
  return runUnsafeSimulation({
    request: {
      principal: roleArn,
      action,
      // With another account here, a resource policy would have to allow it too: that is for the service to decide.
      resource: { resource: resourceArn, accountId },
      contextVariables: { 'aws:PrincipalArn': roleArn, 'aws:PrincipalAccount': accountId, 'aws:SecureTransport': 'true', ...context },
    },
    identityPolicies: policies.map((policy, i) => ({ name: String(i), policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, {});
}
