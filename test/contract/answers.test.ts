import * as sdk from '@aws-sdk/client-backup';
import { NormalizedSchema } from '@smithy/core/schema';
import { Exchange } from './exchange';
import { handlerExchanges } from './handler-exchanges';
import { refusalExchanges } from './refusal-exchanges';

type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

const OUTPUTS: Readonly<Record<string, { readonly output: SchemaRef; readonly operation: string }>> = {
  'PUT copy-jobs': { output: sdk.StartCopyJobOutput$, operation: 'StartCopyJob' },
  'GET copy-jobs': { output: sdk.DescribeCopyJobOutput$, operation: 'DescribeCopyJob' },
  'GET backup-vaults': { output: sdk.DescribeRecoveryPointOutput$, operation: 'DescribeRecoveryPoint' },
  'POST backup-vaults': { output: sdk.UpdateRecoveryPointLifecycleOutput$, operation: 'UpdateRecoveryPointLifecycle' },
};

/** AWS answers these to any request, and no service's model says so. */
const COMMON_ERRORS = ['AccessDeniedException', 'ThrottlingException'];

const route = ({ method, path }: Exchange) => `${method} ${path.split('/')[1]}`;

/** What the SDK's schema of a value does not allow, as `path: reason`. */
function violations(schema: NormalizedSchema, value: unknown, path: string): string[] {
  if (schema.isStructSchema()) {
    const members = new Map(schema.structIterator());
    return Object.entries(value as object).flatMap(([name, inner]) => {
      const member = members.get(name);
      return member ? violations(member, inner, `${path}.${name}`) : [`${path}.${name}: unknown`];
    });
  }
  if (schema.isMapSchema()) {
    return Object.entries(value as object).flatMap(([key, inner]) => violations(schema.getValueSchema(), inner, `${path}.${key}`));
  }
  if (schema.isListSchema()) return (value as unknown[]).flatMap((inner, n) => violations(schema.getValueSchema(), inner, `${path}[${n}]`));
  if (schema.isStringSchema()) return typeof value === 'string' ? [] : [`${path}: no string`];
  if (schema.isBooleanSchema()) return typeof value === 'boolean' ? [] : [`${path}: no boolean`];
  if (schema.isTimestampSchema()) return typeof value === 'number' ? [] : [`${path}: no time in seconds`];
  if (schema.isNumericSchema()) return Number.isSafeInteger(value) ? [] : [`${path}: no whole number`];
  return [`${path}: a type that is not known here`];
}

describe('the simulated AWS Backup', () => {
  let exchanges: Exchange[];
  beforeAll(async () => { exchanges = await handlerExchanges(); });

  it.each(Object.keys(OUTPUTS))('answers %s with members and types that AWS publishes', key => {
    const { output, operation } = OUTPUTS[key];
    const answers = exchanges.filter(exchange => route(exchange) === key && exchange.answer.status === 200)
      .map(({ answer }) => JSON.parse(answer.body));
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.flatMap(answer => violations(NormalizedSchema.of(output), answer, operation))).toEqual([]);
  });

  it('answers nothing to DeleteRecoveryPoint', () => {
    expect(new Set(exchanges.filter(({ method }) => method === 'DELETE').map(({ answer }) => answer.body))).toEqual(new Set(['']));
  });

  it('refuses with errors that AWS publishes', async () => {
    const codes = [...exchanges, ...await refusalExchanges()].filter(({ answer }) => answer.status !== 200)
      .map(({ answer }) => answer.headers['x-amzn-errortype']);
    expect(new Set(codes).size).toBeGreaterThan(4);
    expect(codes.filter(code => !COMMON_ERRORS.includes(code) && !(code in sdk))).toEqual([]);
  });
});
