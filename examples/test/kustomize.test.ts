// examples/kustomize, rendered by kubectl without network or cluster: every Deployment comes out as it was, plus exactly
// the sidecar of examples/log-tailer/pod.yaml. What the README offers as options is taken from there and rendered, too.
// Then the result runs on the container engine.

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { skipsContainers } from '@podmate/testkit/containers';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { findKubectl } from '@podmate/testkit/kubectl';
import { manifestFaults } from '@podmate/testkit/manifest/check';
import { parseManifest } from '@podmate/testkit/manifest/documents';
import { faultText } from '@podmate/testkit/manifest/kubectl-yaml';
import { findOurImages } from '@podmate/testkit/manifest/our-images';
import { ManifestRun } from '@podmate/testkit/pod/run';
import { repositoryRoot, repositoryVersion } from '../../docker/bundle.ts';
import { standIns } from '../stand-ins.ts';

const EXAMPLES = resolve(import.meta.dirname, '..');
const COMPONENT = join(EXAMPLES, 'kustomize/components/log-tailer');
const README = readFileSync(join(EXAMPLES, 'kustomize/README.md'), 'utf8');

const kubectl = await findKubectl();

/** Nothing of this machine's Kubernetes, and no way to the network: a request would go to a port where nobody is. */
const OFFLINE = {
  PATH: process.env['PATH'],
  KUBECONFIG: '/dev/null',
  HOME: '/nonexistent',
  ...Object.fromEntries(
    ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [
      [name, 'http://127.0.0.1:1'],
      [name.toUpperCase(), 'http://127.0.0.1:1'],
    ]),
  ),
};

type Container = {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: object[];
  ports?: object[];
  securityContext?: Record<string, unknown>;
  volumeMounts?: { name: string; mountPath: string }[];
};

type PodSpec = {
  initContainers?: Container[] | null;
  containers: Container[];
  volumes?: { name: string }[];
  securityContext?: Record<string, unknown>;
};

type Workload = {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: { replicas: number; selector: object; template: { metadata: object; spec: PodSpec } };
};

/** What `kubectl kustomize` prints. */
async function kustomize(folder: string): Promise<string> {
  if (kubectl === undefined) throw new Error('no kubectl from 1.21 on; `npm test` fetches one on Debian');
  const { stdout } = await promisify(execFile)(kubectl, ['kustomize', folder], { env: OFFLINE });
  return stdout;
}

async function render(folder: string): Promise<Workload[]> {
  return parseAllDocuments(await kustomize(folder)).map((document) => document.toJS());
}

async function renderOne(folder: string): Promise<Workload> {
  const [only, ...others] = await render(folder);
  if (only === undefined || others.length > 0) throw new Error(`${folder}: not one object`);
  return only;
}

/** A folder with these files, by path, gone after the test. JSON is YAML, too. */
async function folderOf(files: Readonly<Record<string, object>>): Promise<string> {
  const directory = await temporaryDirectory('kustomize');
  onTestFinished(() => directory.remove());
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(directory.file(name)), { recursive: true });
    writeFileSync(directory.file(name), JSON.stringify(content));
  }
  cpSync(COMPONENT, directory.file('components/log-tailer'), { recursive: true }); // as a user would have it
  return directory.path;
}

const WITH_COMPONENT = { resources: ['app.yaml'], components: ['components/log-tailer'] };

/** Renders one object with the component, and with what else its kustomization says. */
async function renderWith(app: object, more: object = {}): Promise<Workload> {
  const kustomization = { ...WITH_COMPONENT, ...more };
  return renderOne(await folderOf({ 'kustomization.yaml': kustomization, 'app.yaml': app }));
}

function deployment(name: string, spec: Partial<PodSpec> = {}, metadata: object = {}): Workload {
  const labels = { app: name };
  const template = {
    metadata: { labels, annotations: { 'checksum/config': '1f' } },
    spec: { containers: [{ name: 'app', image: 'shop/app:1' }], ...spec },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, ...metadata },
    spec: { replicas: 2, selector: { matchLabels: labels }, template },
  };
}

function sidecarsOf({ spec }: Workload): Container[] {
  return (spec.template.spec.initContainers ?? []).filter(({ name }) => name === 'log-tailer');
}

/** The object with the sidecar and its volume taken out, and without lists that are empty. */
function withoutSidecar(object: Workload): Workload {
  const { initContainers, volumes, ...others } = object.spec.template.spec;
  const inits = (initContainers ?? []).filter(({ name }) => name !== 'log-tailer');
  const rest = (volumes ?? []).filter(({ name }) => name !== 'log-tailer-checkpoint');
  const spec = {
    ...others,
    ...(inits.length > 0 ? { initContainers: inits } : {}),
    ...(rest.length > 0 ? { volumes: rest } : {}),
  };
  return { ...object, spec: { ...object.spec, template: { ...object.spec.template, spec } } };
}

function pod(): PodSpec {
  return parse(readFileSync(join(EXAMPLES, 'log-tailer/pod.yaml'), 'utf8')).spec;
}

/** The sidecar as examples/log-tailer has it, but for what depends on the application, and with the pod's own words. */
function carefulSidecar({ files = '/var/log/app/*.log', volume = 'logs' } = {}): object {
  const { initContainers, securityContext } = pod();
  const [careful] = initContainers ?? [];
  const { fsGroup, ...forAllContainers } = securityContext ?? {}; // the group is about volumes: the application's
  expect(fsGroup).toBe(65532);
  const mounts: Record<string, object> = {
    logs: { name: volume, mountPath: '/var/log/app' },
    checkpoint: { name: 'log-tailer-checkpoint' },
  };
  return {
    ...careful,
    args: careful?.args?.map((word) => (word.startsWith('/') ? files : word)),
    securityContext: { ...forAllContainers, ...careful?.securityContext },
    volumeMounts: careful?.volumeMounts?.map((mount) => ({ ...mount, ...mounts[mount.name] })),
  };
}

/** The YAML that stands under a heading of the README. */
function option(heading: string): object {
  const [, section = ''] = README.split(`### ${heading}\n`);
  const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(section.split('\n#')[0] ?? '') ?? [];
  if (yaml === undefined) throw new Error(`README.md has no YAML under: ${heading}`);
  return parse(yaml);
}

/** What the manifest checks find in what a kustomization renders to. */
async function faultsOf(folder: string): Promise<string[]> {
  const images = await findOurImages(repositoryRoot);
  return (await manifestFaults(await kustomize(folder), 'rendered', images)).map(faultText);
}

function patchOf({ patches }: { patches: { patch: string }[] }): object {
  return parse(patches[0]?.patch ?? '');
}

beforeEach(({ skip }) => {
  if (kubectl === undefined && process.env['CI'] === undefined) skip('no kubectl from 1.21 on');
});

describe('the example', () => {
  test('base: the application as it is written, without a sidecar', async () => {
    const base = await renderOne(join(EXAMPLES, 'kustomize/base'));
    expect(base).toEqual(parse(readFileSync(join(EXAMPLES, 'kustomize/base/deployment.yaml'), 'utf8')));
    expect(sidecarsOf(base)).toEqual([]);
  });

  test('overlay: the application of base and the sidecar, nothing else', async () => {
    const overlay = await renderOne(join(EXAMPLES, 'kustomize/overlay'));
    expect(withoutSidecar(overlay)).toEqual(await renderOne(join(EXAMPLES, 'kustomize/base')));
    const expected = carefulSidecar({ files: '/var/log/app/access.log', volume: 'nginx-logs' });
    expect(sidecarsOf(overlay)).toEqual([expected]);
  });

  test.each(['base', 'overlay'])('%s: passes the manifest checks when it is rendered', async (folder) => {
    expect(await faultsOf(join(EXAMPLES, 'kustomize', folder))).toEqual([]);
  });

  test('without the patch that says where the logs are, the sidecar mounts a volume that is not there', async () => {
    const folder = await folderOf({ 'kustomization.yaml': WITH_COMPONENT });
    cpSync(join(EXAMPLES, 'kustomize/base/deployment.yaml'), join(folder, 'app.yaml'));
    expect(await faultsOf(folder)).toEqual([
      expect.stringMatching(/initContainers\[0\]\.volumeMounts\[0\].*logs/),
    ]);
  });

  test('the README shows the patch of the overlay, and this version', () => {
    const overlay = parse(readFileSync(join(EXAMPLES, 'kustomize/overlay/kustomization.yaml'), 'utf8'));
    const [, shown = ''] = /volume at `\/var\/log\/app`[\s\S]*?```yaml\n([\s\S]*?)```/.exec(README) ?? [];
    expect(patchOf(parse(shown))).toEqual(patchOf(overlay));
    const versions = [...README.matchAll(/podmate\/log-tailer:([\w.]+)/g)].map(([, version]) => version);
    expect(new Set(versions)).toEqual(new Set([repositoryVersion()]));
  });
});

const init = { name: 'migrate', image: 'shop/migrate:1' };
const sidecar = { name: 'proxy', image: 'mesh/proxy:1', restartPolicy: 'Always' };
const logs = { name: 'logs', emptyDir: {} };

describe('any Deployment comes out as it was, with the sidecar before its other init containers', () => {
  const cases: { name: string; spec: Partial<PodSpec> }[] = [
    { name: 'the least there can be', spec: {} },
    { name: 'init containers: null', spec: { initContainers: null } },
    { name: 'init containers: none', spec: { initContainers: [] } },
    { name: 'init containers', spec: { initContainers: [init, { ...init, name: 'warm-up' }] } },
    { name: 'a native sidecar', spec: { initContainers: [sidecar, init] } },
    { name: 'volumes', spec: { volumes: [logs, { name: 'checkpoint' }, { name: 'tmp' }] } },
    {
      name: 'two containers, a security context, init containers and volumes',
      spec: {
        containers: [
          { name: 'app', image: 'shop/app:1', volumeMounts: [{ name: 'logs', mountPath: '/srv/log' }] },
          { name: 'admin', image: 'shop/admin:1', ports: [{ name: 'admin', containerPort: 8081 }] },
        ],
        initContainers: [init],
        volumes: [logs],
        securityContext: { runAsUser: 1000, fsGroup: 1000 },
      },
    },
  ];

  test.each(cases)('$name', async ({ spec }) => {
    const app = deployment('shop', spec);
    const rendered = await renderWith(app);
    expect(withoutSidecar(rendered)).toEqual(withoutSidecar(app));
    expect(sidecarsOf(rendered)).toEqual([carefulSidecar()]);
    expect(rendered.spec.template.spec.initContainers?.[0]?.name).toBe('log-tailer');
    const checkpoint = pod().volumes?.find(({ name }) => name === 'checkpoint');
    const renamed = { ...checkpoint, name: 'log-tailer-checkpoint' };
    expect(rendered.spec.template.spec.volumes).toContainEqual(renamed);
  });

  test('once, also when a base and its overlay both name the component', async () => {
    const app = deployment('shop', { initContainers: [init] });
    const folder = await folderOf({
      'base/kustomization.yaml': { resources: ['app.yaml'], components: ['../components/log-tailer'] },
      'base/app.yaml': app,
      'kustomization.yaml': { resources: ['base'], components: ['components/log-tailer'] },
    });
    const rendered = await renderOne(folder);
    expect(sidecarsOf(rendered)).toEqual([carefulSidecar()]);
    expect(withoutSidecar(rendered)).toEqual(app);
  });

  test('also from the folder of this repository, by a relative path', async () => {
    const folder = await folderOf({ 'app.yaml': deployment('shop') });
    const components = [relative(realpathSync(folder), realpathSync(COMPONENT))];
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify({ ...WITH_COMPONENT, components }));
    expect(sidecarsOf(await renderOne(folder))).toEqual([carefulSidecar()]);
  });
});

/** The names of those that got a sidecar. Throws unless all are there and otherwise as they were. */
async function chosen(folder: string, objects: readonly object[]): Promise<string[]> {
  const rendered = await render(folder);
  const workloads = rendered.filter(({ kind }) => kind !== 'Service');
  const others = rendered.filter(({ kind }) => kind === 'Service');
  expect([...others, ...workloads.map(withoutSidecar)]).toHaveLength(objects.length);
  expect([...others, ...workloads.map(withoutSidecar)]).toEqual(expect.arrayContaining([...objects]));
  const withSidecar = workloads.filter((workload) => sidecarsOf(workload).length === 1);
  return withSidecar.map(({ metadata }) => metadata.name).toSorted();
}

describe('several objects in one kustomization', () => {
  const shop = deployment('shop', {}, { labels: { logs: 'file' } });
  const billing = deployment('billing');
  const skipping = deployment('worker', {}, { annotations: { 'podmate.sidecar/log-tailer': 'skip' } });
  const database = { ...deployment('database'), kind: 'StatefulSet' };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop' }, spec: { ports: [] } };

  const all = [shop, billing, skipping, database, service];
  const files = Object.fromEntries(all.map((object, index) => [`${index}.yaml`, object]));
  const resources = Object.keys(files);

  test('every Deployment gets it, but for those that skip it', async () => {
    const folder = await folderOf({ ...files, 'kustomization.yaml': { ...WITH_COMPONENT, resources } });
    expect(await chosen(folder, all)).toEqual(['billing', 'shop']);
  });

  test('an annotation from the kustomization below is in time, one from beside the component too late', async () => {
    const annotations = { 'podmate.sidecar/log-tailer': 'skip' };
    const { apiVersion, kind } = billing;
    const patch = JSON.stringify({ apiVersion, kind, metadata: { name: 'any', annotations } });
    const patches = [{ target: { kind }, patch }];
    const base = {
      'base/app.yaml': billing,
      'kustomization.yaml': { ...WITH_COMPONENT, resources: ['base'] },
    };
    const below = { ...base, 'base/kustomization.yaml': { resources: ['app.yaml'], patches } };
    expect(sidecarsOf(await renderOne(await folderOf(below)))).toEqual([]);
    expect(sidecarsOf(await renderWith(billing, { patches }))).toEqual([carefulSidecar()]);
    expect(README).toContain('`podmate.sidecar/log-tailer: skip`');
  });

  test('those of a kustomization of their own get it', async () => {
    const folder = await folderOf({
      'chosen/kustomization.yaml': { resources: ['app.yaml'], components: ['../components/log-tailer'] },
      'chosen/app.yaml': billing,
      'shop.yaml': shop,
      'kustomization.yaml': { resources: ['chosen', 'shop.yaml'] },
    });
    expect(await chosen(folder, [billing, shop])).toEqual(['billing']);
  });

  test.each([
    { target: '{ kind: Deployment, labelSelector: logs=file }', gets: ['shop'] },
    { target: '{ kind: Deployment, name: shop|billing }', gets: ['billing', 'shop'] },
    { target: '{ kind: Deployment|StatefulSet|DaemonSet }', gets: ['billing', 'database', 'shop', 'worker'] },
  ])("a user's own target, $target", async ({ target, gets }) => {
    expect(README).toContain(`\`${target}\``);
    const folder = await folderOf({ ...files, 'kustomization.yaml': { ...WITH_COMPONENT, resources } });
    const component = { kind: 'Component', patches: [{ path: 'sidecar.yaml', target: parse(target) }] };
    writeFileSync(
      join(folder, 'components/log-tailer/kustomization.yaml'),
      JSON.stringify({ apiVersion: 'kustomize.config.k8s.io/v1alpha1', ...component }),
    );
    expect(await chosen(folder, all)).toEqual(gets);
  });
});

describe('the options of the README', () => {
  const app = deployment('shop', { initContainers: [init] });

  async function sidecarWith(heading: string): Promise<Container | undefined> {
    const rendered = await renderWith(app, option(heading));
    expect(withoutSidecar(rendered)).toEqual(app);
    return sidecarsOf(rendered)[0];
  }

  test('The logs are in no volume', async () => {
    const rendered = await renderWith(app, option('The logs are in no volume'));
    const mounted = { name: 'logs', mountPath: '/srv/shop/log' };
    expect(withoutSidecar(rendered)).toEqual(
      deployment('shop', {
        containers: [{ name: 'app', image: 'shop/app:1', volumeMounts: [mounted] }],
        initContainers: [init],
        volumes: [logs],
      }),
    );
    expect(sidecarsOf(rendered)).toEqual([carefulSidecar()]);
  });

  test('Settings', async () => {
    const env = [
      { name: 'LOG_TAILER_FORMAT', value: 'json' },
      { name: 'LOG_TAILER_ADMIN_LISTEN', value: ':9090' },
    ];
    expect(await sidecarWith('Settings')).toEqual({ ...carefulSidecar(), env });
  });

  test('Port 9090 is taken', async () => {
    expect(await sidecarWith('Port 9090 is taken')).toEqual({
      ...carefulSidecar(),
      env: [{ name: 'LOG_TAILER_ADMIN_LISTEN', value: ':9191' }],
      ports: [{ name: 'admin', containerPort: 9191 }],
    });
  });

  test('The log is readable for its owner alone', async () => {
    const container = await sidecarWith('The log is readable for its owner alone');
    const securityContext = { ...container?.securityContext, runAsUser: 65532 };
    expect(container?.securityContext?.['runAsUser']).toBe(1000);
    expect({ ...container, securityContext }).toEqual(carefulSidecar());
  });

  test('A registry of your own', async () => {
    const image = 'registry.example/mirror/log-tailer:1.2.3';
    expect(await sidecarWith('A registry of your own')).toEqual({ ...carefulSidecar(), image });
  });
});

/** Asks the web server of its container for /1 ... /count. */
function requests(count: number): string[] {
  const ask =
    'exec 3<>/dev/tcp/127.0.0.1/8080; printf "GET /$i HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3 >/dev/null';
  return ['bash', '-c', `for i in {1..${count}}; do ${ask}; done`];
}

/** Starts what a kustomization renders to, and waits until it is ready; gone after the test. */
async function start(folder: string): Promise<ManifestRun> {
  const objects = parseManifest(await kustomize(folder), folder);
  const run = await ManifestRun.start(objects, { standIns, pull: false });
  onTestFinished(() => run[Symbol.asyncDispose]());
  await run.untilReady();
  return run;
}

/** A container that logs into the volume `logs`, which it sees at /srv/log. */
function logging(name: string, script: string): Container {
  const volumeMounts = [{ name: 'logs', mountPath: '/srv/log' }];
  return { name, image: 'debian:bookworm-slim', command: ['bash', '-c', script], volumeMounts };
}

describe.skipIf(await skipsContainers())('what comes out runs', () => {
  test('the overlay: what nginx logs is what the sidecar prints', async () => {
    const run = await start(join(EXAMPLES, 'kustomize/overlay'));
    const nginx = run.pod.container('nginx');
    const tailer = run.pod.container('log-tailer');
    await nginx.exec(...requests(30));
    const { stdout: written } = await nginx.exec('cat', '/var/log/nginx/access.log');
    await run.end();
    expect(written.match(/(?<=GET \/)\d+/g)).toEqual(Array.from({ length: 30 }, (_, i) => String(i + 1)));
    expect(tailer.stdout).toBe(written);
    expect(tailer.exits).toEqual([expect.objectContaining({ code: 0 })]);
  });

  test('a Deployment as the component expects it: the first line, of an init container, and the last', async () => {
    const script = [
      'trap "echo ended >> /srv/log/app.log; exit" TERM',
      'echo serving >> /srv/log/app.log',
      'sleep infinity & wait',
    ];
    const app = deployment('shop', {
      initContainers: [logging('migrate', 'echo migrated > /srv/log/app.log')],
      containers: [logging('app', script.join('\n'))],
      volumes: [logs],
    });
    const shop = { ...app, spec: { ...app.spec, replicas: 1 } };
    const run = await start(await folderOf({ 'kustomization.yaml': WITH_COMPONENT, 'app.yaml': shop }));
    const tailer = run.pod.container('log-tailer');
    await eventually(() => expect(tailer.stdout).toBe('migrated\nserving\n'));
    await run.end();
    expect(tailer.stdout).toBe('migrated\nserving\nended\n');
  });
});
