// A transform on a real thread, seen from the main thread: what it prints comes back in order, also more than fits the
// shared memory; a loop without end is left by an interrupt, and a thread that is stopped fails whoever waits for it.
import { Worker } from 'node:worker_threads';
import { loadSettings } from '@podmate/base/settings';
import { eventually } from '@podmate/testkit/eventually';
import { expect, onTestFinished, test } from 'vitest';
import { ByteOutput } from '../../src/byte-output.ts';
import { settings } from '../../src/settings.ts';
import type { Outlet } from '../../src/stage.ts';
import { ThreadStage } from '../../src/thread/thread-stage.ts';
import { LineCounts } from '../../src/transform/line-transform.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);

/** As main.ts starts one. */
async function stageOf(program: string) {
  const { values } = await loadSettings(settings, { argv: [program], env: {} });
  const counts = new LineCounts();
  const logging = { level: 'error', format: 'logfmt' } as const;
  const stage = new ThreadStage({
    counts,
    start: (shared) =>
      new Worker(MAIN, { argv: ['--as-thread'], workerData: { kind: 'transform', values, logging, shared } }),
  });
  onTestFinished(() => stage.terminate());
  return { stage, counts };
}

/** Collects what leaves. */
function collector(): Outlet & { text(): string } {
  const out = new ByteOutput();
  let text = '';
  const take = (): void => {
    text += out.toString();
    out.clear();
  };
  return { out, flush: () => Promise.resolve(take()), text: () => (take(), text) };
}

function piece(text: string) {
  const bytes = Buffer.from(text);
  return { bytes, start: 0, end: bytes.length, source: 'a', startsLine: true, endsLine: true };
}

test('records in, output out, counts kept', async () => {
  const { stage, counts } = await stageOf('{ i = 0; while (i++ < 2) print $1, i } END { print "end", NR }');
  const outlet = collector();
  await stage.begin(outlet);
  await stage.push(piece('a\n'), outlet, 1);
  expect(outlet.text()).toBe('a 1\na 2\n');
  await stage.push(piece('b\nc\n'), outlet, 1);
  expect(stage.call).toBeUndefined();
  await stage.end(outlet);
  expect(outlet.text()).toBe('a 1\na 2\nb 1\nb 2\nc 1\nc 2\nend 3\n');
  expect(counts.converted).toBe(3);
});

test('more output than the shared memory has, from one line', async () => {
  const { stage } = await stageOf('{ for (i = 0; i < 200000; i++) print i }');
  const outlet = collector();
  await stage.begin(outlet);
  await stage.push(piece('a\n'), outlet, 1);
  expect(outlet.text()).toBe(Array.from({ length: 200_000 }, (_, at) => `${at}\n`).join(''));
});

test('getline of the input waits in the middle of an action', async () => {
  const { stage } = await stageOf('{ getline next_line; print $0 "-" next_line }');
  const outlet = collector();
  await stage.begin(outlet);
  await stage.push(piece('a\n'), outlet, 1);
  expect(outlet.text()).toBe('');
  await stage.push(piece('b\n'), outlet, 1);
  expect(outlet.text()).toBe('a-b\n');
});

test('a loop without end is left by an interrupt, and END runs', async () => {
  const { stage } = await stageOf('{ while (1) n++ } END { print "end" }');
  const outlet = collector();
  await stage.begin(outlet);
  const pushed = stage.push(piece('a\n'), outlet, 1);
  await eventually(() => expect(stage.call).toBe(2));
  stage.interrupt();
  await pushed;
  await stage.end(outlet);
  expect(outlet.text()).toBe('end\n');
});

test('stopped: whoever waits hears of it', async () => {
  const { stage } = await stageOf('{ while (1) n++ }');
  const outlet = collector();
  await stage.begin(outlet);
  const pushed = stage.push(piece('a\n'), outlet, 1);
  stage.terminate();
  await expect(pushed).rejects.toThrow('the program was stopped');
});
