// Against bash, which is where operators learned their globs: the same tree, the same pattern, the same files.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Discovery } from '../src/discovery.ts';
import { compileExclusion, compileGlob, isGlob } from '../src/glob.ts';
import { someInput } from './batches.ts';

const files = [
  'app.log',
  'app1.log',
  'app2.log',
  'appX.log',
  'app[1].log',
  'a-b.log',
  'ä.log',
  '😀.log',
  '.hidden.log',
  'error.txt',
  'x/app.log',
  'x/y/app.log',
  'x/y/z/deep.log',
  'x/.secret/app.log',
  'x+y/(1).log',
  'z/app.log',
  'z/^caret.log',
  'real/inside.log',
];

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await temporaryDirectory('glob');
  for (const file of files) {
    mkdirSync(path.dirname(directory.file(file)), { recursive: true });
    writeFileSync(directory.file(file), '');
  }
  symlinkSync('app.log', directory.file('link.log'));
  symlinkSync('real', directory.file('linked'));
});
afterAll(() => directory.remove());

/** What bash makes of the patterns, in one go: files only, no directories. */
function bash(patterns: readonly string[]): Map<string, string[]> {
  const loops = patterns.map(
    (pattern) =>
      `for f in ${pattern.replace(/[()]/g, String.raw`\$&`)}; do [ -f "$f" ] && printf '%s\\n' "$f"; done; echo;`,
  );
  const script = ['shopt -s globstar nullglob', ...loops].join('\n');
  const env = { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] };
  const out = execFileSync('bash', ['-c', script], { cwd: directory.path, encoding: 'utf8', env });
  const found = out.split(/^\n/m).map((block) => block.split('\n').filter((name) => name !== ''));
  return new Map(
    patterns.map((pattern, at) => [pattern, (found[at] ?? []).map((name) => path.normalize(name))]),
  );
}

function ours(pattern: string): string[] {
  const discovery = new Discovery([someInput({ include: [`${directory.path}/${pattern}`] })]);
  const found = [...discovery.walk().paths.keys()].map((file) => path.relative(directory.path, file));
  // A link to a directory is told apart when it is opened.
  return found.filter((file) => file !== 'linked').toSorted();
}

const patterns = [
  '*.log',
  '*',
  'app?.log',
  'app*.log',
  'app[0-9].log',
  'app[!0-9].log',
  'app[^12].log',
  'app[12X].log',
  'app[[:digit:]].log',
  'app[[:upper:][:digit:]].log',
  'app[![:digit:]].log',
  'app[[]1[]].log',
  'a[-]b.log',
  'a[a-]b.log',
  '[[:alpha:]].log',
  '?.log',
  '.*.log',
  '{app,error}.*',
  '{app{1,2},a-b}.log',
  'app{,1}.log',
  'app{1}.log',
  '{x,z}/*.log',
  'x/{y,.secret}/*.log',
  '*/app.log',
  '*/*.log',
  '*/*/*.log',
  '**/*.log',
  '**/app.log',
  'x/**/app.log',
  'x/**',
  '**/y/**/*.log',
  '**',
  'x/.*/app.log',
  'x[+]y/*.log',
  'x+y/(*).log',
  'z/[\\^]*.log',
  'nothing*',
  'missing/*.log',
  '*/inside.log',
  'link*/inside.log',
  'link*.log',
  'x/../*.log',
  './x/./*.log',
];

describe('as bash', () => {
  let theirs: Map<string, string[]>;
  beforeAll(() => {
    theirs = bash(patterns);
  });

  test.each(patterns)('%s', (pattern) => {
    expect(ours(pattern)).toEqual([...new Set(theirs.get(pattern))].toSorted());
  });

  test('which finds something', () => {
    expect(theirs.get('**/*.log')?.length).toBeGreaterThan(10);
  });
});

test.each([
  { pattern: '{/a,/b/c}/*.log', files: ['/a/x.log', '/b/c/x.log'] },
  { pattern: '{logs,/b}/*.log', files: ['/cwd/logs/x.log', '/b/x.log'] },
])('braces hold whole paths: $pattern', ({ pattern, files: wanted }) => {
  const alternatives = compileGlob(pattern, (relative) => path.resolve('/cwd', relative));
  const names = alternatives.map((segments) =>
    segments.map((segment) => ('literal' in segment ? segment.literal : 'x.log')),
  );
  expect(names.map((segments) => `/${segments.join('/')}`)).toEqual(wanted);
});

test.each(['app[12.log', 'app[].log', 'app[!].log', '/a/{b,c[}.log', 'app[z-a].log', 'app[[:nothing:]].log'])(
  '%s is refused',
  (pattern) => {
    expect(() => compileGlob(pattern, (relative) => relative)).toThrow(/./);
  },
);

test.each([
  { pattern: '/var/log/app.log', magic: false },
  { pattern: '/var/log/a-b_c+d(e).log', magic: false },
  { pattern: '/var/log/*.log', magic: true },
  { pattern: '/var/log/app?.log', magic: true },
  { pattern: '/var/log/{a,b}.log', magic: true },
])('isGlob $pattern: $magic', ({ pattern, magic }) => expect(isGlob(pattern)).toBe(magic));

test.each([
  { pattern: '*.gz', path: '/var/log/app.log.gz', excluded: true },
  { pattern: '*.gz', path: '/var/log/app.gz/app.log', excluded: false },
  { pattern: '*.gz', path: '/var/log/.hidden.gz', excluded: true },
  { pattern: 'debug.log', path: '/any/where/debug.log', excluded: true },
  { pattern: 'debug.log', path: '/any/where/mydebug.log', excluded: false },
  { pattern: '/var/log/*/debug.log', path: '/var/log/a/debug.log', excluded: true },
  { pattern: '/var/log/*/debug.log', path: '/var/log/a/b/debug.log', excluded: false },
  { pattern: '/var/log/**/debug.log', path: '/var/log/debug.log', excluded: true },
  { pattern: '/var/log/**/debug.log', path: '/var/log/a/b/debug.log', excluded: true },
  { pattern: '/var/log/**', path: '/var/log/a/b', excluded: true },
  { pattern: '/var/log/**', path: '/var/logs/a', excluded: false },
  { pattern: '/var/log/{a,b}/*.log', path: '/var/log/b/x.log', excluded: true },
  { pattern: 'sub/*.log', path: '/cwd/sub/x.log', excluded: true },
  { pattern: '*.{1,2}', path: '/x/app.log.2', excluded: true },
  { pattern: 'app.log', path: '/x/appXlog', excluded: false },
])('exclude $pattern: $path $excluded', ({ pattern, path: file, excluded }) => {
  const excludes = compileExclusion(pattern, (relative) => path.resolve('/cwd', relative));
  expect(excludes(file)).toBe(excluded);
});
