// In bulk or record by record: the same output, whatever of it the kernel took.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { describe, expect, test } from 'vitest';
import { BulkFormat } from '../src/bulk-format.ts';
import { ByteKernel } from '../src/byte-kernel.ts';
import type { Batch } from '../src/file-reader.ts';
import { FollowStats } from '../src/follow-stats.ts';
import { ESCAPES } from '../src/json-escape.ts';
import { HeadWriter, JsonWriter } from '../src/line-format.ts';
import { jsonHead, prefixHead } from '../src/line-head.ts';
import { Output } from '../src/output.ts';
import { RecordFormat } from '../src/record-format.ts';
import { batchesOf, batchOf, encoded, LF, piecesOf } from './batches.ts';

const kernel = new ByteKernel(ESCAPES);
const place = kernel.allocate(64 * 1024);
const chunk = kernel.allocate(64 * 1024);
const heads = { prefix: prefixHead('[{basename}] '), json: jsonHead('message') };

function formats(rewrite: 'prefix' | 'json', head = heads[rewrite]) {
  const byRecord = (): RecordFormat =>
    new RecordFormat({
      framer: LF,
      writer: rewrite === 'json' ? new JsonWriter(head) : new HeadWriter(head),
      stripCr: false,
      maxLineBytes: 0,
      longLines: 'stream',
      encoding: undefined,
      mustBeUtf8: rewrite === 'json',
      stats: new FollowStats(),
    });
  return {
    bulk: new BulkFormat({ kernel, rewrite, headOf: head, byRecord: byRecord() }),
    byRecord: byRecord(),
  };
}

/** The batch as delivery has it: its bytes in the kernel's memory. */
function reachable(batch: Batch): Batch {
  batch.bytes.copy(place);
  return { ...batch, bytes: place.subarray(0, batch.bytes.length) };
}

function inBulk(format: BulkFormat, batches: readonly Batch[], room = chunk): Buffer {
  const output = new Output(room);
  return Buffer.concat(
    batches.map((batch) => {
      output.reset();
      format.encode(reachable(batch), output);
      return Buffer.concat(output.finish());
    }),
  );
}

const inputs = [
  { name: 'lines', bytes: Buffer.from('a\n\nlonger than a vector, twice over, I think\n"q"\\\n') },
  { name: 'no final newline', bytes: Buffer.from('a\nb') },
  { name: 'no UTF-8', bytes: Buffer.from('61ff0a62e2820a', 'hex') },
  { name: 'a BOM', bytes: Buffer.from('\ufeffa\nb\n') },
  {
    name: 'control characters',
    bytes: Buffer.from(`${String.fromCharCode(...Array.from({ length: 128 }, (_, code) => code))}\n`),
  },
];

describe.each(['prefix', 'json'] as const)('%s', (rewrite) => {
  test.each(inputs)('$name', ({ bytes }) => {
    for (const { name, chunks } of splits(bytes, new SeededRandom(31))) {
      const { bulk, byRecord } = formats(rewrite);
      const batches = batchesOf(chunks, LF);
      const out = inBulk(bulk, batches);
      expect([name, out.toString('latin1')]).toEqual([name, encoded(byRecord, batches).toString('latin1')]);
      expect([bulk.lines, bulk.open]).toEqual([byRecord.lines, byRecord.open]);
    }
  });

  test('pieces of a long record, then lines', () => {
    const { bulk, byRecord } = formats(rewrite);
    const batches = [...piecesOf([Buffer.from('ab'), Buffer.from('cd\n')]), batchOf('e\nf\n', { offset: 5 })];
    expect(inBulk(bulk, batches).toString()).toBe(encoded(byRecord, batches).toString());
    expect(bulk.lines).toBe(3);
  });

  test('what does not fit the chunk goes the other way, and nothing twice', () => {
    const lines = Buffer.from(Array.from({ length: 40 }, (_, n) => `line ${n} "quoted"\n`).join(''));
    for (let room = 0; room < 2500; room += 97) {
      const { bulk, byRecord } = formats(rewrite);
      const out = inBulk(bulk, [batchOf(lines)], chunk.subarray(0, room));
      expect([room, out.toString()]).toEqual([room, encoded(byRecord, [batchOf(lines)]).toString()]);
      expect(bulk.lines).toBe(40);
    }
  });

  test('a head too long for the kernel', () => {
    const head = prefixHead('x'.repeat(9000));
    const { bulk, byRecord } = formats(rewrite, head);
    const batches = [batchOf('a\nb\n')];
    expect(inBulk(bulk, batches).toString()).toBe(encoded(byRecord, batches).toString());
  });

  test('bytes out of the kernel’s reach', () => {
    const { bulk, byRecord } = formats(rewrite);
    const batches = [batchOf('a\nb\n')];
    expect(encoded(bulk, batches).toString()).toBe(encoded(byRecord, batches).toString());
  });
});
