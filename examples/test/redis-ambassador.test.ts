// examples/redis-ambassador/compose.yaml, run for real, with its failover by one command; then the image alone, under the
// restrictions of a careful cluster.

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildImage, ComposeProject, skipsContainers, startContainer } from '@podmate/testkit/containers';
import type { Container } from '@podmate/testkit/containers';
import { eventually } from '@podmate/testkit/eventually';
import { callsOf, visits } from './visits.ts';

const skipped = await skipsContainers();

/** A pod's grace period is 30 s; an ambassador with nothing under way must not use any of it; a second on an idle machine. */
const PROMPT_END_MS = 3000;

describe.skipIf(skipped)('compose.yaml: an application, its ambassador, and a Redis with Sentinel', () => {
  const project = new ComposeProject('examples/redis-ambassador/compose.yaml');
  let shop: Container;
  let ambassador: Container;

  beforeAll(async () => {
    await buildImage('redis-ambassador');
    await project.compose('build', 'redis-1'); // up takes an image that is there, however old
    await project.up();
    shop = await project.container('shop');
    ambassador = await project.container('redis-ambassador');
  });

  afterAll(() => project[Symbol.asyncDispose]());

  /** Since the ambassador was healthy: before it, the application found nobody at localhost. */
  let ready = 0;
  /** Primaries that were killed. */
  let deaths = 0;

  async function counted(): Promise<ReturnType<typeof visits>> {
    const { stdout } = await shop.logs();
    return visits(stdout.slice(ready), deaths);
  }

  async function calls(service: string, command: string): Promise<number> {
    const { stdout } = await project.compose('exec', '-T', service, 'redis-cli', 'info', 'commandstats');
    return callsOf(command, stdout);
  }

  async function goesOn(visitsMore: number): Promise<void> {
    const before = (await counted()).length;
    await eventually(async () => expect((await counted()).length).toBeGreaterThan(before + visitsMore), {
      everyMs: 300,
    });
  }

  test('writes reach the primary, reads the replicas, and what is read back was just written', async () => {
    ready = (await shop.logs()).stdout.length;
    await goesOn(5);
    for (const { counted: written, read } of await counted()) expect(read).toBe(written);
    expect(await calls('redis-1', 'incr')).toBeGreaterThan(0);
    expect((await calls('redis-2', 'get')) + (await calls('redis-3', 'get'))).toBeGreaterThan(0);
  });

  test('docker compose kill redis-1: the application sees no error, and the old primary comes back as a replica', async () => {
    deaths = 1;
    await project.compose('kill', 'redis-1');
    await goesOn(3);
    await project.compose('start', 'redis-1');
    await eventually(
      async () => {
        const { stdout } = await project.compose('exec', '-T', 'redis-1', 'redis-cli', 'role');
        expect(stdout).toMatch(/^slave\n/);
      },
      { withinMs: 40_000, everyMs: 500 },
    );
    await goesOn(1);
    const all = await counted();
    for (const [index, { counted: written, read }] of all.entries()) {
      expect(read).toBe(written);
      // one visit at most was acknowledged and not yet replicated when the primary died
      expect(written).toBeGreaterThanOrEqual((all[index - 1]?.counted ?? 0) - 1);
    }
  });

  test('says inside the protocol what it knows', async () => {
    const { stdout } = await shop.exec('redis-cli', 'ambassador', 'status');
    expect(stdout).toMatch(/primary up/);
  });

  test('ends soon after SIGTERM', async () => {
    const { code, tookMs } = await ambassador.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(PROMPT_END_MS);
  });
});

describe.skipIf(skipped)('the image', () => {
  test('runs as any user, read-only, without capabilities, in 96 MiB, and is alive without any Redis', async () => {
    const image = await buildImage('redis-ambassador');
    const locked = ['--user', '31337:31337', '--read-only', '--cap-drop', 'ALL', '--memory', '96m'];
    const flags = [...locked, '--security-opt', 'no-new-privileges', '--network', 'none'];
    const admin = ['--env', 'REDIS_AMBASSADOR_ADMIN_LISTEN=127.0.0.1:9090'];
    const container = await startContainer(image, ['--servers', '127.0.0.1:1'], [...flags, ...admin]);
    onTestFinished(() => container[Symbol.asyncDispose]());
    await eventually(async () =>
      expect(container.exec('redis-ambassador', 'health')).rejects.toThrow('no server can be reached'),
    );
    expect(await container.inspect('.State.Running')).toBe('true');
    const { code, tookMs } = await container.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(PROMPT_END_MS);
  });
});
