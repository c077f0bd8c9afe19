import {
  DeleteRecoveryPoint$, DescribeCopyJob$, DescribeRecoveryPoint$, StartCopyJob$, UpdateRecoveryPointLifecycle$,
} from '@aws-sdk/client-backup';
import { NormalizedSchema } from '@smithy/core/schema';
import { WireRequest } from '../wire';
import { BackupError } from './backup-error';

/** The operations that the simulator acts out, as AWS publishes them in its SDK. */
const OPERATION_SCHEMAS = {
  StartCopyJob: StartCopyJob$,
  DescribeCopyJob: DescribeCopyJob$,
  DescribeRecoveryPoint: DescribeRecoveryPoint$,
  UpdateRecoveryPointLifecycle: UpdateRecoveryPointLifecycle$,
  DeleteRecoveryPoint: DeleteRecoveryPoint$,
};

/** What the SDK's own type leaves open: the HTTP binding, and the input as a thunk. */
type OperationSchema = readonly [
  kind: number, namespace: string, name: string, traits: { readonly http: [string, string, number] }, input: () => SchemaRef,
];

type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

export type Operation = keyof typeof OPERATION_SCHEMAS;

const ACCOUNT = String.raw`\d{12}`;
/** AWS itself gives the vault of Amazon EFS another one. */
const VAULT_NAME = String.raw`([a-zA-Z0-9\-\_]{2,50}|aws\/efs\/automatic-backup-vault)`;

/** The SDK's schemas have no patterns: these are from the API reference, and the ARN formats. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  SourceBackupVaultName: new RegExp(`^${VAULT_NAME}$`),
  BackupVaultName: new RegExp(`^${VAULT_NAME}$`),
  BackupVaultAccountId: new RegExp(`^${ACCOUNT}$`),
  DestinationBackupVaultArn: new RegExp(`^arn:aws[a-z-]*:backup:[a-z0-9-]+:${ACCOUNT}:backup-vault:${VAULT_NAME}$`),
  IamRoleArn: new RegExp(String.raw`^arn:aws[a-z-]*:iam::${ACCOUNT}:role/[\w+=,.@/-]{1,564}$`),
  RecoveryPointArn: /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]+:(\d{12})?:.+$/,
  CopyJobId: /^[0-9A-Za-z-]+$/,
  IdempotencyToken: /^[\x21-\x7e]+$/,
};

export function isKnown(operation: string): operation is Operation {
  return Object.hasOwn(OPERATION_SCHEMAS, operation);
}

/** The input of the operation from path, query and body, checked strictly against the model. */
export function readInput(operation: Operation, request: WireRequest): Record<string, unknown> {
  const { schema, pathTemplate } = modelOf(operation);
  const members = [...schema.structIterator()];
  const labels = pathLabels(pathTemplate, request.path);
  const queryNames = new Map(members.map(([name, member]) => [member.getMergedTraits().httpQuery, name]));
  const query = [...request.query].map(([name, value]) => [queryNames.get(name) ?? refuseUnknown(name), value]);
  const body = readBody(request.body);
  for (const [name, member] of members.filter(([key]) => key in body)) {
    if (member.getMergedTraits().httpLabel || member.getMergedTraits().httpQuery) {
      refuseUnknown(name);
    }
  }
  const input = { ...Object.fromEntries([...labels, ...query]) as Record<string, unknown>, ...body };
  checkValue(schema, input, 'input');
  return input;
}

function modelOf(operation: Operation): { schema: NormalizedSchema; pathTemplate: string } {
  const [, , , traits, input] = OPERATION_SCHEMAS[operation] as unknown as OperationSchema;
  return { schema: NormalizedSchema.of(input()), pathTemplate: traits.http[1] };
}

function checkValue(schema: NormalizedSchema, value: unknown, name: string): void {
  if (schema.isStructSchema()) {
    checkStructure(schema, value, name);
  } else if (schema.isStringSchema()) {
    expect(typeof value === 'string', name, 'a string');
    if (!(PATTERNS[name]?.test(value as string) ?? true)) {
      throw new BackupError('InvalidParameterValueException', `Invalid parameter value for ${name}: ${value}`);
    }
  } else if (schema.isNumericSchema()) {
    expect(Number.isSafeInteger(value), name, 'a whole number');
  } else if (schema.isBooleanSchema()) {
    expect(typeof value === 'boolean', name, 'a boolean');
  } else {
    throw new Error(`The simulator does not know the type of ${name} in AWS Backup's model`);
  }
}

function checkStructure(schema: NormalizedSchema, value: unknown, name: string): void {
  expect(typeof value === 'object' && value !== null && !Array.isArray(value), name, 'an object');
  const members = new Map(schema.structIterator());
  for (const required of requiredMembers(schema)) {
    if (!Object.hasOwn(value as object, required)) {
      throw new BackupError('MissingParameterValueException', `Required parameter ${required} is missing`);
    }
  }
  for (const [key, entry] of Object.entries(value as object)) {
    checkValue(members.get(key) ?? refuseUnknown(key), entry, key);
  }
}

/** A structure's schema lists its required members first and ends with their number. */
function requiredMembers(schema: NormalizedSchema): readonly string[] {
  const [, , , , names, , required] = schema.getSchema() as unknown as [number, string, string, unknown, string[], unknown, number?];
  return names.slice(0, required ?? 0);
}

function pathLabels(template: string, path: string): [string, string][] {
  const values = path.split('/');
  return template.split('/').flatMap((part, i): [string, string][] => {
    const label = /^\{(\w+)\}$/.exec(part);
    return label ? [[label[1], decode(values[i])]] : [];
  });
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new BackupError('InvalidRequestException', `The path cannot be decoded: ${segment}`);
  }
}

function readBody(body: string): Record<string, unknown> {
  if (body === '') {
    return {};
  }
  try {
    const parsed: unknown = JSON.parse(body);
    expect(typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed), 'The body', 'an object');
    return parsed as Record<string, unknown>;
  } catch (error) {
    throw error instanceof SyntaxError ? new BackupError('InvalidRequestException', 'The body is not JSON') : error;
  }
}

function expect(holds: boolean, name: string, type: string): void {
  if (!holds) {
    throw new BackupError('InvalidRequestException', `${name} must be ${type}`);
  }
}

function refuseUnknown(name: string): never {
  throw new BackupError('InvalidRequestException', `${name} is not a member of the request`);
}
