// Standard input, from real pipes: whole lines, long lines in pieces, the end, and being asked to end.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { temporaryDirectory } from '@podmate/testkit/files';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StdinInput } from '../../src/input/stdin-input.ts';

type Read = { text: string; startsLine: boolean; endsLine: boolean };

/** All that comes until the end. */
async function readAll(input: StdinInput): Promise<Read[]> {
  const found: Read[] = [];
  for (let round = await input.read(); round !== undefined; round = await input.read()) {
    for (const { bytes, start, end, startsLine, endsLine } of round.pieces)
      found.push({ text: Buffer.from(bytes.subarray(start, end)).toString('latin1'), startsLine, endsLine });
    round.acknowledge();
  }
  return found;
}

async function ofFile(content: string): Promise<Read[]> {
  await using directory = await temporaryDirectory('stdin-input');
  const file = directory.file('input');
  fs.writeFileSync(file, content, 'latin1');
  const fd = fs.openSync(file, 'r');
  onTestFinished(() => fs.closeSync(fd));
  const input = new StdinInput(fd);
  const found = await readAll(input);
  expect(input.readBytes).toBe(content.length);
  return found;
}

const LONG = 'x'.repeat(600_000);

describe('lines', () => {
  test.each([
    { name: 'nothing', in: '' },
    { name: 'one line', in: 'a\n' },
    { name: 'a last line without newline', in: 'a\nb' },
    { name: 'only newlines', in: '\n\n\n' },
    { name: 'a line longer than the buffer, and lines around it', in: `a\n${LONG}\nb\nc\n` },
    { name: 'a long line at the end, without newline', in: `a\n${LONG}` },
    { name: 'many lines', in: 'line of a log\n'.repeat(100_000) },
  ])('$name', async ({ in: content }) => {
    const found = await ofFile(content);
    expect(found.map(({ text }) => text).join('') === content).toBe(true);
    let isInside = false;
    for (const { text, startsLine, endsLine } of found) {
      expect(startsLine).toBe(!isInside);
      isInside = !text.endsWith('\n');
      expect(endsLine || isInside).toBe(true);
      // Where a line was begun elsewhere, it is alone.
      expect(startsLine || !text.slice(0, -1).includes('\n')).toBe(true);
    }
  });
});

test('a line waits for its end: what a pipe brings in pieces is handed over whole', async () => {
  using pipe = openPipe();
  const first = pipe.input.read();
  pipe.write('a\nb');
  expect(textOf(await first)).toBe('a\n');
  const second = pipe.input.read();
  pipe.write('c\n');
  expect(textOf(await second)).toBe('bc\n');
});

test('asked to end: what is there is read, and a writer that stays changes nothing', async () => {
  using pipe = openPipe();
  pipe.write('a\nrest');
  expect(textOf(await pipe.input.read())).toBe('a\n');
  pipe.input.drain();
  expect(textOf(await pipe.input.read())).toBe('rest');
  expect(await pipe.input.read()).toBeUndefined();
});

function textOf(round: Awaited<ReturnType<StdinInput['read']>>): string {
  return (round?.pieces ?? [])
    .map(({ bytes, start, end }) => Buffer.from(bytes.subarray(start, end)))
    .join('');
}

/** A named pipe, written by a `cat` whose own input is ours. */
function openPipe() {
  const file = `${fs.mkdtempSync('/tmp/podmate-stdin-input-')}/pipe`;
  const writer = spawn('sh', ['-c', 'mkfifo "$0" && exec cat > "$0"', file], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  while (!fs.existsSync(file)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  const fd = fs.openSync(file, 'r');
  const input = new StdinInput(fd);
  return {
    input,
    write: (text: string) => void writer.stdin.write(text),
    [Symbol.dispose]: () => {
      input.stop();
      writer.kill('SIGKILL');
      fs.closeSync(fd);
      fs.rmSync(file.replace(/\/pipe$/, ''), { recursive: true });
    },
  };
}
