// Against GNU tail and busybox tail on the same files.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ByteFramer, Utf16Framer } from '../src/line-framer.ts';
import { startOffset } from '../src/start-position.ts';
import { startPosition } from '../src/tail-arguments.ts';

/** Larger than one look back, with a line longer than it too. */
const long = `${'x'.repeat(70_000)}\n`;
const contents: Record<string, string> = {
  empty: '',
  'one line': 'one\n',
  'only a newline': '\n',
  'no final newline': 'one\ntwo\nthree',
  'no newline at all': 'one',
  'five lines': '1\n22\n333\n4444\n55555\n',
  'empty lines': '\n\n\nx\n\n',
  'long lines': `a\n${long}b\n${long}${long}c\n`,
  'many lines': Array.from({ length: 30_000 }, (_, n) => `line ${n}\n`).join(''),
  NULs: 'a\0bb\0\0ccc\0d\n',
};

const counts = [
  ['-n', '3'],
  ['-n', '1'],
  ['-n', '0'],
  ['-n', '-2'],
  ['-n', '+1'],
  ['-n', '+0'],
  ['-n', '+3'],
  ['-n', '+99999'],
  ['-n', '20000'],
  ['-n', '+20000'],
  ['-c', '5'],
  ['-c', '0'],
  ['-c', '+1'],
  ['-c', '+0'],
  ['-c', '+5'],
  ['-c', '70001'],
  ['-c', '+999999'],
  ['-c', '1K'],
  ['-c', '1kB'],
  ['-c', '+1b'],
] as const;

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await temporaryDirectory('start');
  for (const [name, content] of Object.entries(contents)) fs.writeFileSync(directory.file(name), content);
});
afterAll(() => directory.remove());

type Count = readonly [flag: string, count: string];

function ours(file: string, [flag, count]: Count, newline: number): Buffer {
  const position = startPosition({ [flag === '-n' ? 'lines' : 'bytes']: count, startAt: 'beginning' });
  const fd = fs.openSync(file, 'r');
  const { size } = fs.fstatSync(fd);
  const offset = startOffset(fd, size, position, new ByteFramer(newline));
  fs.closeSync(fd);
  return fs.readFileSync(file).subarray(offset);
}

/** What `tail` prints of each file, in one go: [count][file]. */
function theirs(tail: string, all: readonly Count[], names: readonly string[]): Buffer[][] {
  const out = (at: number, name: string): string => directory.file(`${tail}.${at}.${name}.out`);
  const script = all.flatMap((count, at) =>
    names.map((name) => `${tail} ${count.join(' ')} '${directory.file(name)}' > '${out(at, name)}'`),
  );
  execFileSync('sh', ['-ec', script.join('\n')]);
  return all.map((_, at) => names.map((name) => fs.readFileSync(out(at, name))));
}

const edges = (bytes: Buffer): unknown => [
  bytes.length,
  bytes.subarray(0, 40).toString(),
  bytes.subarray(-40).toString(),
];

/** Both, as `tail -n 3 of file: bytes`, to be compared. */
function both(
  tail: string,
  all: readonly Count[],
  names: readonly string[],
  newline = 0x0a,
): [object, object] {
  const wanted = theirs(tail, all, names);
  const label = (at: number, name: string): string => `${tail} ${all[at]!.join(' ')} of ${name}`;
  const table = (bytes: (at: number, index: number) => Buffer): object =>
    Object.fromEntries(
      all.flatMap((_, at) => names.map((name, index) => [label(at, name), edges(bytes(at, index))])),
    );
  return [
    table((at, index) => ours(directory.file(names[index]!), all[at]!, newline)),
    table((at, index) => wanted[at]![index]!),
  ];
}

test('as GNU tail', () => {
  const [found, wanted] = both('tail', counts, Object.keys(contents));
  expect(found).toEqual(wanted);
});

test('as GNU tail -z', () => {
  const zero = [
    ['-n', '2'],
    ['-n', '+2'],
    ['-n', '0'],
    ['-n', '100'],
  ] as const;
  const [found, wanted] = both('tail -z', zero, ['NULs', 'empty', 'one line'], 0);
  expect(found).toEqual(wanted);
});

test('as busybox tail', () => {
  // Its multipliers are others (kB is unknown), so those rows stay GNU's.
  const plain = counts.filter(([, count]) => /^[-+]?\d+$/.test(count));
  const [found, wanted] = both('busybox tail', plain, [
    'no final newline',
    'five lines',
    'empty lines',
    'empty',
  ]);
  expect(found).toEqual(wanted);
});

test('beginning and end', () => {
  const fd = fs.openSync(directory.file('five lines'), 'r');
  expect(startOffset(fd, 20, { kind: 'beginning' }, new ByteFramer(0x0a))).toBe(0);
  expect(startOffset(fd, 20, { kind: 'end' }, new ByteFramer(0x0a))).toBe(20);
  fs.closeSync(fd);
});

describe.each(['le', 'be'] as const)('UTF-16 %s', (order) => {
  const text = 'a\nbc\n\u0a0a\nd\n';
  const encoded = (part: string): Buffer => {
    const bytes = Buffer.from(part, 'utf16le');
    return order === 'le' ? bytes : bytes.swap16();
  };
  test.each([
    { position: { kind: 'lastLines', count: 1 }, rest: 'd\n' },
    { position: { kind: 'lastLines', count: 2 }, rest: '\u0a0a\nd\n' },
    { position: { kind: 'lastLines', count: 9 }, rest: text },
    { position: { kind: 'lastLines', count: 0 }, rest: '' },
    { position: { kind: 'fromLine', count: 1 }, rest: text },
    { position: { kind: 'fromLine', count: 2 }, rest: 'bc\n\u0a0a\nd\n' },
    { position: { kind: 'fromLine', count: 9 }, rest: '' },
    { position: { kind: 'lastBytes', count: 3 }, rest: 'd\n' },
  ] as const)('$position.kind $position.count', ({ position, rest }) => {
    const file = directory.file(`utf16${order}`);
    fs.writeFileSync(file, encoded(text));
    const fd = fs.openSync(file, 'r');
    const offset = startOffset(fd, fs.fstatSync(fd).size, position, new Utf16Framer(order));
    fs.closeSync(fd);
    expect(fs.readFileSync(file).subarray(offset)).toEqual(encoded(rest));
  });
});
