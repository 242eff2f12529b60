// Volumes are what kubelet makes of them: an emptyDir that every user can write, a group's with fsGroup, memory that is
// memory; ConfigMaps, Secrets, the downward API and projections as files with their modes, never writable, renewed at once.

import { describe, expect, test } from 'vitest';
import { skipsContainers } from '../src/containers.ts';
import { parseManifest } from '../src/manifest/documents.ts';
import type { Pod } from '../src/pod/pod.ts';
import { storeOf } from '../src/pod/workload.ts';
import { bash, configMap, IDLE, pod, secret, start, text } from './pods.ts';

const skipped = await skipsContainers();

/** What a shell command prints in a container of the pod, failed or not. */
async function shell(of: Pod, container: string, command: string): Promise<string> {
  const { stdout } = await of.container(container).exec('bash', '-c', `{ ${command}; } 2>&1 || true`);
  return stdout.trim();
}

const mount = (name: string, mountPath: string, fields: object = {}): object => ({
  name,
  mountPath,
  ...fields,
});

const fieldRef = (fieldPath: string): object => ({ fieldRef: { fieldPath } });

const asUser = (runAsUser: number): object => ({ securityContext: { runAsUser } });

describe.skipIf(skipped).concurrent('volumes', () => {
  test('a pod that fills its emptyDir beyond the limit is evicted', async () => {
    const events: string[] = [];
    await using run = await start(
      pod({
        volumes: [
          { name: 'fits', emptyDir: { sizeLimit: '10Mi' } },
          { name: 'full', emptyDir: { sizeLimit: '1Mi' } },
        ],
        containers: [
          bash('main', `head -c 2M /dev/zero | tee /fits/file > /full/file; ${IDLE}`, {
            volumeMounts: [mount('fits', '/fits'), mount('full', '/full')],
          }),
        ],
      }),
      { events },
    );
    await expect(run.ended()).rejects.toThrow(
      /evicted: emptyDir full holds \d+ bytes, more than its limit of 1Mi/,
    );
    expect(run.pod.phase).toBe('Failed');
    expect(run.pod.container('main').exits).toHaveLength(1);
  });

  test('emptyDir: empty, open to every user, shared, gone with the pod only', async () => {
    const volumeMounts = [
      mount('etc', '/etc/apt'), // the image has files there
      mount('disk', '/with a space'),
      mount('disk', '/sub', { subPath: 'deep/er' }),
      mount('disk', '/ro', { readOnly: true }),
      mount('memory', '/memory'),
    ];
    await using run = await start(
      pod({
        volumes: [
          { name: 'etc', emptyDir: {} },
          { name: 'disk', emptyDir: {} },
          { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
        ],
        containers: [
          bash('one', `echo one >> '/with a space/file'; ${IDLE}`, { volumeMounts, ...asUser(1001) }),
          bash('two', IDLE, { volumeMounts, ...asUser(1002) }),
        ],
      }),
    );
    await run.untilReady();
    const two = (command: string): Promise<string> => shell(run.pod, 'two', command);
    expect(await two(`stat -c '%a %u %g' '/with a space' /memory /etc/apt`)).toBe(
      '777 0 0\n777 0 0\n777 0 0',
    );
    expect(await two('ls -A /etc/apt')).toBe('');
    expect(await two(`cat /ro/file; rm '/with a space/file' && echo removed`)).toBe('one\nremoved');
    expect(await two('echo x > /ro/x')).toMatch('Read-only file system');
    expect(await two('echo x > /sub/y')).toBe('');
    expect(await shell(run.pod, 'one', `cat '/with a space/deep/er/y'; echo m > /memory/m`)).toBe('x');
    expect(await two('cat /memory/m; stat -f -c %T /memory')).toBe('m\ntmpfs');
    expect(await two('head -c 2000000 /dev/zero > /memory/big')).toMatch('No space left on device');
  });

  test('emptyDir and subPath outlive a restart of the container', async () => {
    const count = 'echo x >> /data/file; echo y >> /sub/file; wc -l < /data/file; wc -l < /sub/file; exit 1';
    await using run = await start(
      pod({
        volumes: [{ name: 'data', emptyDir: {} }],
        containers: [
          bash('main', count, {
            volumeMounts: [mount('data', '/data'), mount('data', '/sub', { subPath: 'sub' })],
          }),
        ],
      }),
    );
    await run.pod.until('third life', () => run.pod.container('main').exits.length >= 3);
    expect(run.pod.container('main').stdout).toMatch(/^1\n1\n2\n2\n3\n3\n/);
  });

  test('fsGroup: the group of emptyDirs and of what is made in them; it may read what others may not', async () => {
    const volumeMounts = [mount('disk', '/disk'), mount('memory', '/memory'), mount('secret', '/secret')];
    await using run = await start([
      secret('login', { password: 'p' }),
      pod({
        securityContext: { fsGroup: 2000, runAsUser: 1001, runAsGroup: 1001 },
        volumes: [
          { name: 'disk', emptyDir: {} },
          { name: 'memory', emptyDir: { medium: 'Memory' } },
          { name: 'secret', secret: { secretName: 'login', defaultMode: 0o400 } },
        ],
        containers: [bash('main', IDLE, { volumeMounts })],
      }),
    ]);
    await run.untilReady();
    const main = (command: string): Promise<string> => shell(run.pod, 'main', command);
    expect(await main("stat -c '%a %g' /disk /memory")).toBe('2777 2000\n2777 2000');
    expect(await main("touch /disk/x /memory/x; stat -c '%u %g' /disk/x /memory/x")).toBe(
      '1001 2000\n1001 2000',
    );
    expect(await main("cat /secret/password; stat -L -c ' %a %u %g' /secret/password")).toBe('p 440 0 2000');
  });

  test('data as files: chosen, renamed, with modes, read-only even for root', async () => {
    const memory = { resourceFieldRef: { containerName: 'main', resource: 'limits.memory', divisor: '1Mi' } };
    const sources = [
      { configMap: { name: 'settings', items: [{ key: 'a', path: 'etc/a', mode: 0o600 }] } },
      { secret: { name: 'login' } },
      { secret: { name: 'none', optional: true } },
      { downwardAPI: { items: [{ path: 'name', ...fieldRef('metadata.name') }] } },
    ];
    await using run = await start([
      configMap('settings', { a: 'one\n', 'b.conf': 'two' }),
      { ...configMap('bytes', {}), binaryData: { blob: 'AP8K' } },
      secret('login', { user: 'root' }),
      pod(
        {
          volumes: [
            { name: 'all', configMap: { name: 'settings' } },
            {
              name: 'some',
              configMap: { name: 'settings', defaultMode: 0o440, items: [{ key: 'a', path: 'x/y' }] },
            },
            { name: 'bytes', configMap: { name: 'bytes' } },
            { name: 'none', configMap: { name: 'none', optional: true } },
            {
              name: 'pod',
              downwardAPI: {
                items: [
                  { path: 'labels', ...fieldRef('metadata.labels') },
                  { path: 'mib', ...memory },
                ],
              },
            },
            { name: 'mixed', projected: { sources, defaultMode: 0o444 } },
          ],
          containers: [
            bash('main', IDLE, {
              resources: { limits: { memory: '64Mi' } },
              volumeMounts: [
                ...['all', 'some', 'bytes', 'none', 'pod', 'mixed'].map((name) => mount(name, `/${name}`)),
                mount('all', '/opt/one.conf', { subPath: 'b.conf' }),
              ],
            }),
          ],
        },
        { labels: { app: 'shop', tier: 'front' } },
      ),
    ]);
    await run.untilReady();
    const main = (command: string): Promise<string> => shell(run.pod, 'main', command);
    expect(await main('cat /all/a /all/b.conf /opt/one.conf')).toBe('one\ntwotwo');
    expect(await main("cd /; stat -L -c '%a %n' all/a some/x/y mixed/etc/a mixed/user mixed/name")).toBe(
      '644 all/a\n440 some/x/y\n600 mixed/etc/a\n444 mixed/user\n444 mixed/name',
    );
    expect(await main('ls /all /some /none /mixed')).toBe(
      '/all:\na\nb.conf\n\n/mixed:\netc\nname\nuser\n\n/none:\n\n/some:\nx',
    );
    expect(await main('cat /mixed/etc/a /mixed/user; echo; cat /mixed/name')).toBe('one\nroot\npod');
    expect(await main('od -An -tx1 /bytes/blob')).toBe('00 ff 0a');
    expect(await main('cat /pod/labels; echo; cat /pod/mib')).toBe('app="shop"\ntier="front"\n64');
    expect(await main('readlink /all/a; readlink /all/..data')).toMatch(/^\.\.data\/a\n\.\.\d{4}_/);
    expect(await main('echo x > /all/a; rm /all/a; echo x > /opt/one.conf')).toMatch(
      /^(?:.*Read-only file system\n?){3}$/,
    );
  });

  test('new contents appear at once and whole; a file mounted by subPath stays as it was', async () => {
    const compare = 'a=$(cat a) && b=$(cat b) && [ "$a" != "$b" ] && echo "torn: $a $b"';
    await using run = await start([
      configMap('settings', { a: '1', b: '1', old: 'x' }),
      pod({
        volumes: [
          { name: 'data', configMap: { name: 'settings' } },
          { name: 'own', emptyDir: {} },
        ],
        containers: [
          bash('main', `chmod 700 /own; while :; do (cd -P /data/..data && ${compare}); done`, {
            volumeMounts: [
              mount('data', '/data'),
              mount('data', '/a', { subPath: 'a' }),
              mount('own', '/own'),
            ],
          }),
        ],
      }),
    ]);
    await run.untilReady();
    const main = (command: string): Promise<string> => shell(run.pod, 'main', command);
    const before = await main('readlink /data/..data');
    for (let turn = 2; turn <= 50; turn += 1) {
      const renewed = text([configMap('settings', { a: `${turn}`, b: `${turn}`, new: 'y' })]);
      await run.pod.refill(storeOf(parseManifest(renewed, 'test.json')));
    }
    expect(await main('cat /data/a /data/b /a; echo; ls /data; ls -A /data | wc -l')).toBe(
      '50501\na\nb\nnew\n5',
    );
    expect(await main('readlink /data/..data')).not.toBe(before);
    expect(await main('stat -c %a /own')).toBe('700'); // an emptyDir is not touched
    expect(run.pod.container('main').stdout).toBe('');
  });
});
