// Every rule can fail, and fails alone: wrong/<rule>[.<variant>].yaml is one of right/ with one thing changed, and the line
// of that thing bears the comment `# here`. A rule without such a file would be one that nobody has seen at work.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { manifestFaults } from '../../src/manifest/check.ts';
import { parseManifest } from '../../src/manifest/documents.ts';
import { findOurImages } from '../../src/manifest/our-images.ts';
import { carefulRules, ruleFaults, workingRules } from '../../src/manifest/rules.ts';

const RIGHT = join(import.meta.dirname, 'right');
const WRONG = join(import.meta.dirname, 'wrong');

/** The images there are, of a version that no release changes. */
const images = { ...(await findOurImages(resolve(import.meta.dirname, '../../../..'))), version: '1.2.3' };

const rules = [...workingRules, ...carefulRules];
const wrongs = readdirSync(WRONG).map((file) => ({ file, rule: file.replace(/\..*/, '') }));

const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8');
const sorted = (values: Iterable<string>): string[] => [...new Set(values)].toSorted();

test('every rule has a manifest that breaks it, every such manifest a rule', () => {
  expect(sorted(wrongs.map(({ rule }) => rule))).toEqual(sorted(rules.map(({ name }) => name)));
});

test('no two rules have one name, and each says why it is there', () => {
  expect(rules.map(({ name }) => name).toSorted()).toEqual(sorted(rules.map(({ name }) => name)));
  for (const { why } of rules) expect(why).toMatch(/^\S.*\.$/);
});

test.each(readdirSync(RIGHT))('right/%s keeps every rule', async (file) => {
  expect(await manifestFaults(read(RIGHT, file), file, images)).toEqual([]);
});

describe.each(wrongs)('wrong/$file', ({ file, rule }) => {
  const text = read(WRONG, file);
  const lines = text.split('\n');

  test('breaks its rule and no other, where it says', async () => {
    const faults = await manifestFaults(text, file, images);
    const marked = lines.flatMap((line, index) => (line.endsWith('# here') ? [index + 1] : []));
    expect(sorted(faults.map((fault) => fault.rule ?? fault.what))).toEqual([rule]);
    expect([...new Set(faults.map(({ line }) => line))]).toEqual(marked);
    for (const { what } of faults) expect(what).toMatch(/^\S.*\S$/);
  });

  test('is but for that a right one', () => {
    const [, base = ''] =
      /^# Wrong: .*\. Otherwise \.\.\/right\/([a-z]+\.yaml)\.$/.exec(lines[0] ?? '') ?? [];
    const right = read(RIGHT, base).split('\n').slice(1);
    const lost = right.filter((line) => !lines.includes(line));
    const gained = lines.slice(1).filter((line) => !right.includes(line));
    expect(Math.min(lost.length, gained.length)).toBeLessThanOrEqual(4); // a thing taken out may be long
  });
});

/** What is wrong with a pod of its own is wrong in the template of a workload, too, at a longer path. */
describe.each([
  { kind: 'Deployment', apiVersion: 'apps/v1', path: ['spec', 'template'] },
  { kind: 'StatefulSet', apiVersion: 'apps/v1', path: ['spec', 'template'] },
  { kind: 'DaemonSet', apiVersion: 'apps/v1', path: ['spec', 'template'] },
  { kind: 'Job', apiVersion: 'batch/v1', path: ['spec', 'template'] },
  { kind: 'CronJob', apiVersion: 'batch/v1', path: ['spec', 'jobTemplate', 'spec', 'template'] },
])('in the template of a $kind', ({ kind, apiVersion, path }) => {
  const ofPods = wrongs.filter(
    ({ file }) => /^kind: Pod$/m.test(read(WRONG, file)) && !/^(?:object-name|label)/.test(file),
  );

  test.each(ofPods)('wrong/$file breaks its rule', async ({ file, rule }) => {
    const objects = parseManifest(read(WRONG, file), file);
    const texts = objects.map((object) =>
      stringify({ ...(object.kind === 'Pod' ? inTemplate(object) : object), source: undefined }),
    );
    const faults = await ruleFaults(parseManifest(texts.join('---\n'), file), images);
    const expected = faults.filter((fault) => fault.rule === rule);
    expect(expected).not.toEqual([]);
    for (const fault of expected.filter(({ path: [root] }) => root === 'spec')) {
      expect(fault.path.slice(0, path.length)).toEqual(path);
    }
  });

  function inTemplate({ metadata, spec }: { metadata: object; spec?: unknown }): object {
    const labels = { app: 'app' };
    const template = path.slice(1).reduceRight<object>((inner, field) => ({ [field]: inner }), {
      metadata: { labels },
      spec,
    });
    return { apiVersion, kind, metadata, spec: { selector: { matchLabels: labels }, ...template } };
  }
});

test('a manifest whose types are wrong is not held against rules that are written for right ones', async () => {
  const wrong = parse(read(RIGHT, 'pod.yaml'));
  wrong.spec.containers = { name: 'app' };
  const faults = await manifestFaults(stringify(wrong), 'pod.yaml', images);
  expect(faults.map(({ path, rule }) => [path.join('.'), rule])).toEqual([['spec.containers', undefined]]);
});

test('a custom resource is nobody else, whatever its kind is called', async () => {
  const text =
    'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: 7 }\n';
  const customKinds = ['serving.knative.dev/v1/Service'];
  expect(await manifestFaults(text, 'f', images, { customKinds })).toEqual([]);
});

/** A copy of `value` without what is at one of its paths, for each path. */
function* withoutEach(value: unknown): Generator {
  if (typeof value !== 'object' || value === null) return;
  const entries = Object.entries(value);
  const built = (of: [string, unknown][]): unknown =>
    Array.isArray(value) ? of.map(([, inner]) => inner) : Object.fromEntries(of);
  for (const [place, [key, inner]] of entries.entries()) {
    yield built(entries.toSpliced(place, 1));
    for (const less of withoutEach(inner)) yield built(entries.with(place, [key, less]));
  }
}

test.each(readdirSync(RIGHT))('whatever is missing in right/%s, no rule fails to answer', async (file) => {
  const documents = parseAllDocuments(read(RIGHT, file), { version: '1.1' }).map((document) =>
    document.toJS(),
  );
  for (const less of withoutEach(documents)) {
    const text = [less]
      .flat()
      .map((document) => stringify(document, { version: '1.1' }))
      .join('---\n');
    expect(await manifestFaults(text, file, images)).toBeInstanceOf(Array);
  }
});
