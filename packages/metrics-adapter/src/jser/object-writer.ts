// Writes the few things a JMX client ever sends: calls whose arguments are null, strings, arrays of strings and
// ObjectNames. Hot for requests: appends to one growing buffer, so that a window of calls is one write to the socket.
// Invariant: class annotations are TC_NULL, as RMI's MarshalInputStream reads a codebase there.

import { encodeModifiedUtf } from './modified-utf.ts';
import {
  STREAM_MAGIC,
  STREAM_VERSION,
  TC_BLOCKDATA,
  TC_CLASSDESC,
  TC_ENDBLOCKDATA,
  TC_LONGSTRING,
  TC_NULL,
  TC_STRING,
} from './stream-constants.ts';

export class ObjectWriter {
  #bytes: Buffer;
  #at = 0;

  constructor(capacity = 4096) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  get length(): number {
    return this.#at;
  }

  /** A copy of everything written since the last `take`. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    return taken;
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  short(value: number): void {
    this.#room(2);
    this.#at = this.#bytes.writeUInt16BE(value & 0xffff, this.#at);
  }

  int(value: number): void {
    this.#room(4);
    this.#at = this.#bytes.writeInt32BE(value, this.#at);
  }

  long(value: bigint): void {
    this.#room(8);
    this.#at = this.#bytes.writeBigInt64BE(value, this.#at);
  }

  /** As DataOutput.writeUTF: two bytes of length, then modified UTF-8. @throws RangeError beyond 65,535 bytes. */
  utf(text: string): void {
    const ascii = this.#ascii(text, 2);
    if (ascii) return;
    const bytes = encodeModifiedUtf(text);
    if (bytes.length > 0xffff) throw new RangeError(`a name of ${bytes.length} bytes: 65,535 is the most`);
    this.short(bytes.length);
    this.raw(bytes);
  }

  header(): void {
    this.short(STREAM_MAGIC);
    this.short(STREAM_VERSION);
  }

  /** Block data of up to 255 bytes. */
  blockData(bytes: Uint8Array): void {
    this.byte(TC_BLOCKDATA);
    this.byte(bytes.length);
    this.raw(bytes);
  }

  nil(): void {
    this.byte(TC_NULL);
  }

  string(text: string): void {
    if (text.length > 0xffff / 3) {
      const bytes = encodeModifiedUtf(text);
      this.byte(bytes.length > 0xffff ? TC_LONGSTRING : TC_STRING);
      if (bytes.length > 0xffff) this.long(BigInt(bytes.length));
      else this.short(bytes.length);
      this.raw(bytes);
      return;
    }
    this.byte(TC_STRING);
    this.utf(text);
  }

  /** The description of a class without fields and superclass that goes over the wire. */
  plainClass(name: string, suid: bigint, flags: number): void {
    this.byte(TC_CLASSDESC);
    this.utf(name);
    this.long(suid);
    this.byte(flags);
    this.short(0);
    this.byte(TC_NULL); // codebase
    this.byte(TC_ENDBLOCKDATA);
    this.byte(TC_NULL); // superclass
  }

  /** Length and text, when the text is short and ASCII without NUL; false when it is not, and nothing is written. */
  #ascii(text: string, header: number): boolean {
    const { length } = text;
    if (length > 0xffff) return false;
    this.#room(header + length);
    const bytes = this.#bytes;
    let at = this.#at + header;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === 0 || unit >= 0x80) return false;
      bytes[at++] = unit;
    }
    bytes.writeUInt16BE(length, this.#at);
    this.#at = at;
    return true;
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + more));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
