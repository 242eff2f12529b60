// Where does a record end? Records are lines, or events of several lines. Hot, pure.
// For the reader (how much of what I read may leave: everything up to the last complete record) and for
// the formats (record by record). A framer never looks at files or clocks; waiting and giving up are the reader's.

export interface Framer {
  /** Bytes of one terminator; also the step to which a cut inside a record must be aligned. */
  readonly width: number;
  /** The byte that a terminator contains; enough to count lines from the start or the end of a file. */
  readonly newlineByte: number;
  /** Index just past the last complete record in data[from, to), or `from` when there is none. */
  lastEnd(data: Buffer, from: number, to: number): number;
  /** Index just past the first record in data[from, to), or -1 when it is not complete. */
  firstEnd(data: Buffer, from: number, to: number): number;
  /** The framer of single lines underneath (itself, where records are lines): for events cut short. */
  readonly lines: Framer;
}

/** Lines ended by one byte: LF, or NUL for `tail -z`. */
export class ByteFramer implements Framer {
  readonly width = 1;
  readonly lines = this;
  readonly newlineByte: number;

  constructor(byte: number) {
    this.newlineByte = byte;
  }

  lastEnd(data: Buffer, from: number, to: number): number {
    // A negative offset would count from the end of the buffer, where old bytes are.
    const at = to <= from ? -1 : data.lastIndexOf(this.newlineByte, to - 1);
    return at < from ? from : at + 1;
  }

  firstEnd(data: Buffer, from: number, to: number): number {
    const at = data.indexOf(this.newlineByte, from);
    return at === -1 || at >= to ? -1 : at + 1;
  }
}

/** Lines of UTF-16: a newline is two bytes, and counts only where it does not straddle two characters. */
export class Utf16Framer implements Framer {
  readonly width = 2;
  readonly lines = this;
  readonly newlineByte = 0x0a;
  readonly #newline: Buffer;

  constructor(byteOrder: 'le' | 'be') {
    this.#newline = Buffer.from(byteOrder === 'le' ? [0x0a, 0x00] : [0x00, 0x0a]);
  }

  lastEnd(data: Buffer, from: number, to: number): number {
    let at = to - from < 2 ? -1 : data.lastIndexOf(this.#newline, to - 2);
    while (at >= from && (at - from) % 2 !== 0) at = at === 0 ? -1 : data.lastIndexOf(this.#newline, at - 1);
    return at < from ? from : at + 2;
  }

  firstEnd(data: Buffer, from: number, to: number): number {
    let at = data.indexOf(this.#newline, from);
    while (at !== -1 && (at - from) % 2 !== 0) at = data.indexOf(this.#newline, at + 1);
    return at === -1 || at + 2 > to ? -1 : at + 2;
  }
}

/**
 * How much of a line a multi-line pattern sees. Patterns are the operator's and run on a backtracking engine:
 * a bounded subject bounds what a bad one can cost.
 */
const PATTERN_SUBJECT_BYTES = 1024;

/**
 * Events of several lines: a line that matches `start` begins one, a line that matches `end` closes one.
 * With `start` alone an event is complete only when the next one has begun (or the file went quiet).
 */
export class EventFramer implements Framer {
  readonly width: number;
  readonly lines: Framer;
  readonly newlineByte: number;
  readonly #start: RegExp | undefined;
  readonly #end: RegExp | undefined;
  readonly #decoder: TextDecoder;

  constructor(lines: Framer, patterns: { start?: RegExp; end?: RegExp }, encoding = 'utf-8') {
    this.width = lines.width;
    this.newlineByte = lines.newlineByte;
    this.lines = lines;
    this.#start = patterns.start;
    this.#end = patterns.end;
    this.#decoder = new TextDecoder(encoding);
  }

  lastEnd(data: Buffer, from: number, to: number): number {
    let complete = from;
    for (let at = from; ; at = complete) {
      const end = this.firstEnd(data, at, to);
      if (end === -1) return complete;
      complete = end;
    }
  }

  firstEnd(data: Buffer, from: number, to: number): number {
    for (let at = from; ;) {
      const end = this.lines.firstEnd(data, at, to);
      if (end === -1) return -1;
      if (at > from && this.#matches(this.#start, data, at, end)) return at;
      if (this.#matches(this.#end, data, at, end)) return end;
      at = end;
    }
  }

  #matches(pattern: RegExp | undefined, data: Buffer, from: number, end: number): boolean {
    if (pattern === undefined) return false;
    const subject = data.subarray(from, Math.min(end - this.width, from + PATTERN_SUBJECT_BYTES));
    return pattern.test(this.#decoder.decode(subject));
  }
}
