import { AssemblyStack, Assets } from '../simulator/assembly';

/** Gives what is the same asset the folder that it had first, so that function processes which have run it can be used again. */
export class KnownAssets {
  private known: Assets = {};

  of(stack: AssemblyStack): AssemblyStack {
    this.known = { ...stack.assets, ...this.known };
    return { ...stack, assets: Object.fromEntries(Object.keys(stack.assets).map(key => [key, this.known[key]])) };
  }
}
