import { expect, test } from 'vitest';
import { Output } from '../src/output.ts';

const texts = (output: Output): string[] => output.finish().map(String);

test('pieces in the order they came, rewritten and passed ones', () => {
  const output = new Output(Buffer.alloc(16));
  output.append(Buffer.from('one '));
  output.append(Buffer.from('two '));
  output.pass(Buffer.from('three '));
  output.append(Buffer.from('four'));
  expect(texts(output)).toEqual(['one two ', 'three ', 'four']);
});

test('a further chunk when the first is full; the first again in the next round', () => {
  const first = Buffer.alloc(8);
  const output = new Output(first);
  output.append(Buffer.from('12345678'));
  output.append(Buffer.from('9'));
  expect(texts(output)).toEqual(['12345678', '9']);
  output.reset();
  expect(output.room()).toHaveLength(8);
  expect(output.finish()).toEqual([]);
  output.append(Buffer.from('a'));
  expect(first.toString('latin1', 0, 1)).toBe('a');
});

test('one append larger than any chunk', () => {
  const output = new Output(Buffer.alloc(4));
  const large = Buffer.alloc(3 * 1024 * 1024, 'x');
  output.append(large);
  output.append(Buffer.from('y'));
  expect(Buffer.concat(output.finish()).equals(Buffer.concat([large, Buffer.from('y')]))).toBe(true);
});

test('formats may write into the chunk themselves', () => {
  const output = new Output(Buffer.alloc(4));
  output.reserve(3);
  output.used += output.chunk.write('abc', output.used);
  output.reserve(3);
  output.used += output.chunk.write('def', output.used);
  expect(texts(output).join('')).toBe('abcdef');
});
