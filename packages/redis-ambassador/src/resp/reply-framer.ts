// Where does a server's reply end? Hot, pure, knows no command. For upstream connections: the bytes of a reply are passed
// on as they come, in slices of what was read; this only counts until it is complete. RESP2 and RESP3.
// A reply is never taken apart: of an aggregate only the number of values still to come is kept, however deep it nests.

const [LF, CR, MINUS, ZERO] = [10, 13, 45, 48];

/** What a type byte announces: a line, a payload of n bytes, n values, 2n values, or an attribute (2n and the value). */
const LINE = 1;
const PAYLOAD = 2;
const VALUES = 3;
const PAIRS = 4;
const ATTRIBUTE = 5;

const kinds = new Uint8Array(256);
for (const [types, kind] of [
  ['+-:,#_(', LINE],
  ['$=!', PAYLOAD],
  ['*~>', VALUES],
  ['%', PAIRS],
  ['|', ATTRIBUTE],
] as const) {
  for (const type of types) kinds[type.charCodeAt(0)] = kind;
}

export class ReplyFramer {
  /** Bytes came that are no reply; nothing after them can be trusted. */
  broken = false;
  /** Values that the reply still lacks; 0 between replies. */
  #lacks = 0;
  /** Bytes left of a payload, its CRLF included. */
  #payload = 0;
  /** Inside a header line: what it announces (0: outside), and the number so far. */
  #kind = 0;
  #number = 0;
  #negative = false;

  /** Whether the next byte begins a reply. */
  get between(): boolean {
    return this.#lacks === 0;
  }

  /** Index behind the reply that begins, or goes on, at data[from]; when it is not complete, `to`, and not `between`. */
  next(data: Buffer, from: number, to: number): number {
    let at = from;
    let lacks = this.#lacks === 0 ? 1 : this.#lacks;
    while (at < to) {
      if (this.#payload > 0) {
        const taken = Math.min(this.#payload, to - at);
        this.#payload -= taken;
        at += taken;
        if (this.#payload > 0) break;
        if (--lacks === 0) break;
        continue;
      }
      if (this.#kind === 0 && !this.#begin(data[at++]!)) return this.#fail(to);
      if (this.#kind === LINE) {
        while (at < to && data[at] !== LF) at++;
        if (at === to) break;
        at++;
        this.#kind = 0;
        if (--lacks === 0) break;
        continue;
      }
      let number = this.#number;
      let byte = 0;
      while (at < to && (byte = data[at++]!) !== LF) {
        if (byte >= ZERO && byte < ZERO + 10) number = number * 10 + byte - ZERO;
        else if (byte === MINUS) this.#negative = true;
        else if (byte !== CR) return this.#fail(to);
      }
      this.#number = number;
      if (byte !== LF) break;
      lacks = this.#announced(lacks);
      if (lacks === 0) break;
    }
    this.#lacks = lacks;
    return at;
  }

  #begin(type: number): boolean {
    this.#kind = kinds[type]!;
    this.#number = 0;
    this.#negative = false;
    return this.#kind !== 0;
  }

  /** A header line has ended: how many values are lacking now. */
  #announced(lacks: number): number {
    const kind = this.#kind;
    this.#kind = 0;
    if (this.#negative) return lacks - 1; // RESP2's null
    if (kind === VALUES) return lacks - 1 + this.#number;
    if (kind === PAIRS) return lacks - 1 + 2 * this.#number;
    if (kind === ATTRIBUTE) return lacks + 2 * this.#number;
    this.#payload = this.#number + 2;
    return lacks;
  }

  #fail(to: number): number {
    this.broken = true;
    this.#lacks = 1;
    return to;
  }
}
