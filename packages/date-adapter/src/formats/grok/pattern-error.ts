// What is wrong with somebody's pattern, and where. For whoever reports it to them.

export class PatternError extends Error {
  override name = 'PatternError';
  /** Index into the source, in UTF-16 units. */
  readonly at: number;

  constructor(what: string, source: string, at: number) {
    const from = Math.max(0, at - 20);
    super(`pattern, character ${at + 1}: ${what}, near ${JSON.stringify(source.slice(from, at + 10))}`);
    this.at = at;
  }
}
