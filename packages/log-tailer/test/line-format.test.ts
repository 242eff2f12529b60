import { expect, test } from 'vitest';
import { ByteKernel } from '../src/byte-kernel.ts';
import { ESCAPES } from '../src/json-escape.ts';
import { RawFormat } from '../src/line-format.ts';
import { Output } from '../src/output.ts';
import { batchOf, bytesOf, encoded, piecesOf } from './batches.ts';

const kernel = new ByteKernel(ESCAPES);

/** The kernel counts in its own memory only. */
function reachable(bytes: string | Buffer): Buffer {
  const data = bytesOf(bytes);
  const place = kernel.allocate(data.length);
  data.copy(place);
  return place;
}

test('raw passes the very bytes, without a copy', () => {
  const format = new RawFormat(kernel, 0x0a);
  const output = new Output(Buffer.alloc(64));
  const batch = { ...batchOf(''), bytes: reachable('a\n\0\xff\nb') };
  format.encode(batch, output);
  expect(output.finish()).toEqual([batch.bytes]);
  expect(output.finish()[0]!.buffer).toBe(batch.bytes.buffer);
  expect(format.lines).toBe(2);
});

test.each([
  { name: 'ends with a newline', newline: 0x0a, bytes: 'a\n', open: false, closed: '' },
  { name: 'ends without', newline: 0x0a, bytes: 'a\nb', open: true, closed: '\n' },
  { name: 'zero-terminated', newline: 0, bytes: 'a\0b\n', open: true, closed: '\0' },
])('raw: $name', ({ newline, bytes, open, closed }) => {
  const format = new RawFormat(kernel, newline);
  const output = new Output(Buffer.alloc(64));
  format.encode({ ...batchOf(''), bytes: reachable(bytes) }, output);
  expect(format.open).toBe(open);
  output.reset();
  if (format.open) format.close(output);
  expect(Buffer.concat(output.finish()).toString()).toBe(closed);
  expect(format.open).toBe(false);
});

test('raw stands inside a record between its pieces', () => {
  const format = new RawFormat(kernel, 0x0a);
  const [first, last] = piecesOf([Buffer.from('ab\n'), Buffer.from('c\n')]);
  encoded(format, [{ ...first!, bytes: reachable(first!.bytes) }]);
  expect(format.open).toBe(true);
  encoded(format, [{ ...last!, bytes: reachable(last!.bytes) }]);
  expect(format.open).toBe(false);
});
