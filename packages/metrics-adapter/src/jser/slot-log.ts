// Where in a stream the values of boxes lie: what the reader notes and a shape is made of. Reused from reply to reply.

export class SlotLog {
  /** Position in the stream of each value's first byte. */
  readonly positions: number[] = [];
  /** Its primitive type: J, D, I ... */
  readonly codes: string[] = [];

  /** Notes a slot; its index is the result. */
  add(position: number, code: string): number {
    this.codes.push(code);
    return this.positions.push(position) - 1;
  }

  clear(): void {
    this.positions.length = 0;
    this.codes.length = 0;
  }
}
