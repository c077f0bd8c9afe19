import * as fc from 'fast-check';
import { Setting, StackName } from './setting';
import { calmWeather, Weather, weather } from './weather';

/** One thing that happens to a stack. */
export type Operation =
  /** A stack is created, or updated by what changes; the neighbour may fail so long after its own beginning. */
  | {
    readonly kind: 'deploy';
    readonly stackName: StackName;
    readonly change: Partial<Setting>;
    readonly neighbourFailsAfter?: number;
    /** What fails stays as it is. */
    readonly noRollback: boolean;
    readonly weather: Weather;
  }
  | { readonly kind: 'delete'; readonly stackName: StackName; readonly weather: Weather }
  /** A stack that was kept as it failed is taken back, or a rollback that failed goes on. */
  | { readonly kind: 'rollBack'; readonly weather: Weather }
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
  place: fc.constantFrom('stack', 'group', 'nested'),
  logicalId: fc.constantFrom('derived', 'derived', 'other'),
  point: fc.constantFrom('A', 'B', 'C'),
  pointIs: fc.constantFrom('literal', 'literal', 'parameter'),
  destination: fc.constantFrom('dublin', 'dublin', 'frankfurt', 'elsewhere'),
  lifecycle: fc.constantFrom('none', 'none', 'month', 'months', 'cold', 'never'),
  timeoutMinutes: fc.constantFrom(55, 20, 120),
  policy: fc.constantFrom('RETAIN', 'DESTROY'),
  deletesAll: fc.constantFrom(false, false, true),
  role: fc.constantFrom('backup', 'other', 'stack'),
  waits: fc.constantFrom(true, true, false),
  token: fc.constantFrom(undefined, undefined, 'mine'),
  pollSeconds: fc.constantFrom(60, 30),
  neighbour: fc.constantFrom('beside', 'behind'),
  stackName: fc.constant('Stack'),
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
  'point', 'point', 'point', 'destination', 'lifecycle', 'lifecycle', 'timeoutMinutes', 'policy', 'deletesAll', 'role', 'waits', 'token', 'pollSeconds',
  'hasCopy', 'id', 'place', 'place', 'logicalId', 'logicalId', 'pointIs',
];
const oneProp = fc.constantFrom(...ONE_PROP)
  .chain(name => (props[name] as fc.Arbitrary<unknown>).map((value): Partial<Setting> => ({ [name]: value })));

const change: fc.Arbitrary<Partial<Setting>> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 5, arbitrary: oneProp },
  { weight: 2, arbitrary: fc.tuple(oneProp, oneProp).map(([a, b]) => ({ ...a, ...b })) },
);

const stackName = fc.oneof({ weight: 7, arbitrary: fc.constant('Stack' as const) }, { weight: 1, arbitrary: fc.constant('Twin' as const) });

const deploy: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constant('deploy' as const),
  stackName,
  change,
  noRollback: fc.constantFrom(false, false, false, false, false, true),
  neighbourFailsAfter: fc.option(fc.constantFrom(1, 20, 200, 900), { nil: undefined, freq: 3 }),
  weather,
});

/** Mostly one that succeeds, so that there is something to update. */
const creation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: calmWeather.map(calm => ({ kind: 'deploy' as const, stackName: 'Stack' as const, change: {}, noRollback: false, weather: calm })) },
  { weight: 1, arbitrary: deploy.map(created => ({ ...created, stackName: 'Stack' as const, change: {} })) },
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 10, arbitrary: deploy },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), stackName, weather }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rollBack' as const), weather }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), minutes: fc.constantFrom(3, 70, 180) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), what: fc.constantFrom('tokens', 'jobs', 'copies') }) },
);

export const history: fc.Arbitrary<History> = fc.noBias(fc.record({
  seed: fc.nat(1_000_000),
  first,
  operations: fc.tuple(creation, fc.array(operation, { minLength: 1, maxLength: 5 }))
    .map(([created, rest]) => [created, ...rest]),
}));
