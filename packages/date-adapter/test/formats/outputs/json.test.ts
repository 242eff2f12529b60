import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { JsonOutput } from '../../../src/formats/outputs/json.ts';
import { stampFor, written, writtenJson } from '../written-record.ts';

const LINE = '{"time":"T1","level":"info","n":"12","flag":"true","o":"{\\"a\\":[1]}","bad":"{","x":1.50}';

describe('fields', () => {
  it.each([
    { name: 'as they are', options: {}, out: JSON.parse(LINE) },
    {
      name: 'renamed and dropped',
      options: { rename: { level: 'severity' }, drop: ['n', 'flag', 'o', 'bad', 'nobody'] },
      out: { time: 'T1', severity: 'info', x: 1.5 },
    },
    {
      name: 'retyped, where the value can be of that type',
      options: {
        types: {
          n: 'number',
          flag: 'boolean',
          o: 'json',
          bad: 'json',
          level: 'number',
          x: 'string',
        } as const,
      },
      out: { time: 'T1', level: 'info', n: 12, flag: true, o: { a: [1] }, bad: '{', x: '1.50' },
    },
    {
      name: 'added; the added one wins',
      options: {
        drop: ['n', 'flag', 'o', 'bad', 'x'],
        add: { env: 'prod "1"', level: 'none', count: 3, ok: true },
      },
      out: { time: 'T1', env: 'prod "1"', level: 'none', count: 3, ok: true },
    },
    {
      name: 'with the line as it was',
      options: { drop: ['n', 'flag', 'o', 'bad', 'x', 'level'], keepRaw: 'raw' },
      out: { time: 'T1', raw: LINE },
    },
  ])('$name', ({ options, out }) => {
    expect(writtenJson('json', LINE, new JsonOutput(options))).toEqual(out);
  });
});

it('keeps the order of the fields and the way numbers are written', () => {
  const line = '{"b":1.50,"a":1e3,"c":-0.0,"d":12345678901234567890}';
  expect(written('json', line, new JsonOutput())).toBe(line);
});

it('writes an empty object for a record without fields', () => {
  expect(written('json', '{}', new JsonOutput())).toBe('{}');
  expect(written('json', '{"a":1}', new JsonOutput({ drop: ['a'] }))).toBe('{}');
});

it('passes nested values as they are, on one line', () => {
  const line = '{"a":{ "x" : [ 1,\n2 ] },"b":null}';
  expect(written('json', line, new JsonOutput())).toBe('{"a":{ "x" : [ 1, 2 ] },"b":null}');
});

describe('the stamp', () => {
  it('is converted; as a string escaped, as a number bare', () => {
    const line = '{"time":"T1"}';
    const quoted = new JsonOutput({ stamp: stampFor('T1', 'a "b"') });
    expect(written('json', line, quoted)).toBe('{"time":"a \\"b\\""}');
    const bare = new JsonOutput({ stamp: stampFor('T1', '1.5'), stampIsNumber: true });
    expect(written('json', line, bare)).toBe('{"time":1.5}');
  });

  it('stays as it is when it cannot be', () => {
    const line = '{"time":"T2","x":1}';
    expect(written('json', line, new JsonOutput({ stamp: stampFor('T1', 'new') }))).toBe(line);
  });

  it('is unescaped before it is converted', () => {
    const output = new JsonOutput({ stamp: stampFor('1/2', 'new') });
    expect(written('json', '{"time":"1\\/2"}', output)).toBe('{"time":"new"}');
  });
});

it('escapes every byte as JSON.stringify does, in every length around a word', () => {
  const random = new SeededRandom(5);
  for (let byte = 0; byte < 256; byte++) {
    for (let length = 0; length < 9; length += 2) {
      const value = Buffer.from(random.text(length + 1).replaceAll(/[\\ "]/g, 'x'));
      value[random.integer(0, length)] = byte === 0x20 || byte === 0x0a ? 0x21 : byte;
      const line = Buffer.concat([Buffer.from('Jan 31 00:00:00 h '), value]);
      expect(writtenJson('syslog-3164', line, new JsonOutput())).toMatchObject({
        message: expect.stringContaining(new TextDecoder().decode(value).replace(/^.*?: */s, '')),
      });
    }
  }
});

it('replaces what is no UTF-8 as TextDecoder does', () => {
  const random = new SeededRandom(6);
  const bytes = [
    0x41, 0x80, 0xbf, 0xc2, 0xc3, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff, 0x82, 0xac, 0x90, 0x9f,
  ];
  for (let round = 0; round < 1500; round++) {
    const value = Buffer.from(Array.from({ length: random.integer(1, 12) }, () => random.pick(bytes)));
    const line = Buffer.concat([
      Buffer.from('{"a":"'),
      value,
      Buffer.from('","b":["'),
      value,
      Buffer.from('"]}'),
    ]);
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(value);
    expect(writtenJson('json', line, new JsonOutput())).toEqual({ a: text, b: [text] });
  }
});
