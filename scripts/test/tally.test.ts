// The last line of `npm test` must not call a troubled run good: what fails outside any test counts as well.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('a tally counts every fault of a run, also those outside of tests', async () => {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'fixtures/count.ts')]);
  const tally: unknown = JSON.parse(stdout);
  expect(tally).toEqual({
    passed: 2,
    failed: [
      'troubled.fixture.ts: the server did not start',
      'troubled.fixture.ts > fails',
      'troubled.fixture.ts > a suite whose hook fails > never runs (never ran)',
      'unloadable.fixture.ts: cannot be loaded',
      'unhandled: nobody waits for me',
    ],
    skipped: [{ name: 'troubled.fixture.ts > skips itself', reason: 'no redis-server' }],
  });
});
