// What is wrong with a layout, and where in it. For people: the message ends with the layout and a caret under the
// place. Thrown only while layouts are compiled, never by data.

export class LayoutError extends Error {
  override readonly name = 'LayoutError';
  /** Offset into the layout, in UTF-16 units. */
  readonly offset: number;
  readonly layout: string;
  readonly what: string;

  constructor(layout: string, offset: number, what: string) {
    super(`${what}\n  ${layout}\n  ${' '.repeat(offset)}^`);
    this.layout = layout;
    this.offset = offset;
    this.what = what;
  }
}
