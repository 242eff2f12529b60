import { expect, test } from 'vitest';
import { SeededRandom } from '../src/seeded-random.ts';
import { splits } from '../src/splits.ts';

const lengths = (seed: number) =>
  all('x'.repeat(300), seed).map(({ chunks }) => chunks.map((chunk) => chunk.length));
const all = (input: string | Uint8Array, seed = 1) => [...splits(input, new SeededRandom(seed))];

test.each(['x', 'ab', 'one\r\ntwo\n', 'ä€😀'.repeat(40), 'long '.repeat(400)])(
  'every split of %j puts together to the input, without empty chunks',
  (input) => {
    const every = all(input);
    expect(every.map(({ chunks }) => Buffer.concat(chunks).toString())).toEqual(every.map(() => input));
    expect(every.flatMap(({ chunks }) => chunks).filter((chunk) => chunk.length === 0)).toEqual([]);
  },
);

test('an empty input is one empty chunk', () => {
  expect(all('')).toEqual([{ name: 'whole', chunks: [Buffer.alloc(0)] }]);
});

test('a short input is cut at every place and byte by byte', () => {
  const names = all('abcd').map((split) => split.name);
  expect(names).toEqual(
    expect.arrayContaining(['whole', 'byte by byte', 'in two at 1', 'in two at 2', 'in two at 3']),
  );
  expect(all('abcd')[1]?.chunks.map(String)).toEqual(['a', 'b', 'c', 'd']);
});

test('bytes that are no text stay as they are', () => {
  const bytes = Uint8Array.of(0, 255, 10, 0xc3);
  for (const { chunks } of all(bytes)) expect(Buffer.concat(chunks)).toEqual(Buffer.from(bytes));
});

test('the seed decides the random splits', () => {
  expect(lengths(1)).toEqual(lengths(1));
  expect(lengths(1)).not.toEqual(lengths(2));
});
