// What cannot be done is said, with its reason, before or instead of a run; and whatever happens, nothing is left on the
// engine: no container, no volume, no network.

import { describe, expect, test } from 'vitest';
import { docker, skipsContainers, uniqueName } from '../src/containers.ts';
import { eventually } from '../src/eventually.ts';
import { ManifestRun } from '../src/pod/run.ts';
import { bash, configMap, IDLE, pod, sidecar, start, UNTIL_TERM } from './pods.ts';
import type { Json } from './pods.ts';

const skipped = await skipsContainers();

async function list(...args: string[]): Promise<string[]> {
  const { stdout } = await docker(args);
  return stdout.split('\n').filter(Boolean);
}

/** Containers, volumes and networks are called after their pods and volumes: none is left of those with the word. */
async function nothingIsLeft(word: string): Promise<void> {
  const filter = ['--filter', `name=${word}`];
  expect(await list('ps', '--all', '--format', '{{.Names}}', ...filter)).toEqual([]);
  expect(await list('volume', 'ls', '--format', '{{.Name}}', ...filter)).toEqual([]);
  expect(await list('network', 'ls', '--format', '{{.Name}}', ...filter)).toEqual([]);
}

/** A pod whose containers, volume and name all have a word in them that nobody else has. */
function marked(word: string, containers: readonly Json[], more: Json = {}): Json {
  const volumes = [{ name: `${word}-volume`, emptyDir: {} }];
  return pod({ volumes, terminationGracePeriodSeconds: 1, containers, ...more }, { name: word });
}

describe.skipIf(skipped).concurrent('refusals', () => {
  test('what is not carried out: all of it at once, and nothing was begun', async () => {
    const word = uniqueName('refused');
    const objects = [
      marked(word, [bash(`${word}-main`, IDLE, { tty: true }), bash('x', IDLE, { workingdir: '/' })], {
        nodeName: 'x',
      }),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } },
    ];
    await expect(start(objects)).rejects.toThrow(
      [
        'this runner cannot do what is written:',
        `  Pod ${word}: spec.containers[0].tty is only carried out as false`,
        `  Pod ${word}: spec.containers[1].workingdir is not carried out`,
        `  Pod ${word}: spec.nodeName is not carried out`,
        '  Namespace x: kind Namespace is not carried out',
      ].join('\n'),
    );
    await nothingIsLeft(word);
  });

  test('a contradiction in the second pod: the first one was not started', async () => {
    const word = uniqueName('contradiction');
    const second = pod({
      containers: [bash('main', IDLE, { volumeMounts: [{ name: 'none', mountPath: '/x' }] })],
    });
    const events: string[] = [];
    await expect(start([marked(word, [bash(word, IDLE)]), second], { events })).rejects.toThrow(
      'Pod pod: container main: volume none is not declared',
    );
    expect(events).toEqual([]);
    await nothingIsLeft(word);
  });

  test('data that is missing in the second pod: nothing was started, nothing is left', async () => {
    const word = uniqueName('missing');
    const volumes = [{ name: `${word}-data`, configMap: { name: 'none' } }];
    const second = pod({ volumes, containers: [bash('main', IDLE)] }, { name: `${word}-2` });
    const third = pod(
      { containers: [bash('main', IDLE, { envFrom: [{ secretRef: { name: 'none' } }] })] },
      { name: `${word}-3` },
    );
    const events: string[] = [];
    const first = marked(word, [bash(word, IDLE)]);
    await expect(start([first, second], { events })).rejects.toThrow(
      `volume ${word}-data: ConfigMap none is not in the manifest`,
    );
    await expect(start([first, third], { events })).rejects.toThrow('Secret none is not in the manifest');
    expect(events).toEqual([]);
    await nothingIsLeft(word);
  });

  test('an image that cannot be had, and one in its place that is not there either', async () => {
    const word = uniqueName('image');
    const objects = marked(word, [{ name: word, image: 'podmate.invalid/none:1' }]);
    await expect(start(objects)).rejects.toThrow('image podmate.invalid/none:1');
    const replaced = { 'podmate.invalid/none:1': 'podmate.invalid/other:1' };
    await expect(start(objects, { replaced })).rejects.toThrow('image podmate.invalid/other:1');
    const ours = marked(word, [{ name: word, image: 'podmate/log-tailer:0.0.0' }]);
    await expect(start(ours)).rejects.toThrow(
      'image podmate/log-tailer:0.0.0: this repository builds podmate/log-tailer:',
    );
    await nothingIsLeft(word);
  });

  test('a manifest without pods', async () => {
    await expect(start(configMap('x', {}))).rejects.toThrow(
      'there is no Pod, Deployment, StatefulSet or Job in it',
    );
    await expect(ManifestRun.start([])).rejects.toThrow(
      'there is no Pod, Deployment, StatefulSet or Job in it',
    );
  });

  test('a program that is not there: said, the sidecar ended in order, nothing left', async () => {
    const word = uniqueName('program');
    const events: string[] = [];
    {
      await using run = await start(
        marked(
          word,
          [
            bash(`${word}-good`, IDLE),
            { ...bash(word, ''), command: ['/no/such/program'] },
            bash(`${word}-late`, IDLE),
          ],
          {
            initContainers: [
              sidecar(`${word}-side`, UNTIL_TERM, {
                startupProbe: { periodSeconds: 1, exec: { command: ['test', '-f', '/tmp/up'] } },
              }),
            ],
          },
        ),
        { events },
      );
      await expect(run.ended()).rejects.toThrow(/docker start: .*no such file or directory/s);
      await expect(run.untilReady()).rejects.toThrow('the pod has ended');
      expect(run.pod.phase).toBe('Failed');
      expect(run.pod.container(`${word}-side`).stdout).toBe('up\nbye\n');
      expect(run.pod.container(`${word}-late`).exits).toEqual([]);
    }
    expect(events.at(-1)).toBe('Failed');
    await nothingIsLeft(word);
  });

  test('a publication that is not possible', async () => {
    const word = uniqueName('publish');
    const objects = [
      marked(word, [bash(word, IDLE)]),
      pod({ containers: [bash('main', IDLE)] }, { name: `${word}-2` }),
    ];
    await expect(start(objects, { publish: ['127.0.0.1:no:80'] })).rejects.toThrow(
      "the pod's network cannot be made",
    );
    await nothingIsLeft(word);
  });
});

describe.skipIf(skipped).concurrent('whatever happens', () => {
  test('disposal at any moment of the start, and while it ends with a long grace period', async () => {
    const word = uniqueName('early');
    const init = bash(`${word}-init`, 'true');
    const deaf = sidecar(`${word}-side`, "trap '' TERM; while :; do sleep 1; done");
    const objects = marked(word, [bash(word, "trap '' TERM; while :; do sleep 1; done")], {
      initContainers: [init, deaf],
      terminationGracePeriodSeconds: 600,
    });
    const moments = [
      'at once',
      `${word}-init started`,
      `${word}-side started`,
      `${word} started`,
      `${word} told to end`,
    ];
    await Promise.all(
      moments.map(async (moment) => {
        const events: string[] = [];
        const run = await start(objects, { events });
        if (moment.endsWith('told to end')) {
          await run.untilReady();
          void run.end();
        }
        await eventually(() => expect(['at once', ...events]).toContain(moment), { withinMs: 30_000 });
        await Promise.all([run[Symbol.asyncDispose](), run[Symbol.asyncDispose]()]);
        expect(run.pod.phase).toBe('Failed');
      }),
    );
    await nothingIsLeft(word);
  });

  test('an end while init containers are on: it is an end in time, and nothing starts any more', async () => {
    const word = uniqueName('init');
    {
      await using run = await start(
        marked(word, [bash(word, 'echo never')], {
          initContainers: [
            sidecar(`${word}-side`, UNTIL_TERM),
            bash(`${word}-init`, UNTIL_TERM),
            bash(`${word}-next`, 'echo never'),
          ],
          terminationGracePeriodSeconds: 30,
        }),
      );
      const init = run.pod.container(`${word}-init`);
      await eventually(() => expect(init.stdout).toBe('up\n'));
      await run.end();
      expect(run.pod.container(`${word}-side`).exits).toMatchObject([{ code: 0 }]);
      expect(init.exits).toMatchObject([{ code: 0 }]);
      for (const name of [word, `${word}-next`]) expect(run.pod.container(name).exits).toEqual([]);
      expect(await run.ended()).toBe(false);
    }
    await nothingIsLeft(word);
  });

  test('start is called off', async () => {
    const word = uniqueName('off');
    const events: string[] = [];
    const signal = AbortSignal.abort(new Error('changed my mind'));
    await expect(start(marked(word, [bash(word, IDLE)]), { events, signal })).rejects.toThrow(
      'changed my mind',
    );
    expect(events).toEqual([]);
    await nothingIsLeft(word);
  });

  test('the engine loses the pod’s network, or a container: the pod fails, and says why', async () => {
    const word = uniqueName('lost');
    {
      await using run = await start([
        marked(word, [bash(`${word}-main`, UNTIL_TERM)]),
        marked(`${word}-2`, [bash(`${word}-removed`, UNTIL_TERM)]),
      ]);
      await run.untilReady();
      const containers = await list('ps', '--format', '{{.Names}}', '--filter', `name=${word}`);
      const [first, second] = run.pods;
      const holder = containers.find((name) => /lost-[0-9a-f]{8}-[0-9a-f]{8}$/.test(name));
      const removed = containers.find((name) => name.includes(`${word}-removed`));
      await docker(['kill', holder ?? 'none']);
      await docker(['rm', '--force', removed ?? 'none']);
      await expect(first?.ended()).rejects.toThrow("the pod's network is gone");
      await expect(second?.ended()).rejects.toThrow(/No such container|cannot be read to the end/);
      expect(run.pods.map(({ phase }) => phase)).toEqual(['Failed', 'Failed']);
      expect(first?.container(`${word}-main`).exits).toHaveLength(1);
    }
    await nothingIsLeft(word);
  });
});
