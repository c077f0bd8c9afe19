import { styleText } from 'node:util';
import { StackEvent } from './cloudformation/stack-state';
import { Outcome } from './simulation';

/** How a deployment is printed. */
export interface Layout {
  readonly colour: boolean;
  /** Characters in a line; `Infinity` never wraps. */
  readonly width: number;
  /** Construct paths by logical id. */
  readonly paths: Readonly<Record<string, string>>;
}

const STATUS_WIDTH = 'CREATE_IN_PROGRESS'.length;
const TYPE_WIDTH = 32;
const INDENT = '    ';

/** An event as `cdk deploy` prints it, its reason wrapped underneath; nothing for one that only says that work goes on. */
export function formatEvent(event: StackEvent, layout: Layout): string | undefined {
  const isStack = event.type === 'AWS::CloudFormation::Stack' && event.logicalId === event.stackName;
  if (!isStack && event.status.endsWith('_IN_PROGRESS') && event.reason !== undefined) return undefined;
  const columns = [
    event.timestamp.slice(11, 19),
    paint(event.status.padEnd(STATUS_WIDTH), event.status, layout),
    event.type.padEnd(TYPE_WIDTH),
    nameOf(event.logicalId, layout),
  ];
  return [columns.join(' | '), ...reasonLines(event, layout)].join('\n');
}

/** How the stack ended, and why it did not end well. */
export function formatEnd(stackName: string, status: string, events: readonly StackEvent[], simulatedSeconds: number, layout: Layout): string {
  const failed = events.filter(event => event.status.endsWith('_FAILED') && !event.reason?.endsWith(' cancelled') && event.logicalId !== stackName);
  const reasons = failed.flatMap(event => [`${nameOf(event.logicalId, layout)} (${event.logicalId}): ${event.status}`, ...reasonLines(event, layout)]);
  const sign = isSuccess(status) ? '✅' : '❌';
  return [`${sign}  ${stackName}: ${paint(status, status, layout)} after ${formatDuration(simulatedSeconds)} (simulated)`, ...reasons].join('\n');
}

/** The copy jobs of the operation, and what AWS Backup was asked for them; nothing when there was neither. */
export function formatCopyJobs({ copyJobs, calls: { backup = {} } }: Pick<Outcome, 'copyJobs' | 'calls'>, since: number): string | undefined {
  const started = copyJobs.filter(({ createdAt }) => createdAt >= since);
  const asked = Object.entries(backup).map(([operation, { accepted, rejected, dropped }]) =>
    `${operation} ${accepted}${rejected + dropped > 0 ? ` (and ${rejected + dropped} refused or lost)` : ''}`);
  if (started.length + asked.length === 0) return undefined;
  return [
    `Copy jobs started: ${started.length}. Calls of AWS Backup: ${asked.join(', ')}`,
    ...started.map(({ copyJobId, state, createdAt, completedAt, statusMessage }) =>
      `  ${copyJobId} ${state}${completedAt ? ` after ${formatDuration((completedAt - createdAt) / 1_000)}` : ', goes on'}${statusMessage ? `: ${statusMessage}` : ''}`),
  ].join('\n');
}

/** The outputs as `cdk deploy` prints them. */
export function formatOutputs(stackName: string, outputs: Readonly<Record<string, string>>): string {
  return ['Outputs:', ...Object.entries(outputs).map(([name, value]) => `${stackName}.${name} = ${value}`)].join('\n');
}

/** What is in progress, on one line. */
export function formatProgress(inProgress: readonly string[], simulatedSeconds: number, layout: Layout): string {
  const line = `${formatDuration(simulatedSeconds)} (simulated), in progress: ${inProgress.map(id => nameOf(id, layout)).join(', ')}`;
  return line.length < layout.width ? line : `${line.slice(0, layout.width - 2)}…`;
}

/** A creation, update or deletion that went as it was meant to. */
export function isSuccess(status: string): boolean {
  return status.endsWith('_COMPLETE') && !status.includes('ROLLBACK');
}

/** The construct path without the stack and without the ids that CDK gives to what every construct has. */
function nameOf(logicalId: string, { paths }: Layout): string {
  const path = paths[logicalId]?.split('/').slice(1).filter(id => id !== 'Resource' && id !== 'Default').join('/');
  return path || logicalId;
}

function reasonLines({ reason }: StackEvent, { width }: Layout): string[] {
  return reason ? wrap(reason, width - INDENT.length).map(line => `${INDENT}${line}`) : [];
}

function formatDuration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return [...(hours > 0 ? [`${hours}h`] : []), ...(seconds >= 60 ? [`${minutes}m`] : []), `${Math.floor(seconds % 60)}s`].join(' ');
}

function paint(text: string, status: string, { colour }: Layout): string {
  if (!colour) return text;
  const bad = status.endsWith('_FAILED') || status.includes('ROLLBACK');
  // Whether there is a screen, the layout knows.
  return styleText(bad ? 'red' : status.endsWith('_COMPLETE') ? 'green' : 'cyan', text, { validateStream: false });
}

/** Between words; a word that is longer than the width stays whole, so that it can be copied. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
