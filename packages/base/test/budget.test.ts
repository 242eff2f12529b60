// Base stays small on purpose: every line of it runs in every pod. Raising a number here is a reviewed change that
// says which promise of every image needs it. Comments and blank lines are free, as a budget must not eat reasons.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const sources = globSync('src/**', { cwd: root, withFileTypes: false }).filter((path) =>
  path.endsWith('.ts'),
);

const linesOf = (path: string): string[] => readFileSync(join(root, path), 'utf8').split('\n');
const isCode = (line: string): boolean => !/^\s*($|\/\/|\/?\*)/.test(line);

const doorsTo = (name: string): string[] =>
  sources.filter((path) => linesOf(path).join('\n').includes(`'${name}'`));

test('12 files, all of them in src itself', () => {
  expect(sources.map((path) => path.slice('src/'.length)).toSorted()).toEqual([
    'address.ts',
    'admin.ts',
    'backoff.ts',
    'errors.ts',
    'lifecycle.ts',
    'log.ts',
    'metrics.ts',
    'settings-docs.ts',
    'settings-grammar.ts',
    'settings-sources.ts',
    'settings.ts',
    'yaml-document.ts',
  ]);
});

test('at most 1460 lines of code', () => {
  const code = sources.flatMap(linesOf).filter(isCode);
  expect(code.length).toBeGreaterThan(100);
  expect(code.length).toBeLessThanOrEqual(1460);
});

test('no file has more than 300 lines, comments and all', () => {
  for (const path of sources)
    expect([path, linesOf(path).length]).toEqual([path, expect.toSatisfy((n: number) => n <= 301)]);
});

test('two runtime dependencies, each behind one door', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(Object.keys(dependencies)).toEqual(['prom-client', 'yaml']);
  expect([doorsTo('prom-client'), doorsTo('yaml')]).toEqual([['src/metrics.ts'], ['src/yaml-document.ts']]);
});
