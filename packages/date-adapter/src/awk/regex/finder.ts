// How an expression looks for its matches: by its automaton, or by something faster where its form allows it.

export type Finder = {
  /** Span of the match found last; a finder of the earliest end sets only `end`. */
  readonly begin: number;
  readonly end: number;
  /**
   * Looks in the record bytes[start, end) for a match that begins in bytes[from, end]. Allocates nothing.
   */
  find(bytes: Uint8Array, start: number, end: number, from: number): boolean;
  /** What was learned about the record so far holds no more. */
  forgetRecord(): void;
};
