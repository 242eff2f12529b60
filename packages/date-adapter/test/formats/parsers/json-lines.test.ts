import { expect, it } from 'vitest';
import { FieldNames } from '../../../src/formats/field-names.ts';
import { JsonLinesParser } from '../../../src/formats/parsers/json-lines.ts';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { hardened, fieldsOf, outcomeOf } from '../parsed-line.ts';

const make = (names: FieldNames): JsonLinesParser => new JsonLinesParser(names);

const LINES = [
  '{}',
  ' { } ',
  '{"time":"2023-01-01T00:00:00Z","level":"info","msg":"hello"}',
  '{ "a" : 1 , "b" : -0.5e+10 ,\t"c":true,"d":false,"e":null }',
  '{"nested":{"x":[1,2,{"y":"}"}],"z":{}},"list":[],"l2":[ ],"o":{ }}',
  '{"esc":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\ud83d\\ude00","k\\u0065y":1}',
  '{"lone":"\\ud800x","ünï":"ö€😀"}',
  '{"":"","a.b":"c","__proto__x":1}',
  '{"big":123456789012345678901234567890,"zero":0,"neg":-0}',
  '{"deep":[[[[[[[[[[{"a":[{"b":[]}]}]]]]]]]]]]}',
];

it.each(LINES)('reads %s as JSON.parse does', (line) => {
  expect(fieldsOf(make, line)).toEqual(JSON.parse(line));
});

const REFUSED: readonly (readonly [line: string, failedAt: number])[] = [
  ['', 0],
  ['[1]', 0],
  ['"text"', 0],
  ['{"a":1', 6],
  ['{"a":1,}', 7],
  ['{a:1}', 1],
  ["{'a':1}", 1],
  ['{"a" 1}', 5],
  ['{"a":}', 5],
  ['{"a":01}', 5],
  ['{"a":1.}', 5],
  ['{"a":+1}', 5],
  ['{"a":.5}', 5],
  ['{"a":tru}', 5],
  ['{"a":"x}', 8],
  ['{"a":"\\x"}', 6],
  ['{"a":"\\u12g4"}', 6],
  ['{"a":"\t"}', 6],
  ['{"a":[1 2]}', 8],
  ['{"a":[1,]}', 8],
  ['{"a":{"b":1]}', 11],
  ['{"a":1} x', 8],
  ['{"a":NaN}', 5],
];

it.each(REFUSED)('refuses %s', (line, failedAt) => {
  expect(jsonObject(line)).toBeUndefined();
  expect(outcomeOf(make, line).failedAt).toBe(failedAt);
});

function jsonObject(line: string): unknown {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const nested = (depth: number): string => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;

it('refuses nesting without an end, and takes much of it', () => {
  expect(outcomeOf(make, nested(500)).fields).toBeDefined();
  expect(outcomeOf(make, nested(100_000))).toEqual({ failedAt: 517, expected: 'less deeply nested JSON' });
});

it('agrees with JSON.parse about lines with bytes changed', () => {
  const random = new SeededRandom(11);
  let taken = 0;
  for (let round = 0; round < 2000; round++) {
    const text = Array.from(random.pick(LINES));
    for (let change = random.integer(1, 3); change > 0; change--) {
      text[random.integer(0, text.length - 1)] = random.pick(Array.from('"\\{}[],:0 1e.-tn\u0001'));
    }
    const line = text.join('');
    const parsed = jsonObject(line);
    expect({ line, fields: outcomeOf(make, line).fields }).toEqual({ line, fields: parsed });
    if (parsed !== undefined) taken++;
  }
  expect(taken).toBeGreaterThan(200);
});

it('finds time, level, message and host by their usual names, the first of each', () => {
  const line = '{"ts":1,"time":2,"severity":"x","hostname":"h","message":"m","msg":"n"}';
  expect(outcomeOf(make, line).roles).toEqual({
    time: 'ts',
    level: 'severity',
    message: 'message',
    host: 'hostname',
  });
});

it('keeps more names than its table has room for', () => {
  const names = new FieldNames();
  const members = Array.from({ length: 6000 }, (_, index) => `"k${index}":${index}`);
  const parser = make(names);
  expect(fieldsOf(() => parser, `{${members.join(',')}}`)).toEqual(JSON.parse(`{${members.join(',')}}`));
});

it('takes hostile input', () => {
  expect(hardened(make, LINES)).toBeGreaterThan(0);
});
