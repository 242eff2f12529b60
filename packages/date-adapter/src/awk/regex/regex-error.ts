// The refusal of a regular expression, with the place in its source. For the front end, which turns the offset into
// file, line and column; and for programs whose expressions are made while they run.

/** `offset` counts bytes of a source given as bytes, UTF-16 units of one given as a string. */
export class RegexError extends Error {
  override readonly name = 'RegexError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
