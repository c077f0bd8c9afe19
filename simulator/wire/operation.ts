import { WireRequest } from '../wire';

/** Every operation that the simulated services know, by service. */
export const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  'backup': ['StartCopyJob', 'DescribeCopyJob', 'DescribeRecoveryPoint', 'UpdateRecoveryPointLifecycle', 'DeleteRecoveryPoint'],
  'lambda': ['Invoke', 'GetFunction', 'GetFunctionConfiguration'],
  'states': ['StartExecution'],
  'cloudformation': ['DescribeStacks', 'DescribeStackResource', 'ListStackResources'],
  'response-url': ['Respond'],
};

const ROUTES: readonly { readonly service: string; readonly route: RegExp; readonly operation: string }[] = [
  { service: 'backup', route: /^PUT \/copy-jobs$/, operation: 'StartCopyJob' },
  { service: 'backup', route: /^GET \/copy-jobs\/[^/]+$/, operation: 'DescribeCopyJob' },
  { service: 'backup', route: /^GET \/backup-vaults\/[^/]+\/recovery-points\/[^/]+$/, operation: 'DescribeRecoveryPoint' },
  { service: 'backup', route: /^POST \/backup-vaults\/[^/]+\/recovery-points\/[^/]+$/, operation: 'UpdateRecoveryPointLifecycle' },
  { service: 'backup', route: /^DELETE \/backup-vaults\/[^/]+\/recovery-points\/[^/]+$/, operation: 'DeleteRecoveryPoint' },
  { service: 'lambda', route: /^POST \/2015-03-31\/functions\/[^/]+\/invocations$/, operation: 'Invoke' },
  { service: 'lambda', route: /^GET \/2015-03-31\/functions\/[^/]+$/, operation: 'GetFunction' },
  { service: 'lambda', route: /^GET \/2015-03-31\/functions\/[^/]+\/configuration$/, operation: 'GetFunctionConfiguration' },
  { service: 'response-url', route: /^PUT /, operation: 'Respond' },
];

/** The operation that a request asks for; what no route knows keeps its method and path as its name. */
export function operationOf(request: WireRequest): string {
  const route = `${request.method} ${request.path}`;
  return ROUTES.find(known => known.service === request.service && known.route.test(route))?.operation
    ?? request.headers['x-amz-target']?.split('.').pop()
    ?? (request.service === 'cloudformation' ? new URLSearchParams(request.body).get('Action') : undefined)
    ?? route;
}
