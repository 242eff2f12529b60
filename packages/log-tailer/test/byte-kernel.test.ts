// The vectors against plain loops, over lines whose lengths and places walk across the edges of a vector, and over
// every size of output that ends inside a line.
import { readFileSync } from 'node:fs';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { describe, expect, test } from 'vitest';
import { ByteKernel } from '../src/byte-kernel.ts';
import { ESCAPES } from '../src/json-escape.ts';
import { assembledKernel } from '../wasm/assemble.ts';

const kernel = new ByteKernel(ESCAPES);
const input = kernel.allocate(64 * 1024);
const output = kernel.allocate(32 * 1024);
const untouched = Buffer.alloc(output.length, 0xee);
/** The kernel keeps this much of the output free for stores that run over. */
const OVERRUN_BYTES = 32;

const rewritten = {
  prefix: (line: string, head: string): string => `${head}${line}\n`,
  json: (line: string, head: string): string => `${head}${JSON.stringify(line).slice(1)}}\n`,
};

function placed(text: string, at = 0): Buffer {
  input.fill('\n"x', 0);
  const bytes = Buffer.from(text);
  bytes.copy(input, at);
  return input.subarray(at, at + bytes.length);
}

function run(rewrite: 'prefix' | 'json', lines: Buffer, head: string, outputBytes = output.length) {
  output.fill(0xee);
  const target = output.subarray(0, outputBytes);
  const { taken, written } = kernel[rewrite](lines, target, Buffer.from(head));
  const behind = output.subarray(outputBytes);
  expect(behind.equals(untouched.subarray(outputBytes)), 'wrote behind its output').toBe(true);
  return { taken, text: target.subarray(0, written).toString() };
}

/** Lengths around one and two vectors are as likely as all others together. */
function someLine(random: SeededRandom, alphabet: readonly string[]): string {
  const length = random.chance(0.5)
    ? random.pick([0, 1, 14, 15, 16, 17, 30, 31, 32, 33, 47, 48, 49])
    : random.integer(0, 200);
  return Array.from({ length }, () => random.pick(alphabet)).join('');
}

const alphabets = {
  plain: ['a', 'b', 'c', ' ', 'z'],
  awkward: ['a', '"', '\\', '\t', '\r', '\u0000', '\u001f', '\u007f', 'ü', '€', '😀'],
};

describe.each(['prefix', 'json'] as const)('%s', (rewrite) => {
  test.each(Object.entries(alphabets))('%s lines as by plain loops', (_, alphabet) => {
    const random = new SeededRandom(21);
    for (let round = 0; round < 400; round++) {
      const lines = Array.from({ length: random.integer(1, 12) }, () => someLine(random, alphabet));
      const head = random.pick([
        '',
        'x',
        '[app.log] ',
        'sixteen bytes...',
        'seventeen bytes..',
        'y'.repeat(100),
      ]);
      const bytes = placed(lines.map((line) => `${line}\n`).join(''), random.integer(0, 40));
      const { taken, text } = run(rewrite, bytes, head);
      expect(taken, `round ${round}`).toBe(bytes.length);
      expect(text, `round ${round}`).toBe(lines.map((line) => rewritten[rewrite](line, head)).join(''));
    }
  });

  test('stops before the first line that may not fit, wherever the output ends', () => {
    const lines = ['short', '"\u0001"'.repeat(7), 'x'.repeat(33), '', 'y'.repeat(16), 'end'];
    const bytes = placed(lines.map((line) => `${line}\n`).join(''));
    const head = '[head] ';
    const ends = [0];
    for (const line of lines) ends.push(ends.at(-1)! + Buffer.byteLength(rewritten[rewrite](line, head)));
    const consumed = [0];
    for (const line of lines) consumed.push(consumed.at(-1)! + line.length + 1);
    for (let size = 0; size < ends.at(-1)! + 100; size++) {
      const { taken, text } = run(rewrite, bytes, head, size);
      const whole = consumed.indexOf(taken);
      expect(whole, `no line ends at ${taken}, output ${size}`).not.toBe(-1);
      expect(text).toBe(
        lines
          .slice(0, whole)
          .map((line) => rewritten[rewrite](line, head))
          .join(''),
      );
      // It may be cautious by its margin and a vector, not more.
      const mustFit = ends.findLastIndex((end) => end + OVERRUN_BYTES + 16 <= size);
      expect(whole, `output ${size}`).toBeGreaterThanOrEqual(Math.max(0, mustFit));
    }
  });
});

test('count: every length, every place', () => {
  const random = new SeededRandom(22);
  const bytes = kernel.allocate(400);
  for (let round = 0; round < 2000; round++) {
    for (let at = 0; at < bytes.length; at++) bytes[at] = random.pick([0, 10, 10, 65, 255]);
    const part = bytes.subarray(random.integer(0, 40), random.integer(40, 400));
    const byte = random.pick([0, 10, 65, 255, 7]);
    expect(kernel.count(part, byte)).toBe(part.filter((each) => each === byte).length);
  }
});

test('reaches its own memory only', () => {
  expect(kernel.reaches(input.subarray(3, 5))).toBe(true);
  expect(kernel.reaches(Buffer.alloc(8))).toBe(false);
});

test('memory that is used up is an error, not somebody else’s memory', () => {
  const small = new ByteKernel(ESCAPES);
  expect(() => small.allocate(11 * 1024 * 1024)).toThrow(RangeError);
});

test('byte-kernel-code.ts is what byte-kernel.wat assembles to', async () => {
  const file = new URL('../src/byte-kernel-code.ts', import.meta.url);
  expect(readFileSync(file, 'utf8'), 'run `npm run wasm -w packages/log-tailer`').toBe(
    await assembledKernel(),
  );
});
