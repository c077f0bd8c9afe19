import { createHash } from 'node:crypto';

/** A stream of chance: one seed gives one sequence. */
export class SeededRandom {
  private pool = Buffer.alloc(0);
  private blocks = 0;

  constructor(private readonly seed: string) {}

  bytes(size: number): Buffer {
    while (this.pool.length < size) {
      this.blocks += 1;
      this.pool = Buffer.concat([this.pool, createHash('sha256').update(`${this.seed}#${this.blocks}`).digest()]);
    }
    const taken = this.pool.subarray(0, size);
    this.pool = this.pool.subarray(size);
    return taken;
  }

  /** 0 <= x < 1. */
  number(): number {
    return this.bytes(6).readUIntBE(0, 6) / 2 ** 48;
  }

  /** From `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.number() * (max - min + 1));
  }

  uuid(): string {
    const hex = this.bytes(16).toString('hex');
    const variant = '89ab'[this.integer(0, 3)];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
