// What is inside the lines, and lines that are not whole yet: scenarios 19 to 22.
// Raw output is the file, byte for byte; a line comes out when it is complete, whatever its length.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { holds } from '@podmate/testkit/eventually';
import { ByteRecord, recordOf } from '../byte-record.ts';
import { Gauge, sample } from '../process-sample.ts';
import { rotateByRename } from '../rotation-moves.ts';
import { LOSSLESS, type Scenario } from '../scenario.ts';
import type { Trial } from '../trial.ts';

const MEGABYTE = 2 ** 20;
/** How much more memory than at rest a tailer may take for a line of any length: a few buffers, and slack of the heap. */
const LONG_LINE_GROWTH_BYTES = 48 * MEGABYTE;

async function completeLater(trial: Trial, afterMs: number): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer);
  for (let round = 0; round < 3; round++) {
    writer.write(10);
    writer.begin();
    await sleep(afterMs);
    writer.finish();
    writer.write(10);
  }
  await trial.settle();
}

/** Renamed in the middle of a line; the writer finishes it in the old file, then opens the new one. */
async function completeAfterRotation(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer);
  for (let round = 0; round < 3; round++) {
    writer.write(50);
    writer.begin();
    await sleep(300);
    renameSync(writer.path, `${writer.path}.${3 - round}`);
    writeFileSync(writer.path, '');
    await sleep(300);
    writer.finish();
    writer.write(10);
    writer.reopen();
    writer.write(50);
  }
  await trial.settle();
}

/** The last line of the old file never gets its newline; it must come out, and not glued to the next. */
async function unterminatedAtRotation(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  await trial.follow(writer, { flags: ['--rotate-wait', '2s'] });
  for (let round = 0; round < 2; round++) {
    writer.write(100);
    writer.writeUnterminated();
    rotateByRename(writer);
    writer.write(100);
    await sleep(500);
  }
  await trial.settle();
}

async function completeAfterRestart(trial: Trial): Promise<void> {
  const checkpoint = trial.path('checkpoint');
  const writer = trial.writer('a', trial.path('app.log'));
  let tailing = await trial.follow(writer, { checkpoint });
  for (let round = 0; round < 3; round++) {
    writer.write(20);
    writer.begin();
    await sleep(500);
    await tailing.stop();
    if (round > 0) writer.finish();
    tailing = await trial.start(writer.path, { checkpoint });
    await sleep(500);
    writer.finish();
  }
  await trial.settle();
}

/** Whole lines before an unfinished one are out; of the unfinished one nothing, or what was there. */
async function unfinishedAtSigterm(trial: Trial): Promise<void> {
  const writer = trial.writer('a', trial.path('app.log'));
  const tailing = await trial.follow(writer);
  writer.write(200);
  writer.begin();
  const unfinished = writer.account.next - 1;
  await sleep(300);
  await tailing.stop();
  writer.account.excuse({ from: unfinished, to: unfinished + 1 });
}

async function longLine(trial: Trial, bytes: number): Promise<void> {
  const path = trial.path('app.log');
  const record = new ByteRecord();
  const writer = trial.writer('a', path);
  writer.writeRaw('the first line\n');
  const tailing = await trial.start(path, { sink: record });
  await holds(() => record.bytes > 0, { withinMs: 10_000 });
  const atRest = sample(tailing.pid)?.rssBytes ?? 0;
  using gauge = new Gauge(tailing.pid);
  const piece = Buffer.from(trial.random.text(MEGABYTE));
  for (let written = 0; written < bytes; written += piece.length) {
    writer.writeRaw(piece);
    await sleep(1);
  }
  writer.writeRaw('\nthe last line\n');
  const expected = await recordOf(path);
  await holds(() => record.bytes >= expected.bytes, { withinMs: 30_000 });
  const grown = gauge.peakRssBytes - atRest;
  trial.figure('memory grew by', `${Math.round(grown / MEGABYTE)} MiB`);
  trial.require(
    record.digest === expected.digest,
    `${record.bytes} bytes came out, not the ${expected.bytes} written`,
  );
  trial.requireOfOurs(grown < LONG_LINE_GROWTH_BYTES, `memory grew by ${Math.round(grown / MEGABYTE)} MiB`);
}

/** While one file stands in the middle of a line, the lines of the other must not come into it. */
async function interleave(trial: Trial): Promise<void> {
  const slow = trial.writer('slow', trial.path('slow.log'));
  const quick = trial.writer('quick', trial.path('quick.log'));
  quick.write(1);
  await trial.start([slow.path, quick.path]);
  await trial.delivered(10_000);
  for (let round = 0; round < 20; round++) {
    slow.begin();
    quick.write(trial.random.integer(1, 30));
    await sleep(trial.random.integer(0, 60));
    quick.begin();
    slow.finish();
    await sleep(trial.random.integer(0, 60));
    quick.finish();
  }
  await trial.settle();
}

/** Everything that a careless decoder would change. */
function nastyBytes(trial: Trial): Buffer {
  const parts: (string | Buffer)[] = [
    '\ufeffa byte order mark\n',
    'CRLF\r\n',
    '\r\n',
    '\n\n',
    'a lone \r inside\n',
    'a NUL \0 inside\n',
  ];
  parts.push(
    'tabs\tand ESC \u001b[31mred\u001b[0m\n',
    'ä € 😀 \u2028 \u2029 \u0085 no ends of line\n',
    ' leading and trailing \t \n',
  );
  parts.push(
    Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x80, 0x0a]),
    Buffer.from('surrogates \ud83d alone\n', 'utf16le'),
    '\n',
  );
  parts.push(
    Buffer.from('UTF-16: 😀 Ċ ਊ\r\n', 'utf16le'),
    '\n',
    '# no comment\n',
    '==> no header <==\n',
    '%s %d ${x}\n',
  );
  let bytes = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  for (const edge of [4096, 65_536, 131_072, 262_144, 524_288, MEGABYTE]) {
    const filler = Buffer.from(trial.random.text(edge - 1 - bytes.length));
    bytes = Buffer.concat([bytes, filler, Buffer.from('\r\n')]); // CR is the last byte before the edge
  }
  return bytes;
}

async function byteIdentical(trial: Trial): Promise<void> {
  const path = trial.path('app.log');
  const record = new ByteRecord({ keep: true });
  const bytes = nastyBytes(trial);
  writeFileSync(path, bytes);
  await trial.start(path, { sink: record });
  await holds(() => record.bytes >= bytes.length, { withinMs: 10_000 });
  const writer = trial.writer('a', path);
  for (let at = 0; at < bytes.length;) {
    const next = at + (at < 1024 ? trial.random.integer(1, 40) : trial.random.integer(1, 200_000));
    writer.writeRaw(bytes.subarray(at, next));
    at = next;
    await sleep(trial.random.integer(0, 15));
  }
  const expected = readFileSync(path);
  await holds(() => record.bytes >= expected.length, { withinMs: 6000 });
  await sleep(500);
  const { content } = record;
  const difference = content.findIndex((byte, index) => byte !== expected[index]);
  const at = difference < 0 ? `the end, ${content.length} of ${expected.length} bytes` : `byte ${difference}`;
  trial.require(content.equals(expected), `the output differs from the file at ${at}`);
}

export const lines: readonly Scenario[] = [
  {
    number: 19,
    name: 'line completed after 0.1 s',
    invariants: LOSSLESS,
    run: (trial) => completeLater(trial, 100),
  },
  {
    number: 19,
    name: 'line completed after 2 s',
    invariants: LOSSLESS,
    run: (trial) => completeLater(trial, 2000),
  },
  {
    number: 19,
    name: 'line completed after 10 s',
    invariants: LOSSLESS,
    longOnly: true,
    run: (trial) => completeLater(trial, 10_000),
  },
  { number: 19, name: 'line completed after the rotation', invariants: LOSSLESS, run: completeAfterRotation },
  {
    number: 19,
    // not I3: it is waited for, as its writer may finish it, and the next file does not wait with it
    name: 'last line without newline, rotated',
    invariants: ['I1', 'I2', 'I4'],
    run: unterminatedAtRotation,
  },
  {
    number: 19,
    name: 'line completed after a restart',
    invariants: LOSSLESS,
    needs: ['checkpoint'],
    run: completeAfterRestart,
  },
  { number: 19, name: 'SIGTERM in the middle of a line', invariants: LOSSLESS, run: unfinishedAtSigterm },
  { number: 20, name: 'line of 5 MB', invariants: ['I4', 'I5'], run: (trial) => longLine(trial, 5e6) },
  { number: 20, name: 'line of 300 MB', invariants: ['I4', 'I5'], run: (trial) => longLine(trial, 300e6) },
  {
    number: 21,
    name: 'two files, one in the middle of a line',
    invariants: LOSSLESS,
    needs: ['many'],
    run: interleave,
  },
  { number: 22, name: 'bytes that decoders change', invariants: ['I4'], run: byteIdentical },
];
