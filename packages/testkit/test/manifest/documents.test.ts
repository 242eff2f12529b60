// A manifest is read as kubectl reads it, and what cannot have been meant is refused, with its line.

import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseManifest, readManifest } from '../../src/manifest/documents.ts';
import { faultText, ManifestError, parseYaml, pathText } from '../../src/manifest/kubectl-yaml.ts';
import type { Fault } from '../../src/manifest/kubectl-yaml.ts';
import { temporaryDirectory } from '../../src/files.ts';

const HEAD = 'apiVersion: v1\nkind: Thing\nmetadata:\n  name: a\n';

/** What Go's yaml.v2 makes of a plain scalar, and so kubectl: resolve.go and strconv.ParseInt(text, 0, 64). */
const SCALARS: [text: string, value: unknown][] = [
  ['0644', 420],
  ['0o644', 420],
  ['-0644', -420],
  ['0x1F', 31],
  ['0b101', 5],
  ['08', 8],
  ['0', 0],
  ['1_000', 1000],
  ['+7', 7],
  ['1.50', 1.5],
  ['.5', 0.5],
  ['1e3', 1000],
  ['yes', true],
  ['On', true],
  ['y', true],
  ['off', false],
  ['N', false],
  ['~', null],
  ['12:30:45', '12:30:45'],
  ['2024-01-01', '2024-01-01'],
  ['e10', 'e10'],
  ['.', '.'],
  ['1.2.3', '1.2.3'],
  ['4Gi', '4Gi'],
  ['0x', '0x'],
  ['oN', 'oN'],
  ['"0644"', '0644'],
];

test.each(SCALARS)('%s is %j', (text, value) => {
  expect(parseYaml(`key: ${text}\n`, 'x')[0]?.value).toEqual({ key: value });
});

test('compose reads YAML 1.2, with merges', () => {
  const text = 'x: &x { a: on, b: 0644 }\ny: { <<: *x, b: 1 }\n';
  expect(parseYaml(text, 'x', 'compose')[0]?.value).toEqual({ x: { a: 'on', b: 644 }, y: { a: 'on', b: 1 } });
});

const REFUSED: { name: string; text: string; faults: string[] }[] = [
  { name: 'nothing', text: '', faults: ['f:1: is empty; write a document'] },
  { name: 'a comment alone', text: '# words\n', faults: ['f:1: is empty; write a document'] },
  {
    name: 'an empty document',
    text: `${HEAD}---\n# nothing\n---\n${HEAD}`,
    faults: ['f:5: an empty document; take out the --- around it'],
  },
  {
    name: 'a key twice',
    text: `${HEAD}spec:\n  a: 1\n  a: 2\n`,
    faults: ['f:7: this key is there twice; take one out'],
  },
  {
    name: 'keys that are no texts',
    text: `${HEAD}data:\n  on: x\n  0644: x\n  ? [a]\n  : x\n`,
    faults: [
      'f:6: this key is read as true; put it in quotes',
      'f:7: this key is read as 420; put it in quotes',
      'f:8: this key is no text; put it in quotes',
    ],
  },
  {
    name: 'another version of YAML',
    text: `%YAML 1.2\n---\n${HEAD}`,
    faults: ['f:3: a %YAML line changes how values are read; take it out'],
  },
  { name: 'a list', text: '- a\n', faults: ['f:1: not an object with apiVersion and kind'] },
  {
    name: 'an object without a kind, and one without a name',
    text: `apiVersion: v1\nmetadata: { name: a }\n---\napiVersion: v1\nkind: Thing\n`,
    faults: [
      'f:1: kind: is missing; every object has one',
      'f:4: metadata.name: is missing; every object has one',
    ],
  },
  {
    name: 'names that are read as something else',
    text: 'apiVersion: v1\nkind: Thing\nmetadata:\n  name: on\n  namespace: 7\n  labels: { a: yes, "b/c": 1 }\n',
    faults: [
      'f:4: metadata.name: is read as true; write a text, in quotes if need be',
      'f:5: metadata.namespace: is read as 7; write a text, in quotes if need be',
      'f:6: metadata.labels.a: is read as true; put it in quotes',
      'f:6: metadata.labels["b/c"]: is read as 1; put it in quotes',
    ],
  },
];

test.each(REFUSED)('refuses $name', ({ text, faults }) => {
  expect(() => parseManifest(text, 'f')).toThrow(new ManifestError(faultsOf(text)));
  expect(faultsOf(text).map(faultText)).toEqual(faults);
});

function faultsOf(text: string): readonly Fault[] {
  try {
    parseManifest(text, 'f');
    return [];
  } catch (error) {
    if (error instanceof ManifestError) return error.faults;
    throw error;
  }
}

test.each([
  ['a tab', `${HEAD}spec:\n\ta: 1\n`, 6],
  ['an open bracket', `${HEAD}spec: [a\n`, 6],
  ['an unknown tag', `${HEAD}spec: !secret a\n`, 5],
  ['an alias of nothing', `${HEAD}spec: *a\n`, 5],
])('refuses %s, with its line', (_, text, line) => {
  expect(() => parseManifest(text, 'f')).toThrow(new RegExp(`^f:${line}: `));
});

test('objects know where they and their fields are written', () => {
  const text = `# words\n${HEAD}---\n${HEAD}spec:\n  list:\n    - { a: 1 }\n    - b: &b\n        c: 2\n  same: *b\n`;
  const [first, second] = parseManifest(text, 'f');
  expect(first?.source).toMatchObject({ file: 'f', document: 1, line: 2 });
  expect(second?.source).toMatchObject({ file: 'f', document: 2, line: 7 });
  const lineOf = (...path: (string | number)[]): number | undefined => second?.source.lineOf(path);
  expect(lineOf()).toBe(7);
  expect(lineOf('spec', 'list', 0, 'a')).toBe(13);
  expect(lineOf('spec', 'list', 1, 'b', 'c')).toBe(15);
  expect(lineOf('spec', 'same', 'c')).toBe(15);
  expect(lineOf('spec', 'list', 7, 'b')).toBe(12);
  expect(lineOf('status')).toBe(7);
});

test('reads a file, and says so when there is none', async () => {
  await using directory = await temporaryDirectory('manifest');
  const file = directory.file('a.yaml');
  await writeFile(file, `${HEAD}---\n${HEAD}`);
  expect(readManifest(file).map(({ metadata, source }) => [metadata.name, source.file, source.line])).toEqual(
    [
      ['a', file, 1],
      ['a', file, 6],
    ],
  );
  expect(() => readManifest(directory.file('none.yaml'))).toThrow('ENOENT');
});

test('a path is written as one writes it', () => {
  expect(pathText(['spec', 'containers', 0, 'env'])).toBe('spec.containers[0].env');
  expect(pathText(['metadata', 'labels', 'a.b/c'])).toBe('metadata.labels["a.b/c"]');
});
