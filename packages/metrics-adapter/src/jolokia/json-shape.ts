// A reply like the last one, but for its numbers: the bytes of JSON with the text of numbers cut out as slots. Hot: for
// each bean and scrape its reply is compared, the numbers are read from their text, and no object is made. Pure.
// Sound because a slot takes one token of its kind and nothing else: what fits is decoded to the same values with
// other numbers. Anything else is a mismatch, and read as usual. What ../jser/shape.ts is for object streams.

/**
 * What a slot takes: digits only, a decimal number as Java prints it, true or false; the hexadecimal address in what
 * Object.toString prints; or whatever a string holds, where no value is made of it.
 */
export type SlotKind = 'integer' | 'decimal' | 'float' | 'boolean' | 'address' | 'anything';

/** Where in the reply the text of a number is, and the number's index among those given to the plan. */
export type Slot = { readonly at: number; readonly end: number; readonly kind: SlotKind };

/** The slots of a reply while its values are made: their order here is their index. */
export class SlotClaims {
  readonly slots: Slot[] = [];

  claim(slot: Slot): number {
    return this.slots.push(slot) - 1;
  }
}

const KINDS: readonly SlotKind[] = ['integer', 'decimal', 'float', 'boolean', 'address', 'anything'];
const INTEGER = 0;
const FLOAT = 2;
const BOOLEAN = 3;
const ADDRESS = 4;

/** 10^n is exact up to here, and a quotient of two exact numbers is rounded once (Clinger). */
const POWERS = Array.from({ length: 23 }, (_, n) => 10 ** n);
const MAX_EXACT_DIGITS = 15;

export const MISMATCH = -1;

/** Where the last number ended; a field of the module, because a second result would be an object. */
let ended = 0;

export class JsonShape {
  readonly slotCount: number;
  /** The text between the slots, one piece more than there are slots. */
  readonly #pieces: Buffer;
  readonly #pieceEnds: Int32Array;
  readonly #kinds: Uint8Array;
  readonly #indexes: Int32Array;

  /** `bytes` from `from` to `to` are the reply; the places of the slots count from the first of `bytes`. */
  constructor(bytes: Buffer, from: number, to: number, slots: readonly Slot[]) {
    const order = slots.map((slot, index) => ({ slot, index })).toSorted((a, b) => a.slot.at - b.slot.at);
    this.slotCount = slots.length;
    this.#kinds = Uint8Array.from(order, ({ slot }) => KINDS.indexOf(slot.kind));
    this.#indexes = Int32Array.from(order, ({ index }) => index);
    const starts = [from, ...order.map(({ slot }) => slot.end)];
    const ends = [...order.map(({ slot }) => slot.at), to];
    const pieces = starts.map((start, i) => bytes.subarray(start, ends[i]));
    this.#pieces = Buffer.concat(pieces);
    let sum = 0;
    this.#pieceEnds = Int32Array.from(pieces, (piece) => (sum += piece.length));
  }

  /** Compares what begins at `at`: where it ends, with the numbers in `values` by index; MISMATCH when it differs. */
  match(bytes: Buffer, at: number, values: Float64Array): number {
    const pieces = this.#pieces;
    let own = 0;
    let other = at;
    for (let slot = 0; slot <= this.slotCount; slot++) {
      const end = this.#pieceEnds[slot] ?? 0;
      if (end - own > LONG_RUN) {
        if (other + end - own > bytes.length) return MISMATCH;
        if (pieces.compare(bytes, other, other + end - own, own, end) !== 0) return MISMATCH;
        other += end - own;
        own = end;
      } else for (; own < end; own++, other++) if (pieces[own] !== bytes[other]) return MISMATCH;
      if (slot === this.slotCount) return other;
      values[this.#indexes[slot] ?? 0] = readSlot(this.#kinds[slot] ?? 0, bytes, other);
      if (ended < 0) return MISMATCH;
      other = ended;
    }
    return MISMATCH;
  }

  /** About how much memory it takes. */
  get size(): number {
    return this.#pieces.length;
  }
}

/** From here on the call of a native compare costs less than the loop. */
const LONG_RUN = 256;

/** The number whose text begins at `at`; `ended` is behind it, or -1 when there is none of this kind. */
function readSlot(kind: number, bytes: Buffer, at: number): number {
  if (kind >= BOOLEAN) return kind === BOOLEAN ? readBoolean(bytes, at) : skipText(kind, bytes, at);
  let end = at;
  if (bytes[end] === 0x2d) end++;
  const digitsFrom = end;
  let mantissa = 0;
  for (let one = bytes[end] ?? 0; one >= 0x30 && one <= 0x39; one = bytes[++end] ?? 0)
    mantissa = mantissa * 10 + one - 0x30;
  let digits = end - digitsFrom;
  if (digits === 0) return kind === INTEGER ? none() : readWord(bytes, at);
  let scale = 0;
  let exponent = false;
  if (kind !== INTEGER) {
    if (bytes[end] === 0x2e) {
      const from = ++end;
      for (let one = bytes[end] ?? 0; one >= 0x30 && one <= 0x39; one = bytes[++end] ?? 0)
        mantissa = mantissa * 10 + one - 0x30;
      scale = end - from;
      if (scale === 0) return none();
      digits += scale;
    }
    exponent = bytes[end] === 0x45 || bytes[end] === 0x65;
    if (exponent && (end = exponentEnd(bytes, end)) < 0) return none();
    if (scale === 0) return none(); // a decimal that lost its point is a value of another kind, also with an exponent
  } else if (isNumberPart(bytes[end])) return none();
  ended = end;
  if (digits > MAX_EXACT_DIGITS || exponent)
    return longNumber(kind, Number(bytes.toString('latin1', at, end)));
  const absolute = mantissa / (POWERS[scale] ?? 1);
  return rounded(kind, bytes[at] === 0x2d ? -absolute : absolute);
}

/** Whole numbers beyond 2^53 are no slots: see json-values.ts. */
function longNumber(kind: number, value: number): number {
  return kind === INTEGER && !Number.isSafeInteger(value) ? none() : rounded(kind, value);
}

const rounded = (kind: number, value: number): number => (kind === FLOAT ? Math.fround(value) : value);

function none(): number {
  ended = -1;
  return 0;
}

const isNumberPart = (byte: number | undefined): boolean => byte === 0x2e || byte === 0x45 || byte === 0x65;

/** Behind the digits of an exponent; -1 when there are none. */
function exponentEnd(bytes: Buffer, at: number): number {
  let end = at + 1;
  if (bytes[end] === 0x2d || bytes[end] === 0x2b) end++;
  const from = end;
  for (let one = bytes[end] ?? 0; one >= 0x30 && one <= 0x39; one = bytes[++end] ?? 0);
  return end === from ? -1 : end;
}

function readBoolean(bytes: Buffer, at: number): number {
  const yes = bytes[at] === 0x74;
  const word = yes ? 'true' : 'false';
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return none();
  ended = at + word.length;
  return yes ? 1 : 0;
}

/** NaN and the infinities, as Java prints them. */
function readWord(bytes: Buffer, at: number): number {
  for (const word of ['NaN', 'Infinity', '-Infinity']) {
    if (bytes.toString('latin1', at, at + word.length) !== word) continue;
    ended = at + word.length;
    return Number(word);
  }
  return none();
}

/** Up to the end of the string that `at` is in. */
function skipText(kind: number, bytes: Buffer, at: number): number {
  let end = at;
  for (; bytes[end] !== 0x22; end++) {
    if (end >= bytes.length) return none();
    if (kind === ADDRESS && !isHex(bytes[end] ?? 0)) return none();
    if (bytes[end] === 0x5c) end++;
  }
  ended = end;
  return 0;
}

const isHex = (byte: number): boolean => (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66);
