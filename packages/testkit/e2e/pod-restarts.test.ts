// Containers and pods begin again as their policies say, and no more often: restartPolicy, back-off, a Job's backoffLimit;
// and every end has its code.

import { describe, expect, test } from 'vitest';
import { skipsContainers } from '../src/containers.ts';
import type { Pod } from '../src/pod/pod.ts';
import { bash, IDLE, IS_UP, pod, sidecar, start, UNTIL_TERM } from './pods.ts';
import type { Json } from './pods.ts';

const skipped = await skipsContainers();

/** A container that fails in its first lives, counted in a volume; then it goes on with `then`. */
function fails(name: string, times: number, then: string, fields: Json = {}): Json {
  const count = `echo x >> /lives/${name}; [ $(wc -l < /lives/${name}) -gt ${times} ] || exit 3; ${then}`;
  return bash(name, count, { volumeMounts: [{ name: 'lives', mountPath: '/lives' }], ...fields });
}

const volumes = [{ name: 'lives', emptyDir: {} }];

function codes(of: Pod | undefined, name: string): number[] {
  return of?.container(name).exits.map(({ code }) => code) ?? [];
}

function job(script: string, backoffLimit: number, restartPolicy: string): Json {
  const spec = { restartPolicy, terminationGracePeriodSeconds: 1, containers: [bash('main', script)] };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'count' },
    spec: { backoffLimit, template: { spec } },
  };
}

describe.skipIf(skipped).concurrent('restarts', () => {
  test('OnFailure: until it succeeds; each wait longer than the one before', async () => {
    const events: string[] = [];
    await using run = await start(
      pod({
        volumes,
        restartPolicy: 'OnFailure',
        containers: [fails('main', 3, 'exit 0'), bash('done', 'echo once')],
      }),
      { events },
    );
    expect(await run.ended()).toBe(true);
    expect(codes(run.pod, 'main')).toEqual([3, 3, 3, 0]);
    expect(codes(run.pod, 'done')).toEqual([0]);
    expect(events.filter((event) => event.includes('again'))).toEqual([
      'main is started again in 0 s',
      'main is started again in 0.1 s',
      'main is started again in 0.2 s',
    ]);
  });

  test('Always: also after success; ready only while it runs', async () => {
    await using run = await start(pod({ containers: [bash('main', 'sleep 0.3'), bash('other', IDLE)] }));
    await run.untilReady();
    await run.pod.until('not ready', () => !run.pod.ready);
    await run.pod.until('third life', () => codes(run.pod, 'main').length >= 3);
    expect(codes(run.pod, 'main').slice(0, 3)).toEqual([0, 0, 0]);
    expect(codes(run.pod, 'other')).toEqual([]);
    expect(run.pod.phase).toBe('Running');
  });

  test('Never: the others live on; one that failed makes the pod fail', async () => {
    await using run = await start(
      pod({
        restartPolicy: 'Never',
        containers: [bash('bad', 'exit 5'), bash('good', 'sleep 1; echo lived')],
      }),
    );
    expect(await run.ended()).toBe(false);
    expect([codes(run.pod, 'bad'), codes(run.pod, 'good')]).toEqual([[5], [0]]);
    expect(run.pod.container('good').stdout).toBe('lived\n');
    expect(run.pod.phase).toBe('Failed');
  });

  test('a sidecar is started again whatever the policy, also before it was ever up', async () => {
    await using run = await start(
      pod({
        volumes,
        restartPolicy: 'Never',
        initContainers: [fails('side', 2, UNTIL_TERM, { restartPolicy: 'Always', startupProbe: IS_UP })],
        containers: [bash('main', 'exit 0')],
      }),
    );
    expect(await run.ended()).toBe(true);
    expect(codes(run.pod, 'side')).toEqual([3, 3, 0]);
    expect(codes(run.pod, 'main')).toEqual([0]);
  });

  test('a sidecar that ends while the mains run is started again, and does not decide how the pod ends', async () => {
    await using run = await start(
      pod({
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 1,
        initContainers: [sidecar('side', "trap 'exit 6' TERM; echo up; sleep 0.5 & wait; exit 6")],
        containers: [bash('main', 'sleep 2')],
      }),
    );
    expect(await run.ended()).toBe(true);
    expect(codes(run.pod, 'side').length).toBeGreaterThan(1);
    expect(new Set(codes(run.pod, 'side'))).toEqual(new Set([6]));
  });

  test('codes: a kill is 137, and says when it was for want of memory', async () => {
    // The shell outlives the eater by a second: an engine may report the end of a container before it
    // heard that the kernel killed it (dockerd 20.10 under load: 1 of 40, and then for good).
    const eat = "x=$(head -c 200M /dev/zero | tr '\\0' x); echo never";
    await using run = await start(
      pod({
        restartPolicy: 'Never',
        containers: [
          bash('hungry', `bash -c "${eat.replaceAll('$', String.raw`\$`)}"; code=$?; sleep 1; exit $code`, {
            resources: { limits: { memory: '32Mi' } },
          }),
          bash('killed', `bash -c 'kill -9 $BASHPID'; exit $?`),
          bash('missing', 'no-such-program'),
        ],
      }),
    );
    expect(await run.ended()).toBe(false);
    expect(run.pod.container('hungry').exits).toMatchObject([{ code: 137, outOfMemory: true }]);
    expect(run.pod.container('killed').exits).toMatchObject([{ code: 137, outOfMemory: false }]);
    expect(codes(run.pod, 'missing')).toEqual([127]);
    expect(run.pod.container('hungry').stdout).toBe('');
  });

  test('a Job makes a new pod for one that failed, up to its limit, each with a name of its own', async () => {
    await using run = await start(job('hostname; exit 1', 2, 'Never'));
    expect(await run.ended()).toBe(false);
    const names = run.pods.map(({ name }) => name);
    expect(new Set(names).size).toBe(3);
    for (const one of run.pods) {
      expect(one.name).toMatch(/^count-[0-9a-f]{6}$/);
      expect(one.container('main').stdout).toBe(`${one.name}\n`);
      expect(one.phase).toBe('Failed');
    }
  });

  test('a Job with OnFailure tries in its one pod: at the restart that reaches the limit it has failed', async () => {
    const events: string[] = [];
    await using run = await start(job('exit 1', 3, 'OnFailure'), { events });
    expect(await run.ended()).toBe(false);
    expect(codes(run.pod, 'main')).toEqual([1, 1, 1]);
    expect(events).toContain('backoffLimit is reached');
  });

  test('an end while a pod is to be replaced, or a container to be restarted, is the end', async () => {
    const options = { restartBackOffMs: 600_000 };
    await using failing = await start(job('exit 1', 6, 'Never'), options);
    await failing.pod.until('the first start', () => codes(failing.pod, 'main').length === 1).catch(() => {});
    await using waiting = await start(pod({ containers: [bash('main', 'exit 1')] }), options);
    await waiting.pod.until('the wait', () => codes(waiting.pod, 'main').length === 2);
    await Promise.all([failing.end(), waiting.end()]);
    expect(await Promise.all([failing.ended(), waiting.ended()])).toEqual([false, false]);
    expect([codes(failing.pods[0], 'main'), codes(waiting.pod, 'main')]).toEqual([[1], [1, 1]]);
  });
});
