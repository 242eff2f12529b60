// Where does a client's command end, and where in it are its arguments? Hot, pure, knows no command.
// For the session: bytes go in as they come (feed), commands come out one by one (next) as a range of bytes that can be
// passed on as it is, with the offsets of the arguments; nothing is decoded and nothing allocated per command.
// Stricter than Redis where bytes could mean one thing here and another there (CRLF, leading zeros): many clients share
// one upstream connection, and a disagreement about where a command ends would mix them up.
import { encodeCommand, splitInline } from './inline-command.ts';

/** What next() found: nothing complete yet, a command, or bytes that no protocol allows (see `error`). */
export const MORE = 0;
export const COMMAND = 1;
export const BROKEN = 2;
export type Step = typeof MORE | typeof COMMAND | typeof BROKEN;

const [CR, LF, STAR, DOLLAR, MINUS] = [13, 10, 42, 36, 45];
/** PROTO_INLINE_MAX_SIZE of Redis' server.h: also the longest header line. */
const MAX_LINE_BYTES = 64 * 1024;
/** proto-max-bulk-len, the server's default. */
const MAX_BULK_BYTES = 512 * 1024 * 1024;
const MAX_ARGUMENTS = 1024 * 1024;
const FIRST_ASSEMBLY_BYTES = 16 * 1024;

/** Results of #header() that are no number. */
const INCOMPLETE = -2;
const INVALID = -3;

const NOTHING = Buffer.alloc(0);

export type FramerLimits = { readonly maxBulkBytes?: number; readonly maxArguments?: number };

export class RequestFramer {
  /** The command found last: data[start, end). Never written to again, so ranges of it may be kept. */
  data: Buffer = NOTHING;
  start = 0;
  end = 0;
  /** Its arguments, the name included: data[args[2i], args[2i + 1]) is argument i. */
  argc = 0;
  args = new Int32Array(64);
  /** After BROKEN, in Redis' words. */
  error = '';

  #bytes: Buffer = NOTHING;
  #begin = 0;
  #at = 0;
  #to = 0;
  /** Arguments still to come; 0 between commands. */
  #left = 0;
  /** Length of the argument being read; -1 before its header. */
  #bulk = -1;
  #owned = false;
  readonly #maxBulkBytes: number;
  readonly #maxArguments: number;

  constructor({ maxBulkBytes = MAX_BULK_BYTES, maxArguments = MAX_ARGUMENTS }: FramerLimits = {}) {
    this.#maxBulkBytes = maxBulkBytes;
    this.#maxArguments = maxArguments;
  }

  /** Bytes held that are no complete command yet. */
  get heldBytes(): number {
    return this.#to - this.#at;
  }

  /**
   * Takes the next bytes of the stream, chunk[from, to). Call next() until it says MORE before feeding again, or feed more:
   * both work.
   */
  feed(chunk: Buffer, from = 0, to = chunk.length): void {
    if (this.#begin === this.#to) {
      this.#bytes = chunk;
      this.#begin = this.#at = from;
      this.#to = to;
      this.#owned = false;
    } else this.#append(chunk, from, to);
  }

  /** Lets go of what was fed, of which an unfinished command is copied, and of the last command: a long wait may come. */
  rest(): void {
    this.data = NOTHING;
    const held = this.#to - this.#begin;
    if (held > 0) {
      if (!this.#owned) this.#moveTo(Buffer.allocUnsafeSlow(held));
      return;
    }
    this.#bytes = NOTHING;
    this.#begin = this.#at = this.#to = 0;
  }

  next(): Step {
    if (this.#left === 0) {
      const begun = this.#open();
      if (begun !== COMMAND) return begun;
      if (this.#left === 0) return COMMAND; // an inline command
    }
    const bytes = this.#bytes;
    while (this.#left > 0) {
      if (this.#bulk < 0) {
        if (this.#at >= this.#to) return MORE;
        if (bytes[this.#at] !== DOLLAR) return this.#expectedDollar();
        const length = this.#header();
        if (length === INCOMPLETE) return this.#waitForLine('too big bulk count string');
        if (length < 0 || length > this.#maxBulkBytes) return this.#fail('invalid bulk length');
        this.#bulk = length;
      }
      const end = this.#at + this.#bulk;
      if (end + 2 > this.#to) return MORE;
      if (bytes[end] !== CR || bytes[end + 1] !== LF) return this.#fail('invalid bulk length');
      this.#addArgument(this.#at, end);
      this.#at = end + 2;
      this.#bulk = -1;
      this.#left--;
    }
    this.data = bytes;
    this.start = this.#begin;
    this.end = this.#begin = this.#at;
    return COMMAND;
  }

  /** Reads what begins a command. COMMAND: its arguments follow, or, with none left, it was an inline command. */
  #open(): Step {
    for (;;) {
      this.argc = 0;
      this.#begin = this.#at;
      if (this.#at >= this.#to) return MORE;
      if (this.#bytes[this.#at] !== STAR) {
        const step = this.#inline();
        if (step !== COMMAND || this.argc > 0) return step;
        continue; // an empty line
      }
      const count = this.#header();
      if (count === INCOMPLETE) return this.#waitForLine('too big mbulk count string');
      if (count === INVALID || count > this.#maxArguments) return this.#fail('invalid multibulk length');
      if (count > 0) {
        this.#left = count;
        return COMMAND;
      }
    }
  }

  /** The number of a line `*123\r\n` at #at, which moves behind it; -1 is allowed, as Redis does. */
  #header(): number {
    const bytes = this.#bytes;
    const to = this.#to;
    let at = this.#at + 1;
    let value = 0;
    const first = at;
    let digit = -1;
    while (at < to && (digit = bytes[at]! - 48) >= 0 && digit <= 9) {
      value = value * 10 + digit;
      at++;
    }
    if (at - first > 10 || (at - first > 1 && bytes[first] === 48)) return INVALID;
    if (at + 1 >= to) return bytes[first] === MINUS || at === to || bytes[at] === CR ? INCOMPLETE : INVALID;
    if (bytes[first] === MINUS) return this.#negative(first);
    if (at === first || bytes[at] !== CR || bytes[at + 1] !== LF) return INVALID;
    this.#at = at + 2;
    return value;
  }

  /** Redis takes an array of any negative length for none, and refuses a string of one. */
  #negative(first: number): number {
    const end = this.#bytes.indexOf(LF, first);
    if (end === -1 || end >= this.#to) return this.#to - first > 12 ? INVALID : INCOMPLETE;
    if (!/^-[1-9]\d{0,9}\r\n$/.test(this.#bytes.toString('latin1', first, Math.min(end + 1, first + 16))))
      return INVALID;
    this.#at = end + 1;
    return -1;
  }

  #addArgument(from: number, to: number): void {
    const at = this.argc++ * 2;
    if (at === this.args.length) {
      const more = new Int32Array(at * 2);
      more.set(this.args);
      this.args = more;
    }
    this.args[at] = from;
    this.args[at + 1] = to;
  }

  /** A line that is no array, as typed into telnet: it becomes an array, so that upstream sees one form only. */
  #inline(): Step {
    const newline = this.#bytes.indexOf(LF, this.#at);
    if (newline === -1 || newline >= this.#to) return this.#waitForLine('too big inline request');
    const lineEnd = newline > this.#at && this.#bytes[newline - 1] === CR ? newline - 1 : newline;
    const words = splitInline(this.#bytes.subarray(this.#at, lineEnd));
    if (words === undefined) return this.#fail('unbalanced quotes in request');
    this.#at = this.#begin = newline + 1;
    if (words.length === 0) return COMMAND;
    const { bytes, offsets } = encodeCommand(words);
    this.data = bytes;
    this.start = 0;
    this.end = bytes.length;
    for (const [from, to] of offsets) this.#addArgument(from, to);
    return COMMAND;
  }

  #waitForLine(tooLong: string): Step {
    return this.#to - this.#at > MAX_LINE_BYTES ? this.#fail(tooLong) : MORE;
  }

  /** Puts another name in place of argument 0; the command's bytes are then a copy. */
  rename(name: Buffer): void {
    const { data, args, argc, end } = this;
    const head = Buffer.from(`*${argc}\r\n$${name.length}\r\n`);
    const shift = head.length + name.length - args[1]!;
    this.data = Buffer.concat([head, name, data.subarray(args[1], end)]);
    this.start = 0;
    this.end = this.data.length;
    args[0] = head.length;
    args[1] = head.length + name.length;
    for (let i = 2; i < 2 * argc; i++) args[i]! += shift;
  }

  #expectedDollar(): Step {
    return this.#fail(`expected '$', got '${this.#bytes.toString('latin1', this.#at, this.#at + 1)}'`);
  }

  #fail(what: string): Step {
    this.error = `Protocol error: ${what}`;
    return BROKEN;
  }

  /**
   * Puts a chunk behind the unfinished command. The buffer grows by doubling, but never beyond what the current argument
   * has announced: neither is a large value copied again and again, nor does a mere announcement cost memory.
   */
  #append(chunk: Buffer, from: number, to: number): void {
    const held = this.#to - this.#begin;
    if (!this.#owned || this.#bytes.length - this.#to < to - from) {
      const needed = held + to - from;
      const announced = this.#at - this.#begin + Math.max(0, this.#bulk) + 2;
      this.#moveTo(
        Buffer.allocUnsafeSlow(Math.max(needed, Math.min(announced, 2 * needed), FIRST_ASSEMBLY_BYTES)),
      );
    }
    chunk.copy(this.#bytes, this.#to, from, to);
    this.#to += to - from;
  }

  /** Takes the unfinished command to the beginning of this buffer; the arguments of a finished one stay as they are. */
  #moveTo(bytes: Buffer): void {
    this.#bytes.copy(bytes, 0, this.#begin, this.#to);
    if (this.#left > 0) for (let i = 0; i < 2 * this.argc; i++) this.args[i]! -= this.#begin;
    this.#at -= this.#begin;
    this.#to -= this.#begin;
    this.#begin = 0;
    this.#bytes = bytes;
    this.#owned = true;
  }
}
