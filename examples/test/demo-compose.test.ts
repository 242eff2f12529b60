// examples/demo in containers, as its README runs it: application, logrotate and sidecar in a pod in all but name, through
// rotations, a `kill -9` of the sidecar and both orders of ending. The verdict comes from the books in their container,
// called by the README's own command; and the books are shown to find fault where output was tampered with.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ComposeProject, type Container, skipsContainers } from '@podmate/testkit/containers';
import { eventually } from '@podmate/testkit/eventually';

const DEMO = resolve(import.meta.dirname, '../demo');

/** `docker logs ... | docker compose run --rm -T books` */
const [BOOKS = ''] = /^docker logs .*\bbooks$/m.exec(readFileSync(resolve(DEMO, 'README.md'), 'utf8')) ?? [];

const NOTHING_MISSING =
  / delivered, 0 missing, 0 duplicated, \d+ destroyed by copytruncate\nNothing is missing: /;

/** Health is given up after three looks two seconds apart at a file that is five seconds old. */
const NOTICED_WITHIN_MS = 30_000;

type Verdict = { code: number; words: string };

describe.skipIf(await skipsContainers())('examples/demo/compose.yaml', () => {
  const project = new ComposeProject('examples/demo/compose.yaml');
  let app: Container;
  let logrotate: Container;
  let sidecar: Container;

  beforeAll(async () => {
    await project.compose('build');
    await project.up();
    app = await project.container('app');
    logrotate = await project.container('logrotate');
    sidecar = await project.container('log-tailer');
  });

  afterAll(() => project[Symbol.asyncDispose]());

  // From here on containers are started, never brought up: `up` makes a container anew when its image's tag has moved,
  // as by another test's build, and its output would be gone.

  /** The README's command, with the output led through `filter` and with `flags` for the books. */
  function books(filter = 'cat', flags = ''): Promise<Verdict> {
    const command = `${BOOKS.replace('|', `| ${filter} |`)} ${flags}`;
    const env = { ...process.env, COMPOSE_PROJECT_NAME: project.name };
    return new Promise((done) => {
      execFile('sh', ['-c', command], { cwd: DEMO, env }, (error, stdout) =>
        done({ code: Number(error?.code ?? 0), words: stdout }),
      );
    });
  }

  async function rotations(): Promise<number> {
    const { stdout } = await logrotate.logs();
    return stdout.split('billing.log copied and truncated').length - 1;
  }

  /** Each renames shop.log and copies and truncates billing.log. */
  async function moreRotations(count: number): Promise<void> {
    const enough = (await rotations()) + count;
    await eventually(async () => expect(await rotations()).toBeGreaterThanOrEqual(enough), {
      withinMs: 30_000,
      everyMs: 200,
    });
  }

  async function stopInThePodsOrder(): Promise<void> {
    await project.compose('stop', 'logrotate', 'app');
    expect(await sidecar.inspect('.State.Running')).toBe('true'); // though the network's owner is gone
    await project.compose('stop');
    expect(await sidecar.inspect('.State.ExitCode')).toBe('0');
  }

  test('the sidecar is at localhost for the application, as in a pod', async () => {
    const ask = "fetch('http://127.0.0.1:9090/readyz').then((answer) => console.log(answer.status))";
    expect((await app.exec('node', '--eval', ask)).stdout).toBe('200\n');
  });

  test('two time formats become one', async () => {
    const adapter = await project.container('date-adapter');
    await eventually(async () => {
      const { stdout } = await adapter.logs();
      const stamp = String.raw`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ `;
      expect(stdout).toMatch(new RegExp(`^${stamp}order \\d+ accepted, 1/2 paid, Tax incl\\.$`, 'm'));
      expect(stdout).toMatch(new RegExp(`^${stamp}stock\\[7\\]: item \\d+ moved$`, 'm'));
      expect(stdout.replaceAll(new RegExp(`^${stamp}.*\n`, 'gm'), '')).toBe('');
    });
  });

  test('there is no verdict while the application runs', async () => {
    expect(await books()).toMatchObject({
      code: 2,
      words: expect.stringContaining('the application still runs'),
    });
  });

  test('nothing is missing after rotations and the end of the pod', async () => {
    await moreRotations(2);
    await stopInThePodsOrder();
    const { code, words } = await books();
    expect(words).toMatch(NOTHING_MISSING);
    expect(code).toBe(0);
  });

  test.each([
    {
      name: 'a line dropped',
      filter: String.raw`sed '/\[shop-500\]/d'`,
      words: / 1 missing, 0 duplicated, \d+ destroyed/,
    },
    {
      name: 'a line altered',
      filter: String.raw`sed '/\[shop-500\]/s/$/!/'`,
      words: / 0 missing, 0 duplicated, 1 garbled, /,
    },
    {
      name: 'a line twice',
      filter: String.raw`sed '/\[shop-500\]/p'`,
      words: / 0 missing, 1 duplicated, \d+ destroyed/,
    },
    { name: 'nothing at all', filter: 'true', words: / 0 delivered, / },
  ])('the books find fault: $name', async ({ filter, words }) => {
    expect(await books(filter)).toMatchObject({ code: 1, words: expect.stringMatching(words) });
  });

  test('stopped as compose does, sidecar first, it delivers the rest at the next start', async () => {
    await project.compose('start');
    await moreRotations(1);
    await project.compose('stop');
    expect(await books()).toMatchObject({
      code: 1,
      words: expect.stringMatching(/ [1-9]\d* missing, /),
    });
    await project.compose('start');
    await stopInThePodsOrder();
    expect(await books()).toMatchObject({ code: 0 });
  });

  test('nothing is missing after a kill -9 of the sidecar, with a rotation before it is back', async () => {
    await project.compose('start');
    await moreRotations(1);
    await project.compose('kill', '--signal', 'SIGKILL', 'log-tailer');
    await moreRotations(1);
    await project.compose('start', 'log-tailer');
    await moreRotations(1);
    await stopInThePodsOrder();
    const { code, words } = await books('cat', '--kills 1');
    expect(words).toMatch(/ delivered, 0 missing, .*\nNothing is missing: .* killed once, /);
    expect(code).toBe(0);
  });

  test('the application is unhealthy when it writes no more', async () => {
    await project.compose('start');
    await project.compose('kill', '--signal', 'SIGSTOP', 'app');
    await eventually(async () => expect(await app.inspect('.State.Health.Status')).toBe('unhealthy'), {
      withinMs: NOTICED_WITHIN_MS,
      everyMs: 200,
    });
  });
});
