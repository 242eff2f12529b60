// Reads one object stream after another out of bytes that come in any pieces. For jrmp, whose replies have no length.
// Hot, and longer than 300 lines: one state machine whose stack lives here instead of on the call stack, so that it
// stops anywhere for lack of bytes and goes on there, and so that depth is a limit and not a crash.
// Invariant: a step either has all bytes it needs or changes nothing. Memory is bounded by the bytes received: no size
// that the stream only claims is ever allocated. Java Object Serialization Specification, section 6.4.

import { readJavaTime } from './java-time.ts';
import {
  type Annotation,
  ClassDesc,
  JavaArray,
  JavaClass,
  JavaEnum,
  JavaObject,
  type JavaValue,
  widthOf,
} from './java-value.ts';
import { decodeModifiedUtf } from './modified-utf.ts';
import { SlotLog } from './slot-log.ts';
import {
  BASE_WIRE_HANDLE,
  SC_BLOCK_DATA,
  SC_EXTERNALIZABLE,
  SC_SERIALIZABLE,
  SC_WRITE_METHOD,
  STREAM_MAGIC,
  STREAM_VERSION,
  TC_ARRAY,
  TC_BLOCKDATA,
  TC_BLOCKDATALONG,
  TC_CLASS,
  TC_CLASSDESC,
  TC_ENDBLOCKDATA,
  TC_ENUM,
  TC_EXCEPTION,
  TC_LONGSTRING,
  TC_NULL,
  TC_OBJECT,
  TC_PROXYCLASSDESC,
  TC_REFERENCE,
  TC_RESET,
  TC_STRING,
} from './stream-constants.ts';
import {
  StreamCorruptedError,
  StreamLimitError,
  UnskippableClassError,
  WriteAbortedError,
} from './stream-errors.ts';

export type ReaderLimits = {
  /** Objects within objects. */
  readonly depth: number;
  /** Objects, strings and classes of one stream. */
  readonly handles: number;
  /** Elements of its arrays, fields of its objects and classes, parts of its annotations, together. */
  readonly parts: number;
  /** Bytes of one string or block. */
  readonly length: number;
  /** Bytes of one stream. */
  readonly bytes: number;
};

/**
 * Several times what the largest reply seen needs (30,000 ObjectNames: 60,000 handles, 90,000 parts, 2.4 MB), and some
 * 100 MB of memory at worst: a part is a pointer, what it points to has a handle or is a block, which is a part again.
 */
export const DEFAULT_LIMITS: ReaderLimits = {
  depth: 200,
  handles: 400_000,
  parts: 1_000_000,
  length: 16 * 1024 * 1024,
  bytes: 64 * 1024 * 1024,
};

/** Superclasses of one class; Java programs stay below 20. */
const MAX_CHAIN = 64;

// What a step came to.
const SHORT = 0; // more bytes are needed, nothing was consumed
const PUSHED = 1; // a frame of its own will produce the value
const DONE = 2; // the value is in #value
const END = 3; // the end of an annotation

// What a frame reads.
const CLASSDESC = 1;
const PROXYDESC = 2;
const OBJECT = 3;
const ARRAY = 4;
const ENUM = 5;
const CLASS = 6;
const ABORT = 7;

/** Frames are reused, one for each depth. Which members mean what is said at the function of the kind. */
class Frame {
  kind = 0;
  stage = 0;
  index = 0;
  count = 0;
  /** A child frame was pushed; its value is what #value holds when this frame is on top again. */
  waiting = false;
  desc: ClassDesc | null = null;
  target: JavaObject | JavaArray | JavaEnum | null = null;
  text = '';
  code = '';
  names: string[] = [];
  contents: JavaValue[] = [];
}

export class ObjectReader {
  /** The slots of the boxes read since `begin`, for shapes. */
  readonly slots = new SlotLog();
  readonly #limits: ReaderLimits;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  /** Bytes of this stream before the buffer at hand; position in stream = base + at. */
  #base = 0;
  /** How many bytes (from #at) the last short step wanted. */
  #need = 0;
  #value: JavaValue = null;
  #depth = 0;
  #parts = 0;
  readonly #frames: Frame[] = [];
  readonly #handles: JavaValue[] = [];
  /** Classes seen before, by name: one description for all streams, so that its tables are made once. */
  readonly #known = new Map<string, ClassDesc>();

  constructor(limits: ReaderLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
  }

  /** The value that the last `read` completed. */
  get value(): JavaValue {
    return this.#value;
  }

  /** Offset in the buffer given by `supply` of the first byte not consumed. */
  get at(): number {
    return this.#at;
  }

  /** Bytes (from `at`) without which calling `read` again is of no use. */
  get need(): number {
    return this.#need;
  }

  /** Forgets everything and starts a stream whose first byte is at `at` of `bytes`. */
  begin(bytes: Buffer, at: number, end: number): void {
    this.#handles.length = 0;
    this.#depth = 0;
    this.#parts = 0;
    this.#base = -at;
    this.#value = null;
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
    this.slots.clear();
  }

  /** The bytes to read: what was not consumed of the last ones, and more. */
  supply(bytes: Buffer, at: number, end: number): void {
    this.#base += this.#at - at;
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  /** The four bytes every stream begins with. False: more bytes are needed. */
  readHeader(): boolean {
    if (this.#missing(4)) return false;
    const magic = this.#bytes.readUInt16BE(this.#at);
    const version = this.#bytes.readUInt16BE(this.#at + 2);
    if (magic !== STREAM_MAGIC || version !== STREAM_VERSION) {
      throw new StreamCorruptedError(
        `no object stream: begins with ${magic.toString(16)} ${version.toString(16)}`,
      );
    }
    this.#at += 4;
    return true;
  }

  /**
   * Reads one top-level content: an object, or block data as a Buffer. True: it is in `value`; false: supply more.
   * @throws StreamCorruptedError, StreamLimitError, UnskippableClassError, WriteAbortedError; the stream is lost then.
   */
  read(): boolean {
    this.#bounded();
    if (this.#depth === 0) {
      const got = this.#content();
      if (got === SHORT) return false;
      if (got === END) throw new StreamCorruptedError('an annotation ends that never began');
      if (got === DONE) return true;
    }
    while (this.#depth > 0) {
      if (!this.#step(this.#top())) return false;
      this.#bounded();
    }
    return true;
  }

  #bounded(): void {
    if (this.#base + this.#at > this.#limits.bytes)
      throw new StreamLimitError('too many bytes in one stream');
  }

  #top(): Frame {
    const frame = this.#frames[this.#depth - 1];
    if (frame === undefined) throw new StreamCorruptedError('no frame');
    return frame;
  }

  #push(kind: number): number {
    if (this.#depth >= this.#limits.depth)
      throw new StreamLimitError(`objects nested deeper than ${this.#depth}`);
    const frame = (this.#frames[this.#depth] ??= new Frame());
    frame.kind = kind;
    frame.stage = frame.index = frame.count = 0;
    frame.waiting = false;
    frame.desc = null;
    frame.target = null;
    this.#depth++;
    return PUSHED;
  }

  #pop(value: JavaValue): true {
    this.#depth--;
    this.#value = value;
    return true;
  }

  #remember(value: JavaValue): number {
    if (this.#handles.length >= this.#limits.handles)
      throw new StreamLimitError('too many objects in one stream');
    return this.#handles.push(value) - 1;
  }

  /** So many more things will be kept, by what the stream claims; refused before they are. */
  #claim(count: number, of: string): number {
    if (this.#parts + count > this.#limits.parts) throw new StreamLimitError(`${of} of ${count}: too long`);
    this.#parts += count;
    return count;
  }

  #missing(bytes: number): boolean {
    this.#need = bytes;
    return this.#end - this.#at < bytes;
  }

  #length(claimed: number, of: string): number {
    if (claimed > this.#limits.length) throw new StreamLimitError(`${of} of ${claimed}: too long`);
    return claimed;
  }

  /** One content: complete at once where it is small, a frame where it has parts. */
  #content(): number {
    if (this.#missing(1)) return SHORT;
    let code = this.#bytes[this.#at];
    while (code === TC_RESET) {
      this.#handles.length = 0;
      this.#at++;
      if (this.#missing(1)) return SHORT;
      code = this.#bytes[this.#at];
    }
    switch (code) {
      case TC_NULL:
        return this.#done(null, 1);
      case TC_REFERENCE:
        return this.#reference();
      case TC_STRING:
        return this.#string(3);
      case TC_OBJECT:
        return this.#object();
      case TC_ENDBLOCKDATA:
        this.#at++;
        return END;
      case TC_BLOCKDATA:
        return this.#blockData(2);
      case TC_BLOCKDATALONG:
        return this.#blockData(5);
      case TC_LONGSTRING:
        return this.#string(9);
      default:
        return this.#framed(code ?? 0);
    }
  }

  #framed(code: number): number {
    switch (code) {
      case TC_CLASSDESC:
        return this.#classHeader();
      case TC_PROXYCLASSDESC:
        return this.#proxyHeader();
      case TC_ARRAY:
        this.#at++;
        return this.#push(ARRAY);
      case TC_ENUM:
        this.#at++;
        return this.#push(ENUM);
      case TC_CLASS:
        this.#at++;
        return this.#push(CLASS);
      case TC_EXCEPTION:
        this.#at++;
        this.#handles.length = 0;
        return this.#push(ABORT);
      default:
        throw new StreamCorruptedError(
          `unknown type code 0x${code.toString(16)} at byte ${this.#base + this.#at}`,
        );
    }
  }

  #done(value: JavaValue, width: number): number {
    this.#at += width;
    this.#value = value;
    return DONE;
  }

  #reference(): number {
    if (this.#missing(5)) return SHORT;
    const handle = this.#bytes.readInt32BE(this.#at + 1) - BASE_WIRE_HANDLE;
    const value = this.#handles[handle];
    if (value === undefined) throw new StreamCorruptedError(`no object has the handle ${handle}`);
    return this.#done(value, 5);
  }

  #string(header: number): number {
    if (this.#missing(header)) return SHORT;
    const long = header === 9 ? this.#bytes.readBigInt64BE(this.#at + 1) : 0n;
    if (long < 0n) throw new StreamCorruptedError('a string of negative length');
    const length =
      header === 9 ? this.#length(Number(long), 'string') : this.#bytes.readUInt16BE(this.#at + 1);
    if (this.#missing(header + length)) return SHORT;
    const from = this.#at + header;
    const text = decodeModifiedUtf(this.#bytes, from, from + length);
    this.#remember(text);
    return this.#done(text, header + length);
  }

  /** A copy: a part of the chunk would keep all of it alive. */
  #blockData(header: number): number {
    if (this.#missing(header)) return SHORT;
    const claimed = header === 2 ? (this.#bytes[this.#at + 1] ?? 0) : this.#bytes.readInt32BE(this.#at + 1);
    if (claimed < 0) throw new StreamCorruptedError('block data of negative length');
    const length = this.#length(claimed, 'block data');
    if (this.#missing(header + length)) return SHORT;
    const from = this.#at + header;
    return this.#done(Buffer.from(this.#bytes.subarray(from, from + length)), header + length);
  }

  /** A box of a class described before, which is what most values of a metrics reply are, needs no frame. */
  #object(): number {
    if (this.#missing(2)) return SHORT;
    if (this.#bytes[this.#at + 1] === TC_REFERENCE) {
      if (this.#missing(6)) return SHORT;
      const desc = this.#handles[this.#bytes.readInt32BE(this.#at + 2) - BASE_WIRE_HANDLE];
      if (desc instanceof ClassDesc && desc.boxes !== '') {
        const width = desc.primitiveBytes;
        if (this.#missing(6 + width)) return SHORT;
        const box = new JavaObject(desc);
        this.#remember(box);
        this.#at += 6;
        this.#box(box, desc.boxes);
        return this.#done(box, width);
      }
    }
    this.#at++;
    return this.#push(OBJECT);
  }

  /** The primitive at #at becomes the value of the box; does not move. */
  #box(box: JavaObject, code: string): void {
    box.fields.push(this.#primitive(code, this.#at));
    if (code !== 'C') box.slot = this.slots.add(this.#base + this.#at, code); // a character is text: part of the shape
  }

  #primitive(code: string, at: number): JavaValue {
    const bytes = this.#bytes;
    switch (code) {
      case 'B':
        return bytes.readInt8(at);
      case 'C':
        return String.fromCharCode(bytes.readUInt16BE(at));
      case 'D':
        return bytes.readDoubleBE(at);
      case 'F':
        return bytes.readFloatBE(at);
      case 'I':
        return bytes.readInt32BE(at);
      case 'J':
        return this.#long(at);
      case 'S':
        return bytes.readInt16BE(at);
      case 'Z':
        return bytes[at] !== 0;
      default:
        throw new StreamCorruptedError(`no primitive type has the code ${code}`);
    }
  }

  #long(at: number): number | bigint {
    const value = this.#bytes.readInt32BE(at) * 0x1_0000_0000 + this.#bytes.readUInt32BE(at + 4);
    return Number.isSafeInteger(value) ? value : this.#bytes.readBigInt64BE(at);
  }

  // --- frames: each step gets as far as it can; false means that bytes are missing ---

  #step(frame: Frame): boolean {
    switch (frame.kind) {
      case OBJECT:
        return this.#stepObject(frame);
      case CLASSDESC:
        return this.#stepClass(frame);
      case PROXYDESC:
        return this.#stepProxy(frame);
      case ARRAY:
        return this.#stepArray(frame);
      case ENUM:
        return this.#stepEnum(frame);
      case CLASS:
        return this.#stepClassObject(frame);
      default:
        return this.#stepAbort(frame);
    }
  }

  /** The next content for this frame: its child's value when one was pushed and is complete, else read now. */
  #child(frame: Frame): number {
    if (frame.waiting) {
      frame.waiting = false;
      return DONE;
    }
    const got = this.#content();
    if (got === PUSHED) frame.waiting = true;
    return got;
  }

  /** As #child, where an annotation cannot end. */
  #childValue(frame: Frame): number {
    const got = this.#child(frame);
    if (got === END) throw new StreamCorruptedError('an annotation ends inside an object');
    return got;
  }

  /** True when the child is a whole class description; null where that is allowed. Sets frame.desc. */
  #childClass(frame: Frame): number {
    const got = this.#childValue(frame);
    if (got !== DONE) return got;
    const desc = this.#value;
    if (!(desc instanceof ClassDesc) || !desc.complete)
      throw new StreamCorruptedError('a class was to be described here');
    frame.desc = desc;
    return DONE;
  }

  #classHeader(): number {
    if (this.#missing(3)) return SHORT;
    const length = this.#bytes.readUInt16BE(this.#at + 1);
    if (this.#missing(3 + length + 11)) return SHORT;
    const from = this.#at + 3;
    const name = decodeModifiedUtf(this.#bytes, from, from + length);
    const suid = this.#bytes.readBigInt64BE(from + length);
    const flags = this.#bytes[from + length + 8] ?? 0;
    const count = this.#bytes.readUInt16BE(from + length + 9);
    this.#at = from + length + 11;
    this.#push(CLASSDESC);
    const frame = this.#top();
    frame.desc = new ClassDesc(name, suid, flags);
    frame.count = this.#claim(count, 'a class with fields');
    frame.contents = [];
    frame.index = this.#remember(frame.desc); // the handle; the known description takes its place when complete
    return PUSHED;
  }

  /** desc: being described; index: its handle; count: fields left. Stages: fields, type string, annotation, super. */
  #stepClass(frame: Frame): boolean {
    const desc = frame.desc;
    if (desc === null) throw new StreamCorruptedError('no class');
    for (;;) {
      if (frame.stage === 0) {
        if (frame.count === 0) frame.stage = 2;
        else if (!this.#fieldHead(frame, desc)) return false;
      } else if (frame.stage === 1) {
        const got = this.#childValue(frame);
        if (got !== DONE) return got === PUSHED;
        if (typeof this.#value !== 'string')
          throw new StreamCorruptedError(`field ${frame.text} has no type`);
        desc.fields.push({ code: frame.code, name: frame.text, type: this.#value });
        frame.count--;
        frame.stage = 0;
      } else if (frame.stage === 2) {
        const got = this.#child(frame);
        if (got === END) frame.stage = 3;
        else if (got !== DONE) return got === PUSHED;
      } else return this.#superClass(frame, desc);
    }
  }

  #fieldHead(frame: Frame, desc: ClassDesc): boolean {
    if (this.#missing(3)) return false;
    const length = this.#bytes.readUInt16BE(this.#at + 1);
    if (this.#missing(3 + length)) return false;
    const code = String.fromCharCode(this.#bytes[this.#at] ?? 0);
    const name = decodeModifiedUtf(this.#bytes, this.#at + 3, this.#at + 3 + length);
    this.#at += 3 + length;
    if (widthOf(code) > 0) {
      desc.fields.push({ code, name, type: code });
      frame.count--;
    } else {
      if (code !== 'L' && code !== '[')
        throw new StreamCorruptedError(`field ${name}: unknown type code ${code}`);
      frame.code = code;
      frame.text = name;
      frame.stage = 1;
    }
    return true;
  }

  #superClass(frame: Frame, desc: ClassDesc): boolean {
    const got = this.#childValue(frame);
    if (got !== DONE) return got === PUSHED;
    const above = this.#value;
    const valid = above === null || (above instanceof ClassDesc && above.complete);
    if (!valid) throw new StreamCorruptedError(`${desc.name}: its superclass is none`);
    const superDesc = above instanceof ClassDesc ? above : null;
    if ((superDesc?.chain.length ?? 0) >= MAX_CHAIN)
      throw new StreamLimitError(`${desc.name}: too many superclasses`);
    desc.finish(superDesc);
    const known = this.#familiar(desc);
    this.#handles[frame.index] = known;
    return this.#pop(known);
  }

  /** The description of this class that an earlier stream gave, when it is the same. */
  #familiar(desc: ClassDesc): ClassDesc {
    const known = this.#known.get(desc.name);
    if (known !== undefined && sameClass(known, desc)) return known;
    if (this.#known.size > 10_000) this.#known.clear(); // a hostile sender's names; a JVM has a few dozen here
    this.#known.set(desc.name, desc);
    return desc;
  }

  #proxyHeader(): number {
    if (this.#missing(5)) return SHORT;
    const count = this.#bytes.readInt32BE(this.#at + 1);
    if (count < 0 || count > 65_535) throw new StreamCorruptedError(`a proxy of ${count} interfaces`); // JVM limit
    this.#at += 5;
    this.#push(PROXYDESC);
    const frame = this.#top();
    frame.count = this.#claim(count, 'a proxy with interfaces');
    frame.names = [];
    frame.desc = new ClassDesc('$Proxy', 0n, SC_SERIALIZABLE, frame.names);
    this.#remember(frame.desc);
    return PUSHED;
  }

  /** desc: being described; count: interface names left. Stages: names, annotation, super. */
  #stepProxy(frame: Frame): boolean {
    const desc = frame.desc;
    if (desc === null) throw new StreamCorruptedError('no class');
    for (; frame.count > 0; frame.count--) {
      if (this.#missing(2)) return false;
      const length = this.#bytes.readUInt16BE(this.#at);
      if (this.#missing(2 + length)) return false;
      frame.names.push(decodeModifiedUtf(this.#bytes, this.#at + 2, this.#at + 2 + length));
      this.#at += 2 + length;
    }
    while (frame.stage === 0) {
      const got = this.#child(frame);
      if (got === END) frame.stage = 1;
      else if (got !== DONE) return got === PUSHED;
    }
    const got = this.#childValue(frame);
    if (got !== DONE) return got === PUSHED;
    const above = this.#value;
    desc.finish(above instanceof ClassDesc && above.complete ? above : null);
    return this.#pop(desc);
  }

  /** target: being read; index: which class of the chain. Stages: class, fields, annotation; count: field at hand. */
  #stepObject(frame: Frame): boolean {
    if (frame.stage === 0) {
      const got = this.#childClass(frame);
      if (got !== DONE) return got === PUSHED;
      frame.target = new JavaObject(frame.desc ?? this.#noClass());
      this.#remember(frame.target);
      frame.stage = 1;
    }
    const { desc, target } = frame;
    if (desc === null || !(target instanceof JavaObject)) throw new StreamCorruptedError('no object');
    while (frame.index < desc.chain.length) {
      const owner = desc.chain[frame.index] ?? desc;
      const more = this.#stepOwner(frame, owner, target);
      if (more !== DONE) return more === PUSHED;
    }
    return this.#pop(target);
  }

  #noClass(): never {
    throw new StreamCorruptedError('an object without a class');
  }

  /** What one class of the chain wrote. DONE: the frame is at the next one. */
  #stepOwner(frame: Frame, owner: ClassDesc, target: JavaObject): number {
    if ((owner.flags & SC_EXTERNALIZABLE) !== 0 && frame.stage === 1) {
      if ((owner.flags & SC_BLOCK_DATA) === 0) return this.#external(frame, owner);
      frame.stage = 4;
      frame.contents = [];
    } else if (frame.stage === 1) {
      if ((owner.flags & SC_SERIALIZABLE) === 0) return nextOwner(frame);
      if (this.#missing(owner.primitiveBytes)) return SHORT;
      this.#claim(owner.fields.length, 'fields');
      this.#primitives(owner, target);
      frame.count = owner.objectFieldCount;
      frame.stage = 3;
    }
    for (; frame.stage === 3 && frame.count > 0; frame.count--) {
      const got = this.#childValue(frame);
      if (got !== DONE) return got;
      target.fields.push(this.#value);
    }
    if (frame.stage === 3) {
      if ((owner.flags & SC_WRITE_METHOD) === 0) return nextOwner(frame);
      frame.stage = 4;
      frame.contents = [];
    }
    return this.#annotation(frame, owner, target);
  }

  /** Primitive fields come first, in one run. */
  #primitives(owner: ClassDesc, target: JavaObject): void {
    if (owner.boxes !== '') {
      this.#box(target, owner.boxes);
      this.#at += owner.primitiveBytes;
      return;
    }
    for (const { code } of owner.primitiveFields) {
      target.fields.push(this.#primitive(code, this.#at));
      this.#at += widthOf(code);
    }
  }

  #annotation(frame: Frame, owner: ClassDesc, target: JavaObject): number {
    for (;;) {
      const got = this.#child(frame);
      if (got === END) break;
      if (got !== DONE) return got;
      this.#claim(1, 'an annotation');
      frame.contents.push(this.#value);
      this.#dateSlot(owner, target);
    }
    if (owner.name === 'java.time.Ser') return this.#framedTime(frame);
    const annotation: Annotation = { desc: owner, contents: frame.contents };
    (target.annotations ??= []).push(annotation);
    return nextOwner(frame);
  }

  /** A java.util.Date is eight bytes of block data: milliseconds, the one annotation that is a value like a box's. */
  #dateSlot(owner: ClassDesc, target: JavaObject): void {
    const written = this.#value;
    if (owner.name !== 'java.util.Date' || !Buffer.isBuffer(written) || written.length !== 8) return;
    if (target.slot < 0) target.slot = this.slots.add(this.#base + this.#at - 8, 'J');
  }

  /** java.time's Ser stands for the value it writes. It takes the handle of the object, too. */
  #external(frame: Frame, owner: ClassDesc): number {
    if (owner.name !== 'java.time.Ser') throw new UnskippableClassError(owner.name);
    const read = readJavaTime(this.#bytes, this.#at, this.#end);
    if (read === undefined) {
      this.#need = this.#end - this.#at + 1;
      return SHORT;
    }
    this.#at = read.end;
    return this.#standIn(frame, read.value);
  }

  /** The same from a stream of protocol version 2, which files have: its bytes came as block data. */
  #framedTime(frame: Frame): number {
    const [written] = frame.contents;
    const read = Buffer.isBuffer(written) ? readJavaTime(written, 0, written.length) : undefined;
    if (read === undefined) throw new StreamCorruptedError('java.time.Ser: incomplete');
    return this.#standIn(frame, read.value);
  }

  /** The value takes the place and the handle of the object that only carried it. */
  #standIn(frame: Frame, value: JavaValue): number {
    const handle = frame.target === null ? -1 : this.#handles.lastIndexOf(frame.target);
    if (handle >= 0) this.#handles[handle] = value;
    this.#pop(value);
    return PUSHED; // the frame is gone: the caller only goes on with what is on top
  }

  /** target: being filled; count: elements left. Stages: class, size, elements. */
  #stepArray(frame: Frame): boolean {
    if (frame.stage === 0) {
      const got = this.#childClass(frame);
      if (got !== DONE) return got === PUSHED;
      frame.stage = 1;
    }
    if (frame.stage === 1) {
      if (this.#missing(4)) return false;
      const count = this.#bytes.readInt32BE(this.#at);
      if (count < 0) throw new StreamCorruptedError(`an array of ${count} elements`);
      frame.count = this.#claim(count, 'an array');
      frame.target = new JavaArray(frame.desc ?? this.#noClass());
      this.#remember(frame.target);
      this.#at += 4;
      frame.stage = 2;
    }
    const array = frame.target;
    if (!(array instanceof JavaArray)) throw new StreamCorruptedError('no array');
    return this.#elements(frame, array);
  }

  #elements(frame: Frame, array: JavaArray): boolean {
    const code = array.desc.name.charAt(1);
    const width = widthOf(code);
    for (; frame.count > 0; frame.count--) {
      if (width > 0) {
        if (this.#missing(width)) return false;
        array.values.push(this.#primitive(code, this.#at));
        this.#at += width;
        continue;
      }
      const got = this.#childValue(frame);
      if (got !== DONE) return got === PUSHED;
      array.values.push(this.#value);
    }
    return this.#pop(array);
  }

  #stepEnum(frame: Frame): boolean {
    if (frame.stage === 0) {
      const got = this.#childClass(frame);
      if (got !== DONE) return got === PUSHED;
      frame.target = new JavaEnum(frame.desc ?? this.#noClass());
      this.#remember(frame.target);
      frame.stage = 1;
    }
    const got = this.#childValue(frame);
    if (got !== DONE) return got === PUSHED;
    if (!(frame.target instanceof JavaEnum) || typeof this.#value !== 'string') {
      throw new StreamCorruptedError('an enum without a name');
    }
    frame.target.constant = this.#value;
    return this.#pop(frame.target);
  }

  #stepClassObject(frame: Frame): boolean {
    const got = this.#childClass(frame);
    if (got !== DONE) return got === PUSHED;
    const value = new JavaClass(frame.desc ?? this.#noClass());
    this.#remember(value);
    return this.#pop(value);
  }

  #stepAbort(frame: Frame): boolean {
    const got = this.#childValue(frame);
    if (got !== DONE) return got === PUSHED;
    throw new WriteAbortedError(this.#value, describe(this.#value));
  }
}

function nextOwner(frame: Frame): number {
  frame.index++;
  frame.stage = 1;
  return DONE;
}

function sameClass(a: ClassDesc, b: ClassDesc): boolean {
  return (
    a.suid === b.suid &&
    a.flags === b.flags &&
    a.superDesc === b.superDesc &&
    a.fields.length === b.fields.length &&
    a.fields.every((field, i) => {
      const other = b.fields[i];
      return field.name === other?.name && field.type === other.type && field.code === other.code;
    })
  );
}

/** An exception in a few words. */
function describe(exception: JavaValue): string {
  if (!(exception instanceof JavaObject)) return 'no exception given';
  const message = exception.field('detailMessage');
  return typeof message === 'string' ? `${exception.desc.name}: ${message}` : exception.desc.name;
}
