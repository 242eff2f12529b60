// The manifests of examples/log-tailer, run as they are written, as a cluster would run them: nginx behind its stand-in,
// the sidecar's output compared with the requests that were made, the last of them finished only when the pod was ending.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { skipsContainers } from '@podmate/testkit/containers';
import { eventually } from '@podmate/testkit/eventually';
import { parseManifest, readManifest } from '@podmate/testkit/manifest/documents';
import type { KubernetesObject } from '@podmate/testkit/manifest/documents';
import type { Pod } from '@podmate/testkit/pod/pod';
import { ManifestRun } from '@podmate/testkit/pod/run';
import { standIns } from '../stand-ins.ts';

const skipped = await skipsContainers();

const EXAMPLE = resolve(import.meta.dirname, '../log-tailer');

function start(objects: readonly KubernetesObject[]): Promise<ManifestRun> {
  return ManifestRun.start(objects, { standIns, pull: false, publish: ['127.0.0.1::8080'] });
}

function startFile(file: string): Promise<ManifestRun> {
  return start(readManifest(`${EXAMPLE}/${file}`));
}

/** Asks nginx for /1 ... /count, one after the other. */
async function request(pod: Pod, count: number): Promise<void> {
  const url = `http://${await pod.publishedAt(8080)}`;
  for (let i = 1; i <= count; i += 1) await (await fetch(`${url}/${i}`)).text();
}

/** Begins to ask for a path; what it returns finishes the request and waits for the answer. */
async function beginRequest(pod: Pod, path: string): Promise<() => Promise<void>> {
  const [host, port] = (await pod.publishedAt(8080)).split(':');
  const socket = connect({ host, port: Number(port) });
  socket.resume().write(`GET ${path} HTTP/1.0\r\n`);
  await once(socket, 'connect');
  return async () => {
    socket.write('\r\n');
    await once(socket, 'close');
  };
}

function requestedPaths(pod: Pod, container = 'log-tailer'): string[] {
  return pod.container(container).stdout.match(/(?<=GET \/)\w+/g) ?? [];
}

function upTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index + 1));
}

/** What the comment in job.yaml tells to do where there are no native sidecars; and a worker that is strict with its log. */
function classicJob(text: string): KubernetesObject[] {
  const job = parseDocument(text);
  const spec = ['spec', 'template', 'spec'];
  const worker = [...spec, 'containers', 0];
  const sidecar = [...spec, 'containers', 1];
  job.addIn([...spec, 'containers'], job.getIn([...spec, 'initContainers', 0]));
  job.deleteIn([...spec, 'initContainers']);
  job.deleteIn([...sidecar, 'restartPolicy']);
  for (const argument of ['--exit-file', '/var/log/app/.done']) job.addIn([...sidecar, 'args'], argument);
  const script = [...worker, 'command', 2];
  job.setIn(script, `umask 027; trap 'touch /var/log/app/.done' EXIT; ${String(job.getIn(script))}`);
  return parseManifest(String(job), 'job.yaml in its classic form');
}

const reportRows = upTo(20)
  .map((row) => `row ${row} done\n`)
  .join('');

describe.skipIf(skipped).concurrent('the manifests of examples/log-tailer', () => {
  test('pod.yaml: there before nginx, there until nginx has ended, every line out', async () => {
    await using run = await startFile('pod.yaml');
    const { pod } = run;
    await pod.untilReady();
    await request(pod, 50);
    const finishLate = await beginRequest(pod, '/late');
    const ending = pod.end();
    await eventually(() => expect(pod.container('nginx').stderr).toContain('gracefully shutting down'));
    await finishLate();
    await ending;
    const [[nginx], [sidecar]] = [pod.container('nginx').exits, pod.container('log-tailer').exits];
    expect(requestedPaths(pod)).toEqual([...upTo(50), 'late']);
    expect(sidecar).toMatchObject({ code: 0 });
    expect(sidecar?.startedAt).toBeLessThan(nginx?.startedAt ?? 0);
    expect(sidecar?.endedAt).toBeGreaterThan(nginx?.endedAt ?? 0);
    expect((sidecar?.endedAt ?? 0) - (nginx?.endedAt ?? 0)).toBeLessThan(3000); // of 30 s; within one where nothing else runs
  });

  test('pod-classic.yaml: told to end together with nginx, it goes on reading until nginx is done', async () => {
    await using run = await startFile('pod-classic.yaml');
    const { pod } = run;
    await pod.untilReady();
    await request(pod, 20);
    const finishLate = await beginRequest(pod, '/late');
    const ending = pod.end();
    await eventually(() => expect(pod.container('log-tailer').stderr).toContain('msg=ending'));
    await finishLate();
    await ending;
    expect(requestedPaths(pod)).toEqual([...upTo(20), 'late']);
    expect(pod.container('log-tailer').exits).toMatchObject([{ code: 0 }]);
  });

  test('before.yaml: the tail of the tutorials has to be killed', async () => {
    await using run = await startFile('before.yaml');
    const { pod } = run;
    await pod.untilReady();
    await request(pod, 5);
    await pod.end(3000); // the manifest has Kubernetes' 30 s
    expect(requestedPaths(pod, 'access-log')).toEqual(upTo(5));
    expect(pod.container('access-log').exits).toMatchObject([{ code: 137 }]);
  });

  test('job.yaml: when the worker has ended the sidecar ends too, with every line out', async () => {
    await using run = await startFile('job.yaml');
    expect(await run.ended()).toBe(true);
    expect(run.pod.container('log-tailer').exits).toMatchObject([{ code: 0 }]);
    expect(run.pod.container('log-tailer').stdout).toBe(reportRows);
  });

  test('job.yaml in its classic form: the exit file ends the sidecar; a log of mode 0640 is read', async () => {
    await using run = await start(classicJob(readFileSync(`${EXAMPLE}/job.yaml`, 'utf8')));
    expect(await run.ended()).toBe(true);
    expect(run.pod.container('log-tailer').exits).toMatchObject([{ code: 0 }]);
    expect(run.pod.container('log-tailer').stdout).toBe(reportRows);
  });
});
