import { CloudFormationFixture, customResource, FUNCTION, topic } from './cloudformation-fixture';

let aws: CloudFormationFixture;

beforeEach(() => {
  aws = new CloudFormationFixture();
});

const answering = (data: Record<string, unknown>) => () => ({ answer: { Data: data } });

describe('creation', () => {
  it('creates what a resource refers to before it, and gives outputs their values', async () => {
    aws.behaviour = answering({ Arn: 'arn:copy' });
    const state = await aws.deploy({ ...FUNCTION, Copy: customResource() }, { Outputs: { CopiedTo: { Value: { 'Fn::GetAtt': ['Copy', 'Arn'] } } } });
    expect(state.status).toBe('CREATE_COMPLETE');
    expect(state.outputs).toEqual({ CopiedTo: 'arn:copy' });
    expect(aws.history().filter(line => line.endsWith('CREATE_COMPLETE')))
      .toEqual(['Role CREATE_COMPLETE', 'Function CREATE_COMPLETE', 'Copy CREATE_COMPLETE', 'Stack CREATE_COMPLETE']);
  });

  it('creates independent resources at once', async () => {
    aws.behaviour = () => ({ afterSeconds: 600 });
    await aws.deploy({ ...FUNCTION, One: customResource(), Two: customResource() });
    expect(aws.eventOf('Two', 'CREATE_IN_PROGRESS').timestamp).toBe(aws.eventOf('One', 'CREATE_IN_PROGRESS').timestamp);
  });

  it('sends what CloudFormation sends: every scalar a string, a pre-signed URL without a port', async () => {
    await aws.deploy({ ...FUNCTION, Copy: customResource({ Days: 365, Flag: true, List: [1, { Deep: false }], ServiceTimeout: 300 }) });
    const [event] = aws.requests;
    expect(event).toEqual({
      RequestType: 'Create',
      RequestId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      StackId: expect.stringMatching(/^arn:aws:cloudformation:us-east-1:111122223333:stack\/Stack\/[0-9a-f-]{36}$/),
      ResponseURL: expect.stringMatching(/^https:\/\/cloudformation-custom-resource-response-useast1\.s3\.us-east-1\.amazonaws\.com\/arn%3Aaws%3A.*X-Amz-Expires=7200/),
      ServiceToken: expect.stringContaining(':function:Stack-Function-'),
      LogicalResourceId: 'Copy',
      ResourceType: 'Custom::Copy',
      ResourceProperties: {
        ServiceToken: expect.stringContaining(':function:'), Days: '365', Flag: 'true', List: ['1', { Deep: 'false' }], ServiceTimeout: '300',
      },
    });
    expect(new URL(event.ResponseURL).searchParams.get('X-Amz-Date')).toMatch(/^20300101T0000\d\dZ$/);
  });

  it('makes roles and functions act, and gives vaults to AWS Backup', async () => {
    const state = await aws.deploy({ ...FUNCTION, Vault: { Type: 'AWS::Backup::BackupVault', Properties: { BackupVaultName: 'prod' } } });
    const vault = 'arn:aws:backup:us-east-1:111122223333:backup-vault:prod';
    expect(aws.calls).toEqual([`declare ${vault}`, `put ${vault}`]);
    expect([...aws.functions]).toEqual([state.resources.Function.attributes.Arn]);
    expect(aws.iam.denial(String(state.resources.Role.attributes.Arn), 'backup:StartCopyJob', '*')).toContain('is not authorized');
  });

  it('gives the same events for the same seed', async () => {
    const other = new CloudFormationFixture();
    const resources = { ...FUNCTION, One: customResource(), A: topic(), B: topic() };
    await aws.deploy(resources);
    await other.deploy(resources);
    expect(other.events).toEqual(aws.events);
  });
});

describe('a failed creation', () => {
  const failingAt = (id: string, answer: Record<string, unknown> = {}) => (event: { LogicalResourceId: string; RequestType: string }) => (
    event.LogicalResourceId === id && event.RequestType === 'Create' ? { answer: { Status: 'FAILED', Reason: 'no room', ...answer } } : {});

  it('is rolled back in reverse order and keeps what is always retained', async () => {
    aws.behaviour = failingAt('Copy');
    const state = await aws.deploy({
      ...FUNCTION, Kept: topic('a', { DeletionPolicy: 'Retain' }), New: topic('a', { DeletionPolicy: 'RetainExceptOnCreate' }), Copy: customResource({}, { DependsOn: ['Kept', 'New'] }),
    });
    expect(state.status).toBe('ROLLBACK_COMPLETE');
    expect(aws.eventOf('Copy', 'CREATE_FAILED').reason).toBe(`Received response status [FAILED] from custom resource. Message returned: no room (RequestId: ${aws.requests[0].RequestId})`);
    expect(aws.eventOf('Stack', 'ROLLBACK_IN_PROGRESS').reason).toBe('The following resource(s) failed to create: [Copy]. Rollback requested by user.');
    expect(aws.history().filter(line => /DELETE_(COMPLETE|SKIPPED)/.test(line)).sort())
      .toEqual(['Copy DELETE_COMPLETE', 'Function DELETE_COMPLETE', 'Kept DELETE_SKIPPED', 'New DELETE_COMPLETE', 'Role DELETE_COMPLETE']);
    expect(aws.history().indexOf('Copy DELETE_COMPLETE')).toBeLessThan(aws.history().indexOf('Function DELETE_IN_PROGRESS'));
    expect(aws.functions.size).toBe(0);
  });

  it('sends the Delete with the id that the failed Create answered', async () => {
    aws.behaviour = failingAt('Copy', { PhysicalResourceId: 'marker' });
    await aws.deploy({ ...FUNCTION, Copy: customResource() });
    expect(aws.requests.map(({ RequestType: type, PhysicalResourceId: id }) => [type, id])).toEqual([['Create', undefined], ['Delete', 'marker']]);
  });

  it('cancels what is in progress, and deletes it under an id that it makes up', async () => {
    aws.behaviour = event => event.LogicalResourceId === 'Slow' && event.RequestType === 'Create' ? { afterSeconds: 1_000, answer: { PhysicalResourceId: 'late' } } : failingAt('Copy')(event);
    const state = await aws.deploy({ ...FUNCTION, Copy: customResource(), Slow: customResource() });
    expect(aws.eventOf('Slow', 'CREATE_FAILED').reason).toBe('Resource creation cancelled');
    expect(aws.requests.find(event => event.LogicalResourceId === 'Slow' && event.RequestType === 'Delete')!.PhysicalResourceId).toMatch(/^Stack-Slow-[A-Z0-9]{12}$/);
    await aws.wait(2_000);
    expect(state).toMatchObject({ status: 'ROLLBACK_COMPLETE', resources: {} });
    expect(aws.customResources.correspondence.find(({ event }) => event.LogicalResourceId === 'Slow')!.answers).toHaveLength(1);
  });

  it('ends in ROLLBACK_FAILED when a Delete fails, and spares what that resource needs', async () => {
    aws.behaviour = () => ({ answer: { Status: 'FAILED', Reason: 'no' } });
    const state = await aws.deploy({ ...FUNCTION, Copy: customResource() });
    expect(state.status).toBe('ROLLBACK_FAILED');
    expect(Object.keys(state.resources).sort()).toEqual(['Copy', 'Function', 'Role']);
  });

  it('is deleted and made anew under another id by the next deployment', async () => {
    aws.behaviour = failingAt('Copy');
    const { id } = await aws.deploy({ ...FUNCTION, Copy: customResource() });
    aws.behaviour = () => ({});
    const state = await aws.deploy({ ...FUNCTION, Copy: customResource() });
    expect(state.status).toBe('CREATE_COMPLETE');
    expect(state.id).not.toBe(id);
  });

  it('fails resources that the scenario lets fail', async () => {
    aws.failing.add('Neighbour');
    expect((await aws.deploy({ Neighbour: topic() })).status).toBe('ROLLBACK_COMPLETE');
    expect(aws.history()).not.toContain('Neighbour DELETE_IN_PROGRESS');
  });

  it('fails when a property or an output asks for an attribute that was not answered', async () => {
    expect((await aws.deploy({ ...FUNCTION, Copy: customResource(), Topic: topic({ 'Fn::GetAtt': ['Copy', 'Arn'] }) })).status).toBe('ROLLBACK_COMPLETE');
    expect(aws.eventOf('Topic', 'CREATE_FAILED').reason).toMatch(/Vendor response doesn't contain Arn attribute in object arn:.*\|Copy\|/);
    aws.state = undefined;
    const state = await aws.deploy({ ...FUNCTION, Copy: customResource() }, { Outputs: { Out: { Value: { 'Fn::GetAtt': ['Copy', 'Arn'] } } } });
    expect(state.status).toBe('ROLLBACK_COMPLETE');
  });
});

describe('an answer', () => {
  const reasonOf = async (reaction: Parameters<typeof answering>[0], body?: string) => {
    aws.behaviour = event => event.RequestType === 'Create' ? { answer: reaction, body } : {};
    await aws.deploy({ ...FUNCTION, Copy: customResource() });
    return aws.eventOf('Copy', 'CREATE_FAILED').reason;
  };

  it.each([
    ['of another request', { RequestId: 'x' }, /RequestId is not the request's/],
    ['of another stack', { StackId: 'x' }, /StackId is not the request's/],
    ['of another resource', { LogicalResourceId: 'x' }, /LogicalResourceId is not/],
    ['without an id', { PhysicalResourceId: undefined }, /PhysicalResourceId must be a non-empty string/],
    ['with an empty id', { PhysicalResourceId: '' }, /PhysicalResourceId must be a non-empty string/],
    ['with an id of 1,025 bytes', { PhysicalResourceId: 'é'.repeat(512) + 'x' }, /longer than 1024 bytes/],
    ['of 4,097 bytes', { Data: { Text: 'x'.repeat(4_000) } }, /Response object is too long/],
    ['of 4,000 characters and more bytes', { Data: { Text: 'é'.repeat(2_500) } }, /Response object is too long/],
    ['of no known status', { Status: 'DONE' }, /Status must be/],
    ['that failed without a reason', { Status: 'FAILED' }, /Reason is required/],
    ['whose data is no object', { Data: 'x' }, /Data must be an object/],
  ])('%s fails the resource', async (_what, answer, reason) => {
    expect(await reasonOf(answer)).toMatch(reason);
  });

  it('that is not JSON fails the resource', async () => {
    expect(await reasonOf({}, '{')).toMatch(/not a JSON object/);
  });

  it('with an id of 1,024 bytes is fine', async () => {
    aws.behaviour = event => ({ answer: { PhysicalResourceId: event.PhysicalResourceId ?? 'x'.repeat(1_024) } });
    expect((await aws.deploy({ ...FUNCTION, Copy: customResource() })).status).toBe('CREATE_COMPLETE');
  });

  it('to a Delete must name the id that was sent', async () => {
    await aws.deploy({ ...FUNCTION, Copy: customResource() });
    aws.behaviour = () => ({ answer: { PhysicalResourceId: 'other' } });
    expect((await aws.delete()).status).toBe('DELETE_FAILED');
  });

  it('counts once: a second one is recorded and changes nothing', async () => {
    await aws.deploy({ ...FUNCTION, Copy: customResource() });
    expect(await aws.put(aws.requests[0].ResponseURL, '{}')).toBe(200);
    expect(aws.customResources.correspondence[0].answers).toHaveLength(2);
    expect(aws.state!.status).toBe('CREATE_COMPLETE');
    await aws.wait(3_600);
    expect(aws.customResources.correspondence[0].timedOut).toBe(false);
  });

  it('is refused by S3 with another signature or after two hours', async () => {
    await aws.deploy({ ...FUNCTION, Copy: customResource() });
    const url = aws.requests[0].ResponseURL;
    expect(await aws.put(url, '{}', 'POST')).toBe(403);
    expect(await aws.put(url.replace(/Signature=\w/, 'Signature=z'), '{}')).toBe(403);
    await aws.wait(7_201);
    expect(await aws.put(url, '{}')).toBe(403);
  });

  it.each([[undefined, 3_600], [120, 120]])('that never comes fails the resource at its ServiceTimeout (%s)', async (ServiceTimeout, seconds) => {
    aws.behaviour = event => event.RequestType === 'Create' ? undefined : {};
    await aws.deploy({ ...FUNCTION, Copy: customResource(ServiceTimeout ? { ServiceTimeout } : {}) });
    const failed = aws.eventOf('Copy', 'CREATE_FAILED');
    expect(failed.reason).toContain(`CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${aws.requests[0].RequestId}]`);
    expect(Date.parse(failed.timestamp) - Date.parse(aws.eventOf('Copy', 'CREATE_IN_PROGRESS').timestamp)).toBe(seconds * 1_000);
  });
});

describe('deletion', () => {
  it('deletes dependents first and keeps what is retained', async () => {
    await aws.deploy({
      ...FUNCTION, Kept: topic('a', { DeletionPolicy: 'Retain' }), Old: topic('a', { DeletionPolicy: 'RetainExceptOnCreate' }), Copy: customResource(),
    });
    aws.clear();
    expect((await aws.delete()).status).toBe('DELETE_COMPLETE');
    expect(aws.history().filter(line => !line.endsWith('PROGRESS')))
      .toEqual(['Kept DELETE_SKIPPED', 'Old DELETE_SKIPPED', 'Copy DELETE_COMPLETE', 'Function DELETE_COMPLETE', 'Role DELETE_COMPLETE', 'Stack DELETE_COMPLETE']);
    expect(aws.requests[0]).toMatchObject({ RequestType: 'Delete', PhysicalResourceId: 'Copy-1' });
  });

  it('that failed can be tried again', async () => {
    await aws.deploy({ ...FUNCTION, Copy: customResource() });
    aws.behaviour = () => ({ answer: { Status: 'FAILED', Reason: 'still running' } });
    expect(await aws.delete()).toMatchObject({ status: 'DELETE_FAILED', statusReason: 'The following resource(s) failed to delete: [Copy]. ' });
    aws.behaviour = () => ({});
    expect((await aws.delete()).status).toBe('DELETE_COMPLETE');
  });
});
