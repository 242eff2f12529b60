// The server's side of a connection: its hello, then one reply after another, each as long as its objects are.
// Hot: where a reply fits a shape that the caller knows, its numbers come out without an object being made.
// Invariant: a chunk is looked at during `feed` only, so that a socket may fill the same memory again. What is kept
// between two chunks is at most the one string or number that is cut in two, or one shape.

import type { JavaValue } from '../jser/java-value.ts';
import { ObjectReader, type ReaderLimits } from '../jser/object-reader.ts';
import { INCOMPLETE, MISMATCH, Shape } from '../jser/shape.ts';
import { StreamCorruptedError } from '../jser/stream-errors.ts';

/** What one reply is expected to be like. */
export type Expectation = {
  /** The forms the value had before, most likely first. */
  readonly shapes: readonly Shape[];
  /** Whether a new form is to be learned (`learned` of ReplySink). */
  readonly learn: boolean;
  /** The method returns nothing: no object follows, and none is waited for. */
  readonly returnsNothing?: boolean;
};

export type ReplySink = {
  /** The reply that comes next; undefined when none was asked for. */
  expect(): Expectation | undefined;
  hello(host: string, port: number): void;
  /** The value fits this shape; `numbers` is reused for the next reply. */
  fits(shape: Shape, numbers: Float64Array): void;
  /** The value as objects; `shape` when it was to be learned and could be. */
  value(value: JavaValue, uid: Buffer, shape: Shape | undefined): void;
  /** The remote method threw. */
  exception(value: JavaValue): void;
};

const PROTOCOL_ACK = 0x4e;
const PROTOCOL_NOT_SUPPORTED = 0x4f;
const RETURN = 0x51;
const PING_ACK = 0x53;
const NORMAL = 1;
const EXCEPTIONAL = 2;
/** Return code, stream header, block data code and its length. */
const HEAD_BYTES = 7;
/** Type of result and UID: what the block data always holds. A primitive result follows in the same block. */
const UID_BYTES = 14;
const RESULT_BYTES = 1 + UID_BYTES;

/** Larger replies are read as objects each time. 100,000 ObjectNames are 8 MB. */
const MAX_SHAPE_BYTES = 8 * 1024 * 1024;

const EMPTY = Buffer.alloc(0);
/** A store that had to grow beyond this is given back when it is empty. */
const STORE_BYTES = 256 * 1024;

// States.
const HELLO = 0;
const HEAD = 1;
const TRY_SHAPES = 2;
const OBJECTS = 3;

export class ReplyParser {
  readonly #sink: ReplySink;
  readonly #reader: ObjectReader;
  #state = HELLO;
  /** What is read now, from #at to #end: a chunk, or the store. */
  #bytes: Buffer = EMPTY;
  #at = 0;
  #end = 0;
  /** Between two chunks: what is left of those before, #held bytes from its beginning. */
  #store: Buffer = EMPTY;
  #held = 0;
  #need = 1;
  #numbers = new Float64Array(64);
  #exceptional = false;
  #primitive: Buffer | undefined;
  readonly #uid = Buffer.alloc(UID_BYTES);
  /** How much of the first of the expected shapes is known to fit already. */
  #compared = 0;
  #expected: Expectation | undefined;
  /** The objects' bytes so far, for a shape to be learned: those of earlier buffers, and where they go on in #bytes. */
  #earlier: Buffer[] = [];
  #earlierBytes = 0;
  #from = 0;

  constructor(sink: ReplySink, limits?: ReaderLimits) {
    this.#sink = sink;
    this.#reader = new ObjectReader(limits);
  }

  /** Whether a reply has begun and not ended: its caller is to blame for what breaks now. */
  get inReply(): boolean {
    return this.#state >= TRY_SHAPES;
  }

  /** @throws StreamCorruptedError and its kin, WriteAbortedError: the connection is of no use then. */
  feed(chunk: Buffer): void {
    if (this.#held === 0) this.#bytes = chunk;
    else {
      this.#reserve(this.#held + chunk.length);
      chunk.copy(this.#store, this.#held);
      this.#bytes = this.#store;
    }
    this.#at = this.#from = 0;
    this.#end = this.#held + chunk.length;
    if (this.#end >= this.#need) {
      if (this.#state === OBJECTS) this.#reader.supply(this.#bytes, 0, this.#end);
      while (this.#step());
      this.#keep();
    }
    this.#hold();
  }

  /** Puts what is left to the beginning of the store. */
  #hold(): void {
    this.#held = this.#end - this.#at;
    if (this.#held > 0 && (this.#at > 0 || this.#bytes !== this.#store)) {
      const from = this.#bytes;
      this.#reserve(this.#held);
      from.copy(this.#store, 0, this.#at, this.#end);
    } else if (this.#held === 0 && this.#store.length > STORE_BYTES) this.#store = EMPTY;
    this.#bytes = EMPTY;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#store.length) return;
    const larger = Buffer.allocUnsafeSlow(bytes * 2);
    this.#store.copy(larger, 0, 0, this.#held);
    this.#store = larger;
  }

  /** What was read of this reply goes with the chunk: a copy, should a shape be made of it. */
  #keep(): void {
    const read = this.#at - this.#from;
    if (this.#state !== OBJECTS || read === 0 || this.#earlierBytes > MAX_SHAPE_BYTES) return;
    if (this.#expected?.learn !== true || this.#exceptional) return;
    this.#earlier.push(Buffer.from(this.#bytes.subarray(this.#from, this.#at)));
    this.#earlierBytes += read;
  }

  #step(): boolean {
    switch (this.#state) {
      case HELLO:
        return this.#hello();
      case HEAD:
        return this.#head();
      case TRY_SHAPES:
        return this.#tryShapes();
      default:
        return this.#objects();
    }
  }

  #missing(count: number): boolean {
    this.#need = count;
    return this.#end - this.#at < count;
  }

  #hello(): boolean {
    if (this.#missing(1)) return false;
    const code = this.#bytes[this.#at];
    if (code === PROTOCOL_NOT_SUPPORTED)
      throw new StreamCorruptedError('the server refuses the JRMP stream protocol');
    if (code !== PROTOCOL_ACK)
      throw new StreamCorruptedError(`this is no RMI server: it answers 0x${code?.toString(16)}`);
    if (this.#missing(3)) return false;
    const length = this.#bytes.readUInt16BE(this.#at + 1);
    if (this.#missing(3 + length + 4)) return false;
    const host = this.#bytes.toString('latin1', this.#at + 3, this.#at + 3 + length);
    this.#sink.hello(host, this.#bytes.readInt32BE(this.#at + 3 + length));
    this.#at += 7 + length;
    this.#state = HEAD;
    return true;
  }

  #head(): boolean {
    if (this.#missing(1)) return false;
    if (this.#bytes[this.#at] === PING_ACK) {
      this.#at++;
      return true;
    }
    if (this.#missing(HEAD_BYTES)) return false;
    const bytes = this.#bytes;
    const at = this.#at;
    const fits = bytes[at] === RETURN && bytes.readInt32BE(at + 1) === -0x5312fffb && bytes[at + 5] === 0x77;
    const length = bytes[at + 6] ?? 0;
    if (!fits || length < RESULT_BYTES)
      throw new StreamCorruptedError('the server sent something that is no reply');
    if (this.#missing(HEAD_BYTES + length)) return false;
    this.#expected = this.#sink.expect();
    if (this.#expected === undefined)
      throw new StreamCorruptedError('the server replies to a call that was not made');
    this.#begin(at + HEAD_BYTES, length);
    return true;
  }

  #begin(at: number, length: number): void {
    const type = this.#bytes[at];
    if (type !== NORMAL && type !== EXCEPTIONAL) throw new StreamCorruptedError(`a reply of type ${type}`);
    this.#exceptional = type === EXCEPTIONAL;
    for (let i = 0; i < UID_BYTES; i++) this.#uid[i] = this.#bytes[at + 1 + i] ?? 0;
    this.#primitive =
      length > RESULT_BYTES ? Buffer.from(this.#bytes.subarray(at + RESULT_BYTES, at + length)) : undefined;
    this.#at = at + length;
    this.#from = this.#at;
    if (this.#earlier.length > 0) this.#earlier = [];
    this.#earlierBytes = this.#compared = 0;
    const isWhole = this.#primitive !== undefined || this.#expected?.returnsNothing === true;
    if (isWhole && !this.#exceptional) {
      this.#state = HEAD;
      this.#sink.value(this.#primitive ?? null, this.#uid, undefined);
    } else if (this.#exceptional || this.#expected?.shapes.length === 0) this.#readObjects();
    else this.#state = TRY_SHAPES;
  }

  #readObjects(): void {
    this.#state = OBJECTS;
    this.#reader.begin(this.#bytes, this.#at, this.#end);
  }

  /** A reply that agrees with a shape as far as it is here is waited for: no other whole reply begins like that. */
  #tryShapes(): boolean {
    const shapes = this.#expected?.shapes ?? [];
    for (const shape of shapes) {
      if (shape.slotCount > this.#numbers.length) this.#numbers = new Float64Array(shape.slotCount * 2);
      const got = shape.match(this.#bytes, this.#at, this.#end, this.#numbers, this.#compared);
      if (got === INCOMPLETE) {
        this.#compared = shape === shapes[0] ? this.#end - this.#at : 0;
        this.#need = this.#end - this.#at + 1;
        return false;
      }
      this.#compared = 0;
      if (got === MISMATCH) continue;
      this.#at += got;
      this.#state = HEAD;
      this.#sink.fits(shape, this.#numbers);
      return true;
    }
    this.#readObjects();
    return true;
  }

  #objects(): boolean {
    const whole = this.#reader.read();
    this.#at = this.#reader.at;
    this.#need = this.#reader.need;
    if (!whole) return false;
    this.#state = HEAD;
    const { value } = this.#reader;
    const shape = this.#learned();
    if (this.#exceptional) this.#sink.exception(value);
    else this.#sink.value(value, this.#uid, shape);
    return true;
  }

  #learned(): Shape | undefined {
    const wanted =
      this.#expected?.learn === true && !this.#exceptional && this.#earlierBytes <= MAX_SHAPE_BYTES;
    if (!wanted) return undefined;
    const last = this.#bytes.subarray(this.#from, this.#at);
    const bytes = this.#earlierBytes === 0 ? last : Buffer.concat([...this.#earlier, last]);
    return new Shape(bytes, this.#reader.slots);
  }
}
