// Protocol Buffers wire format, the part that an encoder needs (protobuf.dev, "Encoding"). A nested message is written in
// place and moved by the bytes of its length afterwards: no buffer per message. Pure.

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;

export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(4096);
  #at = 0;

  /** What was written so far, as a copy; the writer begins anew. */
  take(): Uint8Array {
    const taken = Uint8Array.prototype.slice.call(this.#bytes, 0, this.#at);
    this.#at = 0;
    return taken;
  }

  varintField(field: number, value: number): void {
    this.varint(field * 8 + VARINT);
    this.varint(value);
  }

  doubleField(field: number, value: number): void {
    this.varint(field * 8 + FIXED64);
    this.#reserve(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  stringField(field: number, value: string): void {
    if (value === '') return;
    this.varint(field * 8 + LENGTH);
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.#reserve(length);
    this.#at += this.#bytes.write(value, this.#at);
  }

  /** A nested message, or packed numbers: whatever `write` writes. */
  messageField(field: number, write: () => void): void {
    this.varint(field * 8 + LENGTH);
    this.delimited(write);
  }

  delimited(write: () => void): void {
    const start = this.#at;
    write();
    const length = this.#at - start;
    let width = 1;
    for (let rest = length; rest >= 128; rest = Math.floor(rest / 128)) width++;
    this.#reserve(width);
    this.#bytes.copyWithin(start + width, start, this.#at);
    const end = this.#at + width;
    this.#at = start;
    this.varint(length);
    this.#at = end;
  }

  /** A non-negative integer up to 2^53. */
  varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#at++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#at++] = rest;
  }

  /** Signed: small numbers of either sign are short. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + more));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
