// JSON with the places of its tokens: the same values as JSON.parse, and an error for everything else.

import { expect, test } from 'vitest';
import { isText, JsonError, type JsonNode, JsonReader } from '../../src/jolokia/json-reader.ts';

/** As JSON.parse gives it; strings and numbers from their places in the bytes. */
function plain(node: JsonNode, bytes: Buffer): unknown {
  if (node === null) return null;
  if (Array.isArray(node)) return node.map((one) => plain(one, bytes));
  if (!isText(node)) return Object.fromEntries([...node].map(([key, one]) => [key, plain(one, bytes)]));
  const raw = bytes.toString('utf8', node.at, node.end);
  return JSON.parse(node.quoted ? `"${raw}"` : raw);
}

const documents = [
  '{}',
  ' [ ] ',
  '[1,-2.5,1.0E10,0.1,9223372036854775807]',
  '{"request":{"mbean":"a:b=c","type":"read"},"value":{"A":"1","B":null,"C":[true,false]},"status":200}',
  String.raw`{"path":"a\/b","text":"\u0000é€😀 \"quoted\" \\","empty":""}`,
  '{"a":{"b":{"c":[[],{},[{}]]}}}',
  '"text"',
  'null',
];

test.each(documents)('%s', (text) => {
  const bytes = Buffer.from(text);
  const reader = new JsonReader(bytes);
  expect(plain(reader.value(), bytes)).toEqual(JSON.parse(text));
  expect(bytes.subarray(reader.at).toString().trim()).toBe('');
});

test('a document that is cut anywhere is an error', () => {
  for (const text of documents.filter((one) => /^\s*[{["]/.test(one))) {
    const bytes = Buffer.from(text.trim());
    for (let end = 0; end < bytes.length; end++)
      expect(() => new JsonReader(bytes.subarray(0, end)).value()).toThrow(JsonError);
  }
});

test.each([
  ['', 'no JSON value'],
  ['nul', 'no JSON value'],
  ['[1 2]', "']' is missing"],
  ['{"a" 1}', "':' is missing"],
  ['{a:1}', 'a string is missing'],
  [String.raw`"\x"`, 'wrong escape'],
  ['[01x]', 'no JSON value'],
  ['[1,]', 'no JSON value'],
  ['['.repeat(66) + ']'.repeat(66), 'too large a value'],
  [`[${'0,'.repeat(1_000_000)}0]`, 'too large a value'],
])('what is refused (%#)', (text, message) => {
  expect(() => new JsonReader(Buffer.from(text)).value()).toThrow(message);
});
