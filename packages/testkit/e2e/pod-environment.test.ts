// What a container's program finds in its environment, arguments and surroundings, as it finds it itself.

import { describe, expect, test } from 'vitest';
import { skipsContainers } from '../src/containers.ts';
import { bash, configMap, IDLE, node, pod, secret, start } from './pods.ts';

const skipped = await skipsContainers();

const field = (fieldPath: string): object => ({ valueFrom: { fieldRef: { fieldPath } } });

/** Longer than a host name can be. */
const LONG_NAME = `pod.with.dots.${'x'.repeat(60)}`;

/** Prints its environment and arguments as JSON. */
const SAY_ALL = "console.log(JSON.stringify({ ...process.env, args: process.argv.slice(1).join('|') }))";

describe.skipIf(skipped).concurrent('environment', () => {
  test('env, envFrom, references and expansion, to the last newline', async () => {
    const env = [
      { name: 'LINES', value: 'one\ntwo=2 "quoted" $HOME\n' },
      { name: 'EMPTY' },
      { name: 'URL', value: 'http://$(HOST):$(PORT)/$(NOPE)$$(HOST)' },
      { name: 'LATE', value: 'late' },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
      { name: 'NONE', valueFrom: { configMapKeyRef: { name: 'none', key: 'x', optional: true } } },
      { name: 'HOST', value: 'example.com' },
      { name: 'OVER', value: '$(HOST)' },
    ];
    await using run = await start([
      configMap('settings', { HOST: 'from-map', PORT: '80', OVER: 'never seen' }),
      secret('login', { password: 'p=1\n$(HOST)' }),
      pod({
        restartPolicy: 'Never',
        containers: [
          node('main', SAY_ALL, {
            args: ['$(URL)', '$(LINES)', '$(NOPE)', '$$(HOST)', '--flag=$(HOST)$(LATE)', ''],
            envFrom: [
              { configMapRef: { name: 'settings' } },
              { prefix: 'DB_', secretRef: { name: 'login' } },
            ],
            env,
          }),
        ],
      }),
    ]);
    expect(await run.ended()).toBe(true);
    const url = 'http://from-map:80/$(NOPE)$(HOST)';
    const seen = JSON.parse(run.pod.container('main').stdout);
    expect(seen).toMatchObject({
      LINES: 'one\ntwo=2 "quoted" $HOME\n',
      EMPTY: '',
      URL: url,
      PASSWORD: 'p=1\n$(HOST)',
      DB_password: 'p=1\n$(HOST)',
      HOST: 'example.com',
      OVER: 'example.com',
      HOSTNAME: 'pod',
      args: [url, 'one\ntwo=2 "quoted" $HOME\n', '$(NOPE)', '$(HOST)', '--flag=example.comlate', ''].join(
        '|',
      ),
    });
    expect(seen).not.toHaveProperty('NONE');
  });

  test('the downward API agrees with what the container is', async () => {
    const fields = [
      'metadata.name',
      'metadata.namespace',
      'metadata.uid',
      "metadata.labels['app']",
      'status.podIP',
    ];
    const resource = { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } };
    await using run = await start(
      pod(
        {
          restartPolicy: 'Never',
          containers: [
            bash('main', 'echo "$F0 $F1 $F3 $MIB"; echo $F2; [ $F4 = $(hostname -i) ] && cat $LIMIT', {
              workingDir: '/usr',
              resources: { limits: { memory: '64Mi', cpu: '64' } },
              env: [
                ...fields.map((path, index) => ({ name: `F${index}`, ...field(path) })),
                { name: 'MIB', valueFrom: resource },
                // cgroup v2, or v1
                {
                  name: 'LIMIT',
                  value: '-s /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes',
                },
              ],
            }),
            bash('other', 'pwd; hostname', { workingDir: '/usr/lib' }),
          ],
        },
        { name: LONG_NAME, namespace: 'sales', labels: { app: 'shop' } },
      ),
    );
    await run.ended();
    expect(run.pod.container('main').stdout).toMatch(
      new RegExp(`^${LONG_NAME} sales shop 64\n[0-9a-f]{8}-[0-9a-f-]{27}\n67108864\n$`),
    );
    expect(run.pod.container('other').stdout).toBe(`/usr/lib\n${LONG_NAME.slice(0, 63)}\n`);
  });

  test('a command replaces the image’s own words, args alone only what comes after its entry point', async () => {
    await using run = await start(
      pod({
        restartPolicy: 'Never',
        containers: [
          { name: 'args', image: 'debian:bookworm-slim', args: ['echo', 'args alone'] },
          { name: 'command', image: 'debian:bookworm-slim', command: ['echo', 'command alone'] },
          {
            name: 'both',
            image: 'debian:bookworm-slim',
            command: ['echo', '-n'],
            args: ['both', '--', '-x'],
          },
        ],
      }),
    );
    expect(await run.ended()).toBe(true);
    const said = ['args', 'command', 'both'].map((name) => run.pod.container(name).stdout);
    expect(said).toEqual(['args alone\n', 'command alone\n', 'both -- -x']);
  });

  test('output: to the last byte, of both streams, over all lives', async () => {
    const lines: string[] = [];
    const noise = `for ((i = 0; i < 50000; i += 1)); do echo "line $i"; done; printf 'a\\rb\\xe2\\x80\\xa8c\\n'`;
    await using run = await start(
      pod({
        restartPolicy: 'Never',
        containers: [
          bash('many', `${noise}; echo error >&2; printf 'no newline'`),
          node('long', "process.stdout.write('x'.repeat(1e6) + '\\n' + 'y'.repeat(1e6))"),
          bash('binary', `printf '\\x00\\xff\\n'; exit 3`),
        ],
      }),
      { onLine: (_pod, container, stream, line) => lines.push(`${container} ${stream} ${line}`) },
    );
    await run.ended();
    const many = lines.filter((line) => line.startsWith('many stdout'));
    expect(many).toHaveLength(50_002);
    expect(many.at(49_999)).toBe('many stdout line 49999');
    expect(many.slice(50_000)).toEqual(['many stdout a\rb\u2028c', 'many stdout no newline']);
    expect(run.pod.container('many').stdout).toMatch(/line 49999\na\rb\u2028c\nno newline$/);
    expect(run.pod.container('many').stderr).toBe('error\n');
    const long = lines.filter((line) => line.startsWith('long'));
    expect(long.map((line) => line.length)).toEqual([1_000_012, 1_000_012]);
    expect(lines).toContain('binary stdout \0\uFFFD');
  });

  test('a pod can be looked into, and says what it does not have', async () => {
    await using run = await start(pod({ containers: [bash('main', IDLE)] }));
    await run.untilReady();
    const { stdout } = await run.pod.container('main').exec('hostname', '-i');
    expect(stdout.trim()).toBe(run.pod.address);
    await expect(run.pod.container('main').exec('false')).rejects.toThrow('docker exec');
    expect(() => run.pod.container('nobody')).toThrow('no container nobody; there are main');
    await expect(run.pod.until('never', () => false, 100)).rejects.toThrow(/never: not within 0\.1 s/);
    await run.end();
    await expect(run.pod.until('never', () => false)).rejects.toThrow('never: the pod has ended');
  });
});
