// Batches as the reader makes them, and what a format makes of them, for the tests of the formats.
// Invariant: what `encoded` returns is the whole of what would be written, in order.
import type { Batch } from '../src/file-reader.ts';
import { FileReader } from '../src/file-reader.ts';
import type { FollowInput } from '../src/follow-input.ts';
import { FollowStats } from '../src/follow-stats.ts';
import { NO_FINGERPRINT } from '../src/file-identity.ts';
import { PlainSource } from '../src/byte-source.ts';
import { ByteFramer, type Framer } from '../src/line-framer.ts';
import type { LineFormat } from '../src/line-format.ts';
import { Output } from '../src/output.ts';

export const LF = new ByteFramer(0x0a);

export function someInput(more: Partial<FollowInput> = {}): FollowInput {
  return {
    include: [],
    exclude: [],
    framer: LF,
    skipNul: true,
    gzip: false,
    byName: true,
    startAt: { kind: 'beginning' },
    ignoreOlderMs: Infinity,
    multilineTimeoutMs: Infinity,
    partialTimeoutMs: Infinity,
    ...more,
  };
}

/** A reader of no file: formats only ask it where its bytes come from. */
export function readerOf(followedPath: string): FileReader {
  const identity = { dev: 1n, ino: 1n, birthtimeNs: 1n };
  const file = { path: followedPath, followedPath, identity, source: new PlainSource(-1, false) };
  return new FileReader(file, { input: someInput(), stats: new FollowStats(), nowMs: 0 });
}

export function bytesOf(input: Buffer | string): Buffer {
  return typeof input === 'string' ? Buffer.from(input) : input;
}

export function batchOf(bytes: Buffer | string, more: Partial<Batch> = {}): Batch {
  const data = bytesOf(bytes);
  const offset = more.offset ?? 0;
  return {
    reader: readerOf('/var/log/app.log'),
    offset,
    end: offset + data.length,
    bytes: data,
    startsRecord: true,
    endsRecord: true,
    unfinished: false,
    marker: NO_FINGERPRINT,
    epoch: 0,
    ...more,
  };
}

/** The batches a reader hands out when its file grows chunk by chunk: complete records, at last what is left. */
export function batchesOf(
  chunks: readonly Buffer[],
  framer: Framer,
  reader = readerOf('/var/log/app.log'),
): Batch[] {
  const batches: Batch[] = [];
  let offset = 0;
  let waiting = Buffer.alloc(0);
  for (const chunk of chunks) {
    waiting = Buffer.concat([waiting, chunk]);
    const end = framer.lastEnd(waiting, 0, waiting.length);
    if (end === 0) continue;
    batches.push(batchOf(waiting.subarray(0, end), { offset, reader }));
    offset += end;
    waiting = waiting.subarray(end);
  }
  if (waiting.length > 0) batches.push(batchOf(waiting, { offset, reader }));
  return batches;
}

/** One record longer than the read buffer, as it is handed out: in pieces. */
export function piecesOf(chunks: readonly Buffer[]): Batch[] {
  let offset = 0;
  const reader = readerOf('/var/log/app.log');
  return chunks.map((chunk, index) => {
    const edges = { startsRecord: index === 0, endsRecord: index === chunks.length - 1 };
    const piece = batchOf(chunk, { offset, reader, ...edges });
    offset += chunk.length;
    return piece;
  });
}

/** What comes out for these batches; each round of delivery has one of them. */
export function encoded(format: LineFormat, batches: readonly Batch[], outputBytes = 1 << 16): Buffer {
  const output = new Output(Buffer.alloc(outputBytes));
  return Buffer.concat(
    batches.map((batch) => {
      output.reset();
      format.encode(batch, output);
      return Buffer.concat(output.finish());
    }),
  );
}
