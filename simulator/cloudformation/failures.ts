export type Verb = 'create' | 'update' | 'delete';

/** Resources that an operation failed at, by what it was doing to them. */
export class Failures {
  private readonly resources: Record<Verb, string[]> = { create: [], update: [], delete: [] };

  add(verb: Verb, logicalId: string): void {
    this.resources[verb].push(logicalId);
  }

  /** As CloudFormation words it; `undefined` when nothing failed. */
  describe(): string | undefined {
    const sentences = (['create', 'update', 'delete'] as const)
      .filter(verb => this.resources[verb].length > 0)
      .map(verb => `The following resource(s) failed to ${verb}: [${this.resources[verb].join(', ')}]. `);
    return sentences.length > 0 ? sentences.join('') : undefined;
  }
}
