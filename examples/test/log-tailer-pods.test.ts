// The manifests of examples/log-tailer, run container by container as they are written, in the order a pod has: native
// sidecars first and last, with the volumes' group and the users the manifest names. The Job completes with all its lines.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { buildImage, docker, skipsContainers } from '@podmate/testkit/containers';
import type { Container } from '@podmate/testkit/containers';
import { eventually } from '@podmate/testkit/eventually';
import { createVolumes, startPodContainer } from '@podmate/testkit/pod-container';
import type { ContainerSpec } from '@podmate/testkit/pod-container';

const skipped = await skipsContainers();

const EXAMPLE = resolve(import.meta.dirname, '../log-tailer');
const NGINX_IMAGE = 'podmate-examples/nginx';

type PodSpec = {
  initContainers?: ContainerSpec[];
  containers: ContainerSpec[];
  volumes: { name: string }[];
  securityContext: { fsGroup: number };
};

function readPod(file: string): PodSpec {
  const { spec } = parse(readFileSync(`${EXAMPLE}/${file}`, 'utf8'));
  return spec.template?.spec ?? spec;
}

type Pod = {
  sidecar: ContainerSpec;
  app: ContainerSpec;
  start: (spec: ContainerSpec, network: string, more?: readonly string[]) => Promise<Container>;
};

/** The two containers of a manifest and how to start them; all is gone when the test has finished. */
async function pod(file: string): Promise<Pod> {
  const { initContainers = [], containers, volumes: declared, securityContext } = readPod(file);
  const all = [...initContainers, ...containers];
  const sidecar = all.find(({ name }) => name === 'log-tailer');
  const app = all.find(({ name }) => name !== 'log-tailer');
  if (sidecar === undefined || app === undefined) throw new Error(`${file}: not log-tailer and one more`);
  const names = declared.map(({ name }) => name);
  const volumes = await createVolumes(names, securityContext.fsGroup, NGINX_IMAGE);
  onTestFinished(() => volumes[Symbol.asyncDispose]());
  const start: Pod['start'] = async (spec, network, more = []) => {
    const container = await startPodContainer(spec, volumes, { network, more });
    onTestFinished(() => container[Symbol.asyncDispose]());
    return container;
  };
  return { sidecar, app, start };
}

/** Starts log-tailer, alone as a native sidecar is, and waits until its probes would let the pod go on. */
async function startSidecar({ sidecar, start }: Pod, ...more: string[]): Promise<Container> {
  const container = await start(sidecar, 'none', more);
  await eventually(() => container.exec('/usr/local/bin/log-tailer', 'health'), { everyMs: 200 });
  return container;
}

async function startNginx({ app, start }: Pod, beside: Container): Promise<Container> {
  const nginx = await start({ ...app, image: NGINX_IMAGE }, `container:${beside.id}`);
  await eventually(() => nginx.exec('bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/8080'), { everyMs: 100 });
  return nginx;
}

/** Asks nginx for /1 ... /count, from inside the pod. */
async function request(nginx: Container, count: number): Promise<void> {
  const ask =
    'exec 3<>/dev/tcp/127.0.0.1/8080; printf "GET /$i HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3 >/dev/null';
  await nginx.exec('bash', '-c', `for i in {1..${count}}; do ${ask}; done`);
}

async function requestedPaths(sidecar: Container): Promise<string[]> {
  const { stdout } = await sidecar.logs();
  return stdout.match(/(?<=GET \/)\d+/g) ?? [];
}

function upTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index + 1));
}

const reportRows = upTo(20)
  .map((row) => `row ${row} done\n`)
  .join('');

describe.skipIf(skipped)('the manifests of examples/log-tailer', () => {
  beforeAll(async () => {
    await buildImage('log-tailer');
    await docker(['build', '--tag', NGINX_IMAGE, `${EXAMPLE}/nginx`]);
  });

  test('pod.yaml: there before nginx, there until nginx has ended, every line out', async () => {
    const nginxPod = await pod('pod.yaml');
    const sidecar = await startSidecar(nginxPod);
    const nginx = await startNginx(nginxPod, sidecar);
    await request(nginx, 50);
    await nginx.stop();
    const { code, tookMs } = await sidecar.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(1000);
    expect(await requestedPaths(sidecar)).toEqual(upTo(50));
  });

  test('pod-classic.yaml: told to end together with nginx, it goes on reading until nginx is done', async () => {
    const nginxPod = await pod('pod-classic.yaml');
    const sidecar = await startSidecar(nginxPod, '--min-sigterm-delay', '3s'); // the manifest's 10 s, shorter
    const nginx = await startNginx(nginxPod, sidecar);
    const ending = sidecar.stop();
    await request(nginx, 20);
    await nginx.stop();
    expect(await ending).toMatchObject({ code: 0 });
    expect(await requestedPaths(sidecar)).toEqual(upTo(20));
  });

  test('job.yaml: when the worker has ended the sidecar ends too, with every line out', async () => {
    const job = await pod('job.yaml');
    const sidecar = await startSidecar(job);
    const worker = await job.start(job.app, 'none');
    expect(await worker.ended()).toBe(0);
    expect(await sidecar.stop()).toMatchObject({ code: 0 });
    expect((await sidecar.logs()).stdout).toBe(reportRows);
  });

  test('job.yaml in its classic form: the exit file ends the sidecar; a log of mode 0640 is read', async () => {
    const job = await pod('job.yaml');
    const sidecar = await startSidecar(job, '--exit-file', '/var/log/app/.done');
    const [shell = '', flag = '', script = ''] = job.app.command ?? [];
    const leaving = `umask 027; trap 'touch /var/log/app/.done' EXIT; ${script}`;
    const worker = await job.start({ ...job.app, command: [shell, flag, leaving] }, 'none');
    expect(await worker.ended()).toBe(0);
    expect(await sidecar.ended()).toBe(0);
    expect((await sidecar.logs()).stdout).toBe(reportRows);
  });

  test('a manifest that says what is not done here is refused', async () => {
    const nginxPod = await pod('pod.yaml');
    const lively = { ...nginxPod.app, lifecycle: { preStop: { sleep: { seconds: 5 } } } };
    await expect(nginxPod.start(lively, 'none')).rejects.toThrow('not implemented here: nginx.lifecycle');
    const astray = { ...nginxPod.app, volumeMounts: [{ name: 'cache', mountPath: '/cache' }] };
    await expect(nginxPod.start(astray, 'none')).rejects.toThrow('volume cache is not declared');
  });
});
