import { peerDependencies } from '../../package.json';

/** The oldest releases that the package declares, by name. */
export const OLDEST_CDK = Object.fromEntries(Object.entries(peerDependencies).map(([name, range]) => [name, range.replace('^', '')]));
