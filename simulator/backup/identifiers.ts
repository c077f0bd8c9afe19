/** Identifiers as AWS makes them, from seeded chance. */
export class Identifiers {
  constructor(private readonly random: () => number) {}

  hex(length: number): string {
    return Array.from({ length }, () => Math.floor(this.random() * 16).toString(16)).join('');
  }

  uuid(): string {
    return [8, 4, 4, 4, 12].map(length => this.hex(length)).join('-');
  }
}
