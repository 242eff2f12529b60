// Keeps the house as DESIGN draws it: the real sources obey every rule, and every rule can fail.
// A rule without a tree that breaks it would be a test that cannot fail, so both come from one table.

import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as rules from './architecture-rules.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const SOURCES = '{packages,docker,examples,scripts}/**/*.{ts,mjs,md}';

const repository: rules.Tree = new Map(
  globSync(SOURCES, { cwd: ROOT, exclude: ['**/node_modules/**', 'docker/out/**'] }).map((path) => [
    path,
    readFileSync(resolve(ROOT, path), 'utf8'),
  ]),
);

const tailer = 'packages/log-tailer/src';
const readme = (way: string): string => `# log-tailer\n\n## The way of one datum\n\n${way}\n\n## Licence\n`;

/** Trees that break a rule, each in one way. */
const cases: { name: string; rule: rules.Rule; broken: Record<string, string>[] }[] = [
  {
    name: 'images import no images',
    rule: rules.imagesImportNoImages,
    broken: [
      { 'packages/date-adapter/src/input.ts': "import { x } from '@podmate/log-tailer/delivery';" },
      { 'packages/date-adapter/src/input.ts': "import { x } from '../../log-tailer/src/delivery.ts';" },
      {
        'packages/date-adapter/src/input.ts': "import { x } from '@podmate/log-tailer/follow';",
        'packages/metrics-adapter/src/input.ts': "import { x } from '@podmate/log-tailer/follow';",
      },
    ],
  },
  {
    name: 'base imports no image',
    rule: rules.baseImportsNoImage,
    broken: [
      { 'packages/base/src/log.ts': "import { x } from '@podmate/log-tailer/follow';" },
      { 'packages/base/src/log.ts': "const x = await import('../../log-tailer/src/follow.ts');" },
    ],
  },
  {
    name: 'the testkit is for tests',
    rule: rules.testkitIsForTests,
    broken: [{ [`${tailer}/main.ts`]: "import { files } from '@podmate/testkit/files';" }],
  },
  {
    name: 'the JMX client stands alone',
    rule: rules.jmxClientStandsAlone,
    broken: [
      { 'packages/metrics-adapter/src/jmx/poller.ts': "import type { Log } from '@podmate/base/log';" },
      { 'packages/metrics-adapter/src/jmx/rules/rule.ts': "import { x } from '../../series/store.ts';" },
      { 'packages/metrics-adapter/src/jrmp/connection.ts': "import { Gauge } from 'prom-client';" },
    ],
  },
  {
    name: 'pure leaves are pure',
    rule: rules.pureLeavesArePure,
    broken: [
      { [`${tailer}/line-framer.ts`]: "import { readSync } from 'node:fs';" },
      { [`${tailer}/line-framer.ts`]: 'export const now = () => Date.now();' },
      {
        [`${tailer}/line-framer.ts`]: "import { pause } from './pause.ts';",
        [`${tailer}/pause.ts`]: "import { setTimeout } from 'node:timers/promises';",
      },
    ],
  },
  {
    name: 'dependencies have one door',
    rule: rules.dependenciesHaveOneDoor,
    broken: [
      { [`${tailer}/metrics.ts`]: "import { Registry } from 'prom-client';" },
      { [`${tailer}/metrics.ts`]: "const { parse } = await import('yaml');" },
      { [`${tailer}/glob.ts`]: "import glob from 'fast-glob';" },
    ],
  },
  {
    name: 'no cycles',
    rule: rules.noCycles,
    broken: [
      {
        [`${tailer}/a.ts`]: "import { b } from './b.ts';",
        [`${tailer}/b.ts`]: "import {\n  c,\n  d,\n} from './c.ts';",
        [`${tailer}/c.ts`]: "import './a.ts';",
      },
    ],
  },
  {
    name: 'no barrels',
    rule: rules.noBarrels,
    broken: [
      { [`${tailer}/all.ts`]: "export * from './follow.ts';" },
      {
        [`${tailer}/all.ts`]:
          "// everything\nexport { follow } from './follow.ts';\nexport { x } from './x.ts';\n",
      },
    ],
  },
  {
    name: 'no shelves',
    rule: rules.noShelves,
    broken: [
      { [`${tailer}/utils.ts`]: '' },
      { 'packages/base/src/common/log.ts': '' },
      { 'scripts/index.mjs': '' },
    ],
  },
  {
    name: 'process is for main and base',
    rule: rules.processIsForMain,
    broken: [
      { [`${tailer}/settings.ts`]: "const home = process.env['HOME'];" },
      { [`${tailer}/settings.ts`]: "import { env } from 'node:process';" },
    ],
  },
  {
    name: 'files are short',
    rule: rules.filesAreShort,
    broken: [
      { [`${tailer}/main.ts`]: 'x;\n'.repeat(121) },
      { [`${tailer}/follow.ts`]: 'x;\n'.repeat(301) },
      { 'packages/base/test/log.test.ts': 'x;\n'.repeat(501) },
    ],
  },
  {
    name: 'READMEs name existing files',
    rule: rules.readmesNameExistingFiles,
    broken: [
      { [`${tailer}/main.ts`]: '', 'packages/log-tailer/README.md': '# log-tailer\n' },
      {
        [`${tailer}/main.ts`]: '',
        [`${tailer}/follow.ts`]: '',
        'packages/log-tailer/README.md': readme('`main.ts`, `src/follow.ts`, then `gone.ts`.'),
      },
    ],
  },
];

describe.each(cases)('$name', ({ rule, broken }) => {
  test('holds in this repository', () => {
    expect(rule(repository)).toEqual([]);
  });

  test.each(broken)('fails for a tree that breaks it (%#)', (tree) => {
    expect(rule(new Map(Object.entries(tree)))).not.toEqual([]);
  });
});

/** What comes close to a fault and is none: the rules must not cry wolf. */
const innocent: { name: string; rule: rules.Rule; tree: Record<string, string> }[] = [
  {
    name: 'the engine of log-tailer has one user',
    rule: rules.imagesImportNoImages,
    tree: { 'packages/date-adapter/src/input.ts': "import { follow } from '@podmate/log-tailer/follow';" },
  },
  {
    name: 'types alone make no cycle',
    rule: rules.noCycles,
    tree: {
      [`${tailer}/a.ts`]: "import type { B } from './b.ts';",
      [`${tailer}/b.ts`]: "import { a } from './a.ts';",
    },
  },
  {
    name: 'an import in a comment is none',
    rule: rules.dependenciesHaveOneDoor,
    tree: { [`${tailer}/glob.ts`]: "/* once it was\nimport glob from 'fast-glob';\n*/" },
  },
  {
    name: 'process in a comment, a string or a name is another thing',
    rule: rules.processIsForMain,
    tree: { [`${tailer}/sink.ts`]: "// not process.stdout\nchild.process.kill(); log('process.env');" },
  },
  {
    name: 'a long file may say why',
    rule: rules.filesAreShort,
    tree: {
      [`${tailer}/parser.ts`]: `// One state machine, hence more than 300 lines.\n${'x;\n'.repeat(301)}`,
    },
  },
  {
    name: 'a file with something of its own may pass on a type',
    rule: rules.noBarrels,
    tree: {
      [`${tailer}/follow.ts`]: "export type { Batch } from './file-reader.ts';\nexport const follow = 1;\n",
    },
  },
  {
    name: 'a README may call a file with or without src/',
    rule: rules.readmesNameExistingFiles,
    tree: {
      [`${tailer}/main.ts`]: '',
      [`${tailer}/follow.ts`]: '',
      [`${tailer}/sink.ts`]: '',
      'packages/log-tailer/README.md': readme('`main.ts`, `src/follow.ts`, [sink](src/sink.ts).'),
    },
  },
];

test.each(innocent)('$name', ({ rule, tree }) => {
  expect(rule(new Map(Object.entries(tree)))).toEqual([]);
});

test('the repository was really read', () => {
  expect([...repository.keys()]).toEqual(
    expect.arrayContaining(['scripts/with-tools.mjs', `${tailer}/main.ts`]),
  );
});
