// Every rule for compose files can fail, and fails alone: wrong-compose/<rule>[.<variant>].yaml is right-compose/ with one
// thing changed; the line where the fault is reported bears the comment `# here`.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { composeFaults, composeRules } from '../../src/manifest/compose.ts';
import { findOurImages } from '../../src/manifest/our-images.ts';

const RIGHT = join(import.meta.dirname, 'right-compose/compose.yaml');
const WRONG = join(import.meta.dirname, 'wrong-compose');

const images = await findOurImages(resolve(import.meta.dirname, '../../../..'));
const wrongs = readdirSync(WRONG).map((file) => ({ file, rule: file.replace(/\..*/, '') }));
const sorted = (values: Iterable<string>): string[] => [...new Set(values)].toSorted();

test('every rule has a file that breaks it, every such file a rule', () => {
  expect(sorted(wrongs.map(({ rule }) => rule))).toEqual(sorted(composeRules.map(({ name }) => name)));
  for (const { why } of composeRules) expect(why).toMatch(/^\S.*\.$/);
});

test('the right file keeps every rule', async () => {
  expect(await composeFaults(readFileSync(RIGHT, 'utf8'), 'compose.yaml', images)).toEqual([]);
});

test.each(wrongs)(
  'wrong-compose/$file breaks its rule and no other, where it says',
  async ({ file, rule }) => {
    const text = readFileSync(join(WRONG, file), 'utf8');
    const faults = await composeFaults(text, file, images);
    const marked = text.split('\n').flatMap((line, index) => (line.endsWith('# here') ? [index + 1] : []));
    expect(faults.map((fault) => [fault.rule ?? fault.what, fault.line])).toEqual(
      marked.map((line) => [rule, line]),
    );
  },
);

test.each([
  ['no services', 'name: x\n'],
  ['services that are none', 'services:\n  app: nginx\n'],
  ['two documents', 'services:\n  app: { image: nginx }\n---\nservices: {}\n'],
])('%s is no compose file', async (_, text) => {
  expect(await composeFaults(text, 'f', images)).toMatchObject([{ line: 1, path: ['services'] }]);
});

test('a text that is no YAML is reported, too', async () => {
  expect(await composeFaults('services:\n  app: [', 'f', images)).toMatchObject([{ file: 'f', line: 2 }]);
});
