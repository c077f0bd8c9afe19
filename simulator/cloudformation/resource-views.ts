import { StackState } from './stack-state';

/** What CloudFormation's API says of a resource from some time on; JSON. */
export interface ResourceView {
  readonly since: number;
  /** When the status became what it is. */
  readonly updated: number;
  readonly type: string;
  /** '' while the resource has none. */
  readonly physicalId: string;
  /** '' when the resource is gone. */
  readonly status: string;
}

/** Nothing is shown later than this after it happened. */
const LONGEST_LAG = 600_000;

/** Notes how the resource stands now, so that it can be shown late. */
export function noteView(state: StackState, logicalId: string, now: number): void {
  const views = state.views[logicalId] ?? [];
  const latest = views.at(-1);
  const { type = latest?.type ?? '', physicalId = '', status = '' } = state.resources[logicalId] ?? {};
  if (latest && latest.status === status && latest.physicalId === physicalId) return;
  const view = { since: now, updated: latest?.status === status ? latest.updated : now, type, physicalId, status };
  // One that is as old as can be shown is enough.
  const old = views.filter(({ since }) => since <= now - LONGEST_LAG);
  state.views[logicalId] = [...old.slice(-1), ...views.slice(old.length), view];
}

/** The resources that CloudFormation shows, by logical id, as they were at that time. */
export function viewsAt({ views }: StackState, time: number): Map<string, ResourceView> {
  const shown = Object.entries(views).map(([id, all]) => [id, all.filter(({ since }) => since <= time).at(-1)] as const);
  return new Map(shown.filter((entry): entry is readonly [string, ResourceView] => !!entry[1]?.status));
}
