import { StackEvent } from '../../simulator/cloudformation/stack-state';
import { formatEnd, formatEvent, formatOutputs, formatProgress, Layout } from '../../simulator/report';
import { Terminal } from '../../simulator/terminal';

const layout: Layout = { colour: false, width: 60, paths: { Copy1ED8: 'Stack/Copy/Resource/Default', OddAB: 'Stack/Resource' } };
const event: StackEvent = {
  timestamp: '2030-01-01T12:34:56.789Z', stackName: 'Stack', logicalId: 'Copy1ED8', physicalId: 'id', type: 'Custom::Copy', status: 'CREATE_COMPLETE',
};
const failed: StackEvent = { ...event, status: 'CREATE_FAILED', reason: 'Copy job 1 ended FAILED: Access Denied trying to call AWS Backup service' };

describe('an event', () => {
  it('is one line with time, status, type and construct path', () => {
    expect(formatEvent(event, layout)).toBe('12:34:56 | CREATE_COMPLETE    | Custom::Copy                     | Copy');
  });

  it('shows its reason underneath, wrapped between words', () => {
    expect(formatEvent(failed, layout)!.split('\n').slice(1)).toEqual([
      '    Copy job 1 ended FAILED: Access Denied trying to call', '    AWS Backup service',
    ]);
  });

  it('keeps a word that is longer than the line', () => {
    expect(formatEvent({ ...failed, reason: `x ${'y'.repeat(80)}` }, layout)).toContain('y'.repeat(80));
  });

  it('is left out when it only says that work goes on, unless it is the stack\'s', () => {
    expect(formatEvent({ ...event, status: 'CREATE_IN_PROGRESS', reason: 'Resource creation Initiated' }, layout)).toBeUndefined();
    expect(formatEvent({ ...event, status: 'ROLLBACK_IN_PROGRESS', type: 'AWS::CloudFormation::Stack', logicalId: 'Stack', reason: 'why' }, layout)).toContain('why');
  });

  it.each([['CREATE_COMPLETE', 32], ['CREATE_IN_PROGRESS', 36], ['CREATE_FAILED', 31], ['ROLLBACK_COMPLETE', 31]])('has a colour of its own: %s', (status, code) => {
    expect(formatEvent({ ...event, status }, { ...layout, colour: true })).toContain(`\u001b[${code}m${status}`);
  });
});

describe('the end', () => {
  it('tells how long it took', () => {
    expect(formatEnd('Stack', 'CREATE_COMPLETE', [event], 3_725, layout)).toBe('✅  Stack: CREATE_COMPLETE after 1h 2m 5s (simulated)');
  });

  it('repeats what failed, and not what was cancelled because of it', () => {
    const cancelled = { ...event, logicalId: 'Other', status: 'CREATE_FAILED', reason: 'Resource creation cancelled' };
    const text = formatEnd('Stack', 'ROLLBACK_COMPLETE', [failed, cancelled], 59, layout);
    expect(text).toMatch(/^❌ {2}Stack: ROLLBACK_COMPLETE after 59s/);
    expect(text).toContain('Copy (Copy1ED8): CREATE_FAILED\n    Copy job 1');
    expect(text).not.toContain('Other');
  });

  it('lists the outputs', () => {
    expect(formatOutputs('Stack', { CopiedTo: 'arn' })).toBe('Outputs:\nStack.CopiedTo = arn');
  });
});

it('progress fits on one line', () => {
  expect(formatProgress(['Copy1ED8'], 61, layout)).toBe('1m 1s (simulated), in progress: Copy');
  expect(formatProgress(Array(20).fill('Copy1ED8'), 61, layout)).toHaveLength(59);
});

describe('a terminal', () => {
  const printed = (isTTY: boolean) => {
    const texts: string[] = [];
    const terminal = new Terminal({ isTTY, columns: 60, write: text => void texts.push(text) }, layout.paths, () => 0);
    terminal.event(event);
    terminal.close();
    return texts.join('');
  };

  it('keeps a line below the events on a screen', () => {
    expect(printed(true)).toBe(`\r\u001b[2K${formatEvent(event, { ...layout, colour: true })}\n\r\u001b[2K`);
  });

  it('writes plain lines elsewhere', () => {
    expect(printed(false)).toBe(`${formatEvent(event, layout)}\n`);
  });
});
