// The manifests of examples/date-adapter, run as they are written, as a cluster would run them: the textbook's pod before
// and after, nginx's log as JSON, a log of five formats under rules that change while it runs, a Job with a sum at its end.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { skipsContainers } from '@podmate/testkit/containers';
import { eventually } from '@podmate/testkit/eventually';
import { parseManifest, readManifest } from '@podmate/testkit/manifest/documents';
import type { Pod } from '@podmate/testkit/pod/pod';
import { ManifestRun } from '@podmate/testkit/pod/run';
import { storeOf } from '@podmate/testkit/pod/workload';
import { standIns } from '../stand-ins.ts';

const skipped = await skipsContainers();

const EXAMPLE = resolve(import.meta.dirname, '../date-adapter');

function startFile(file: string, publish: readonly string[] = []): Promise<ManifestRun> {
  return ManifestRun.start(readManifest(`${EXAMPLE}/${file}`), { standIns, pull: false, publish });
}

function lines(pod: Pod, container = 'log-adapter'): string[] {
  return pod.container(container).stdout.trimEnd().split('\n');
}

/** What the application has written, as the textbook's program turns it round. */
async function expectedSoFar(pod: Pod): Promise<string[]> {
  const { stdout } = await pod.container('ents').exec('cat', '/var/log/ts.log');
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^(\d\d)\/(\d\d)\/(\d{4})T/, '$3/$2/$1T'));
}

/** Waits for some lines; everything written so far comes out, in order and turned round. */
async function printsTheLog(pod: Pod): Promise<void> {
  await eventually(async () => expect((await expectedSoFar(pod)).length).toBeGreaterThan(2), {
    everyMs: 200,
  });
  const expected = await expectedSoFar(pod);
  expect(expected[0]).toMatch(/^\d{4}\/\d\d\/\d\dT\d\d:\d\d:\d\d$/);
  await eventually(() => expect(lines(pod).slice(0, expected.length)).toEqual(expected));
}

/** What the lines of mixed.yaml become; the last is taken by no rule. */
const MIXED = [
  {
    timestamp: '2026-11-21T17:00:01.123Z',
    thread: 'main',
    level: 'INFO',
    logger: 'shop.Cart',
    message: '3 items',
  },
  {
    timestamp: '2026-11-21T17:00:02.456Z',
    thread: 'main',
    level: 'ERROR',
    logger: 'shop.Cart',
    message:
      'checkout failed\njava.lang.IllegalStateException: no stock\n    at shop.Cart.checkout(Cart.java:42)',
  },
  {
    // klog writes no year: the nearest
    timestamp: expect.stringMatching(/^20\d\d-11-21T18:00:03.123456Z$/),
    level: 'info',
    thread: 1,
    file: 'stock.go',
    line: 42,
    message: 'synced',
  },
  '2026-11-21T17:00:04Z payment 42 accepted',
  '2026-11-21T18:00:05.123Z heartbeat',
  { time: '2026-11-21T18:00:06Z', user: 'bob', action: 'login' },
  'a line that no rule takes',
];

describe.skipIf(skipped).concurrent('the manifests of examples/date-adapter', () => {
  test("pod.yaml: the textbook's program, there before the application and until it has ended", async () => {
    await using run = await startFile('pod.yaml');
    const { pod } = run;
    await pod.untilReady();
    await printsTheLog(pod);
    await pod.end();
    const [[ents], [adapter]] = [pod.container('ents').exits, pod.container('log-adapter').exits];
    expect(adapter).toMatchObject({ code: 0 });
    expect(adapter?.startedAt).toBeLessThan(ents?.startedAt ?? 0);
    expect(adapter?.endedAt).toBeGreaterThan(ents?.endedAt ?? 0);
    expect((adapter?.endedAt ?? 0) - (ents?.endedAt ?? 0)).toBeLessThan(3000); // of 30 s; within one where nothing else runs
  });

  test('pod-classic.yaml: told to end together with the application, it goes on for its delay', async () => {
    await using run = await startFile('pod-classic.yaml');
    const { pod } = run;
    await pod.untilReady();
    await printsTheLog(pod);
    await pod.end();
    const [adapter] = pod.container('log-adapter').exits;
    expect(adapter).toMatchObject({ code: 0 });
    expect((adapter?.endedAt ?? 0) - (pod.container('ents').exits[0]?.endedAt ?? 0)).toBeGreaterThan(1000);
  });

  test('before.yaml: the same lines, and then it has to be killed', async () => {
    await using run = await startFile('before.yaml');
    const { pod } = run;
    await pod.untilReady();
    await printsTheLog(pod);
    await pod.end(3000); // the manifest has Kubernetes' 30 s
    expect(pod.container('log-adapter').exits).toMatchObject([{ code: 137 }]);
  });

  test('before.yaml with nothing changed but the image of the adapter', async () => {
    const before = readFileSync(`${EXAMPLE}/before.yaml`, 'utf8');
    const [head = '', tail = ''] = before.split('- name: log-adapter\n');
    const image = tail.replace('busybox:1.37', 'podmate/date-adapter:0.1.0').replaceAll('16Mi', '96Mi');
    const manifest = parseManifest(`${head}- name: log-adapter\n${image}`, 'before.yaml with our image');
    await using run = await ManifestRun.start(manifest, { standIns, pull: false });
    await run.pod.untilReady();
    await printsTheLog(run.pod);
    await run.pod.end();
    expect(run.pod.container('log-adapter').exits).toMatchObject([{ code: 0 }]);
  });

  test('nginx-json.yaml: one JSON object for each request', async () => {
    await using run = await startFile('nginx-json.yaml', ['127.0.0.1::8080']);
    const { pod } = run;
    await pod.untilReady();
    const url = `http://${await pod.publishedAt(8080)}`;
    for (let i = 1; i <= 20; i += 1) {
      await (
        await fetch(`${url}/${i}`, { headers: { 'User-Agent': `client "${i}" <ü>` } }).catch(() =>
          fetch(`${url}/${i}`),
        )
      ).text();
    }
    await eventually(() => expect(lines(pod)).toHaveLength(20));
    const records: Record<string, unknown>[] = lines(pod).map((line) => JSON.parse(line));
    expect(
      records.map((record) =>
        JSON.stringify(record)
          .match(/GET \/(\d+)|"\/(\d+)"/)
          ?.slice(1)
          .join(''),
      ),
    ).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 1)));
    await pod.end();
    expect(pod.container('log-adapter').exits).toMatchObject([{ code: 0 }]);
  });

  test('mixed.yaml: five formats under rules; new rules are taken while it runs', async () => {
    await using run = await startFile('mixed.yaml');
    const { pod } = run;
    await pod.untilReady();
    await eventually(() => expect(lines(pod)).toHaveLength(MIXED.length));
    expect(lines(pod).map((line) => (line.startsWith('{') ? JSON.parse(line) : line))).toEqual(MIXED);
    const renewed = readFileSync(`${EXAMPLE}/mixed.yaml`, 'utf8').replace(
      'from: [unix_ms]',
      'from: [unix_us]',
    );
    await pod.refill(storeOf(parseManifest(renewed, 'mixed.yaml with another rule')));
    await eventually(() => expect(pod.container('log-adapter').stderr).toContain('settings reloaded'), {
      withinMs: 15_000,
    });
    await pod.container('shop').exec('sh', '-c', 'echo 1795284005123 late >> /var/log/shop.log');
    await eventually(() => expect(lines(pod).at(-1)).toBe('1970-01-21T18:41:24.005123Z late'));
  });

  test('job.yaml: END prints the sum when the worker has ended', async () => {
    await using run = await startFile('job.yaml');
    expect(await run.ended()).toBe(true);
    expect(run.pod.container('log-adapter').exits).toMatchObject([{ code: 0 }]);
    expect(run.pod.container('log-adapter').stdout).toBe('20 rows, 210 bytes\n');
  });
});
