// Object streams for the reader's tests, put together by hand after the grammar of the serialization specification.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const utf = (text: string): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
};
const long = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};
const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** Bytes of a class description without annotation; `above` is its superclass, null when left out. */
function classDesc(
  name: string,
  flags: number,
  fields: readonly Buffer[] = [],
  above: Buffer = hex('70'),
): Buffer {
  const count = Buffer.alloc(2);
  count.writeUInt16BE(fields.length);
  return Buffer.concat([
    hex('72'),
    utf(name),
    long(1n),
    Buffer.of(flags),
    count,
    ...fields,
    hex('78'),
    above,
  ]);
}

const primitive = (code: string, name: string): Buffer => Buffer.concat([Buffer.from(code), utf(name)]);
const reference = (name: string, type: string): Buffer =>
  Buffer.concat([Buffer.from('L'), utf(name), hex('74'), utf(type)]);
const stream = (...parts: readonly Buffer[]): Buffer => Buffer.concat([hex('aced0005'), ...parts]);
const handle = (index: number): Buffer => Buffer.concat([hex('71'), int(0x7e0000 + index)]);

export const bytesOf = { utf, long, int, hex, classDesc, primitive, reference, stream, handle };

const number = classDesc('java.lang.Number', 2);
export const longDesc = classDesc('java.lang.Long', 2, [primitive('J', 'value')], number);

/** Long 5, and after it Long 6 of the class described before. */
export const twoLongs = Buffer.concat([hex('73'), longDesc, long(5n), hex('73'), handle(0), long(6n)]);

/** A getAttributes reply of a real JVM (fixture bean Values), as sent after the block data. */
export const recorded = (): Buffer => readFileSync(join(import.meta.dirname, 'fixtures', 'attributes.bin'));
