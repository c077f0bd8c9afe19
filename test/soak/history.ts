import * as fc from 'fast-check';
import { Setting } from './setting';
import { calmWeather, Weather, weather } from './weather';

/** One thing that happens to a stack. */
export type Operation =
  /** The stack is created, or updated by what changes; the neighbour may fail so long after its own beginning. */
  | { readonly kind: 'deploy'; readonly change: Partial<Setting>; readonly neighbourFailsAfter?: number; readonly weather: Weather }
  | { readonly kind: 'delete'; readonly weather: Weather }
  | { readonly kind: 'pass'; readonly minutes: number }
  /** AWS Backup loses its memory, or somebody deletes every copy. */
  | { readonly kind: 'lose'; readonly what: 'tokens' | 'jobs' | 'copies' };

/** Shrinks to fewer operations with less trouble. */
export interface History {
  readonly seed: number;
  readonly first: Setting;
  readonly operations: readonly Operation[];
}

const props = {
  hasCopy: fc.constantFrom(true, true, true, false),
  id: fc.constantFrom('Copy', 'Renamed'),
  point: fc.constantFrom('A', 'B', 'C'),
  destination: fc.constantFrom('dublin', 'frankfurt'),
  deleteAfterDays: fc.constantFrom(undefined, 30, 60),
  timeoutMinutes: fc.constantFrom(55, 20, 120),
  policy: fc.constantFrom('RETAIN', 'DESTROY'),
  deletesAll: fc.constantFrom(false, false, true),
  role: fc.constantFrom('backup', 'other', 'stack'),
  waits: fc.constantFrom(true, true, false),
  token: fc.constantFrom(undefined, undefined, 'mine'),
  pollSeconds: fc.constantFrom(60, 30),
  neighbour: fc.constantFrom('beside', 'behind'),
} satisfies Record<keyof Setting, fc.Arbitrary<unknown>>;

const first: fc.Arbitrary<Setting> = fc.record({
  ...props,
  hasCopy: fc.constant(true),
  id: fc.constant('Copy'),
  point: fc.constant('A'),
  pollSeconds: fc.constant(60),
}) as fc.Arbitrary<Setting>;

/** What an update is about: mostly one prop, and content more often than the rest. */
const ONE_PROP: readonly (keyof Setting)[] = [
  'point', 'point', 'point', 'destination', 'deleteAfterDays', 'deleteAfterDays', 'timeoutMinutes', 'policy', 'deletesAll', 'role', 'waits', 'token', 'pollSeconds',
  'hasCopy', 'id',
];
const oneProp = fc.constantFrom(...ONE_PROP)
  .chain(name => (props[name] as fc.Arbitrary<unknown>).map((value): Partial<Setting> => ({ [name]: value })));

const change: fc.Arbitrary<Partial<Setting>> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 5, arbitrary: oneProp },
  { weight: 2, arbitrary: fc.tuple(oneProp, oneProp).map(([a, b]) => ({ ...a, ...b })) },
);

const deploy: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constant('deploy' as const),
  change,
  neighbourFailsAfter: fc.option(fc.constantFrom(1, 20, 200, 900), { nil: undefined, freq: 3 }),
  weather,
});

/** Mostly one that succeeds, so that there is something to update. */
const creation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: calmWeather.map(calm => ({ kind: 'deploy' as const, change: {}, weather: calm })) },
  { weight: 1, arbitrary: deploy.map(created => ({ ...created, change: {} })) },
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 10, arbitrary: deploy },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), weather }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), minutes: fc.constantFrom(3, 70, 180) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), what: fc.constantFrom('tokens', 'jobs', 'copies') }) },
);

export const history: fc.Arbitrary<History> = fc.noBias(fc.record({
  seed: fc.nat(1_000_000),
  first,
  operations: fc.tuple(creation, fc.array(operation, { minLength: 1, maxLength: 5 }))
    .map(([created, rest]) => [created, ...rest]),
}));
