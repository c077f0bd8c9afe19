import { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { parseRequest } from '../../lambda/messages/request';

const NOW = Date.UTC(2026, 0, 1, 12);

function event(changes: { url?: string; properties?: Record<string, unknown>; type?: string; old?: Record<string, unknown> } = {}) {
  return {
    RequestType: changes.type ?? 'Create',
    RequestId: 'request',
    StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Stack/9d1e4c5a',
    LogicalResourceId: 'Copy',
    ResponseURL: changes.url ?? 'https://bucket.s3.amazonaws.com/?X-Amz-Date=20260101T115500Z&X-Amz-Expires=7200',
    ResourceProperties: {
      ServiceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:framework',
      RecoveryPointArn: 'arn:aws:ec2:us-east-1::snapshot/snap-1',
      SourceBackupVaultName: 'prod',
      SourceRegion: 'us-east-1',
      DestinationBackupVaultArn: 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr',
      IamRoleArn: 'arn:aws:iam::111122223333:role/copy',
      RemovalPolicy: 'retain',
      ConstructPath: 'Stack/Copy',
      TimeoutSeconds: '3300',
      WaitForCompletion: 'true',
      ...changes.properties,
    },
    OldResourceProperties: changes.old,
  } as unknown as CloudFormationCustomResourceEvent;
}

describe('the time of a request', () => {
  it.each([
    ['the date of the signature', 'https://b.s3.amazonaws.com/?X-Amz-Date=20260101T115500Z&X-Amz-Expires=7200', Date.UTC(2026, 0, 1, 11, 55)],
    ['the end of an older signature less two hours', `https://b.s3.amazonaws.com/?AWSAccessKeyId=A&Expires=${Date.UTC(2026, 0, 1, 13) / 1_000}`, Date.UTC(2026, 0, 1, 11)],
    ['now, when the URL says nothing', 'https://b.s3.amazonaws.com/', NOW],
    ['now, when there is no URL', '', NOW],
  ])('is %s', (_, url, time) => {
    expect(parseRequest(event({ url }), NOW)).toMatchObject({ time, deadline: time + 3_300_000 });
  });
});

describe('properties', () => {
  it('get their numbers and booleans back from the strings of CloudFormation', () => {
    const Lifecycle = { MoveToColdStorageAfterDays: '-1', DeleteAfterDays: '365', OptInToArchiveForSupportedResources: 'true' };
    expect(parseRequest(event({ properties: { Lifecycle } }), NOW).properties).toMatchObject({
      TimeoutSeconds: 3300,
      Lifecycle: { MoveToColdStorageAfterDays: -1, DeleteAfterDays: 365, OptInToArchiveForSupportedResources: true },
    });
    expect(parseRequest(event({ properties: { Lifecycle: { OptInToArchiveForSupportedResources: 'false' } } }), NOW).properties.Lifecycle)
      .toEqual({ OptInToArchiveForSupportedResources: false });
  });

  it('name account and Region of the stack', () => {
    expect(parseRequest(event(), NOW).stack).toMatchObject({ account: '111122223333', region: 'eu-west-1' });
  });

  it.each([
    [{ RecoveryPointArn: undefined }, 'The property RecoveryPointArn is missing.'],
    [{ SourceRegion: '' }, 'The property SourceRegion must be a text that is not empty.'],
    [{ IamRoleArn: ['a'] }, 'The property IamRoleArn must be a text that is not empty.'],
    [{ TimeoutSeconds: 'soon' }, "The property TimeoutSeconds is 'soon', not a whole number."],
    [{ Lifecycle: { DeleteAfterDays: '1.5' } }, "The property Lifecycle.DeleteAfterDays is '1.5', not a whole number."],
    [{ TimeoutSeconds: '0' }, "The property TimeoutSeconds is '0', not a whole number from 1."],
    [{ TimeoutSeconds: '0x10' }, "The property TimeoutSeconds is '0x10', not a whole number."],
    [{ TimeoutSeconds: '9'.repeat(17) }, `The property TimeoutSeconds is '${'9'.repeat(17)}', not a whole number.`],
    [{ DestinationBackupVaultArn: 'dr' }, "The property DestinationBackupVaultArn is 'dr', not the ARN of a backup vault."],
    [{ RemovalPolicy: 'Destroy' }, "The property RemovalPolicy is 'Destroy', not retain or destroy."],
    [{ WaitForCompletion: 'yes' }, "The property WaitForCompletion is 'yes', not true or false."],
    [{ Lifecycle: { OptInToArchiveForSupportedResources: 'yes' } },
      "The property Lifecycle.OptInToArchiveForSupportedResources is 'yes', not true or false."],
    [{ Lifecycle: { DeleteAfterDays: '' } }, "The property Lifecycle.DeleteAfterDays is '', not a whole number."],
    [{ Lifecycle: { DeleteAfterDays: null } }, 'The property Lifecycle.DeleteAfterDays is null, not a whole number.'],
    [{ Lifecycle: { DeleteAfterDays: ['5'] } }, 'The property Lifecycle.DeleteAfterDays is ["5"], not a whole number.'],
    [{ Lifecycle: 'never' }, "The property Lifecycle is 'never', not an object."],
    [{ Lifecycle: null }, 'The property Lifecycle is null, not an object.'],
    [{ Lifecycle: [] }, 'The property Lifecycle is [], not an object.'],
  ])('%j are an error', (properties, message) => {
    expect(() => parseRequest(event({ properties }), NOW)).toThrow(message);
  });

  it.each([
    ['text', { RemovalPolicy: 'x'.repeat(5_000) }, ', not retain or destroy.'],
    ['a list', { Lifecycle: Array(5_000).fill('x') }, ', not an object.'],
  ])('of far too much of %s do not hide what is allowed', (_what, properties, allowed) => {
    expect(() => parseRequest(event({ properties }), NOW)).toThrow(allowed);
  });
});

describe('old properties', () => {
  const old = (properties: Record<string, unknown>) => parseRequest(event({ type: 'Update', old: properties }), NOW).oldProperties;

  it('tell what an update has to know of them', () => {
    expect(old({ WaitForCompletion: 'true', Lifecycle: { DeleteAfterDays: '365' } }))
      .toEqual({ WaitForCompletion: true, Lifecycle: { DeleteAfterDays: 365 } });
    expect(old({ WaitForCompletion: 'false' })).toEqual({ WaitForCompletion: false });
  });

  it('may be what was refused, and then have a lifecycle that is like no other', () => {
    expect(old({ RecoveryPointArn: '', WaitForCompletion: 'yes', Lifecycle: { DeleteAfterDays: 'soon' } }))
      .toEqual({ WaitForCompletion: false, Lifecycle: {} });
  });
});
