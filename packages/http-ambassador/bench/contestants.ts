// Who runs in the race, how each is started, and what its processes have cost so far. Everyone gets one core (core 0),
// keeps connections to the upstream and, where the course says so and it can, writes an access log.
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CertificateFiles } from '@podmate/testkit/certificate';
import { findCommand } from '@podmate/testkit/debian';
import type { TemporaryDirectory } from '@podmate/testkit/files';
import { freePort, RunningImage } from '@podmate/testkit/image';
import { bundle } from '../../../docker/bundle.ts';
import { selectImages } from '../../../docker/images.ts';
import type { Course } from './courses.ts';

export type Start = {
  readonly course: Course;
  readonly port: number;
  /** The port of what the course's `back` says. */
  readonly upstream: number;
  /** For `localhost`, its own authority; both sides show it where there is TLS. */
  readonly certificate: CertificateFiles;
  readonly folder: TemporaryDirectory;
};
type Command = (race: Start) => Promise<readonly [string, ...string[]]>;

/** As the image starts Node (docker/Dockerfile). */
const IMAGE_ENVIRONMENT = {
  NODE_OPTIONS: '--max-semi-space-size=2 --v8-pool-size=1 --max-old-space-size-percentage=50',
  MALLOC_ARENA_MAX: '1',
};
const root = resolve(import.meta.dirname, '../../..');

const commandOf = (name: string): string => {
  const found = findCommand(name);
  if (found === undefined) throw new Error(`${name} is not installed: apt-get install ${name}`);
  return found;
};

const nginx: Command = async (race) => {
  const { course, port, upstream, certificate, folder } = race;
  if (course.front === 'tcp') return nginxStream(race);
  const { certificate: cert, key } = certificate;
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder.path}/n_${name};`,
  );
  const front =
    course.front === 'https' ? `${port} ssl; ssl_certificate ${cert}; ssl_certificate_key ${key}` : `${port}`;
  const back =
    course.back === 'https'
      ? `proxy_ssl_verify on; proxy_ssl_name localhost; proxy_ssl_trusted_certificate ${cert}; proxy_ssl_certificate ${cert}; proxy_ssl_certificate_key ${key};`
      : '';
  const log = course.log ? `${folder.path}/n_access.log combined buffer=64k flush=1s` : 'off';
  await writeFile(
    folder.file('proxy.conf'),
    `daemon off; worker_processes 1; pid ${folder.path}/n.pid; error_log ${folder.path}/n.log;
events { worker_connections 1024; }
http { access_log ${log}; ${paths.join(' ')} keepalive_requests 100000000;
upstream u { server 127.0.0.1:${upstream}; keepalive 64; }
server { listen 127.0.0.1:${front}; location / { proxy_pass ${course.back}://u; proxy_http_version 1.1; proxy_set_header Connection ""; ${back} } } }`,
  );
  return [commandOf('nginx'), '-p', folder.path, '-c', folder.file('proxy.conf')];
};

/** Its proxy for TCP is a module of its own: libnginx-mod-stream. */
const nginxStream: Command = async ({ port, upstream, folder }) => {
  await writeFile(
    folder.file('stream.conf'),
    `load_module /usr/lib/nginx/modules/ngx_stream_module.so; daemon off; worker_processes 1; pid ${folder.path}/n.pid; error_log ${folder.path}/n.log;
events { worker_connections 1024; }
stream { server { listen 127.0.0.1:${port}; proxy_pass 127.0.0.1:${upstream}; } }`,
  );
  return [commandOf('nginx'), '-p', folder.path, '-c', folder.file('stream.conf')];
};

const haproxy: Command = async ({ course, port, upstream, certificate, folder }) => {
  const file = folder.file('haproxy.cfg');
  const both = folder.file('both.pem');
  await writeFile(
    both,
    readFileSync(certificate.certificate, 'utf8') + readFileSync(certificate.key, 'utf8'),
  );
  const mode = course.front === 'tcp' ? 'tcp' : 'http';
  const front = course.front === 'https' ? ` ssl crt ${both}` : '';
  const back =
    course.back === 'https'
      ? ` ssl verify required verifyhost localhost ca-file ${certificate.certificate} crt ${both}`
      : '';
  const reuse = mode === 'http' ? '  http-reuse always\n' : '';
  await writeFile(
    file,
    `global\n  nbthread 1\ndefaults\n  mode ${mode}\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n` +
      `listen l\n  bind 127.0.0.1:${port}${front}\n${reuse}  server s 127.0.0.1:${upstream}${back}\n`,
  );
  return [commandOf('haproxy'), '-db', '-f', file];
};

/** With its metrics on, and the access log where the course has it. */
const ambassador: Command = async ({ course, port, upstream, certificate, folder }) => {
  const own = `tlsCertificate: ${certificate.certificate}, tlsKey: ${certificate.key}`;
  const mode = course.front === 'tcp' ? 'tcp' : 'http';
  const front = course.front === 'https' ? `, ${own}` : '';
  const back =
    course.back === 'https' ? `, tlsCa: ${certificate.certificate}, tlsServerName: localhost, ${own}` : '';
  await writeFile(
    folder.file('ambassador.yaml'),
    `listeners: [{ listen: '127.0.0.1:${port}', mode: ${mode}, to: u${front} }]\n` +
      `upstreams: [{ name: u, targets: ['${course.back}://127.0.0.1:${upstream}']${back} }]\n` +
      `adminListen: 127.0.0.1:${await freePort()}\naccessLog: ${course.log}\n`,
  );
  const program = resolve(root, 'docker/out/http-ambassador.cjs');
  const command = [process.execPath, program, '--config', folder.file('ambassador.yaml')];
  return ['sh', '-c', `exec "$@" > ${folder.file('access.log')}`, 'sh', ...command];
};

const peer =
  (name: string): Command =>
  async ({ port, upstream }) => [
    process.execPath,
    resolve(import.meta.dirname, 'peer.mjs'),
    name,
    String(port),
    `http://127.0.0.1:${upstream}`,
  ];

const commands: Readonly<Record<string, Command>> = {
  nginx,
  haproxy,
  'http-ambassador': ambassador,
  'http-proxy': peer('http-proxy'),
  'http-proxy-3': peer('http-proxy-3'),
  httpxy: peer('httpxy'),
};

/** Ours runs as its image does, so its bundle is made anew. */
export async function prepareOurs(): Promise<void> {
  for (const image of selectImages('http-ambassador')) await bundle(image);
}

/** Starts it on core 0. */
export async function start(name: string, race: Start): Promise<RunningImage> {
  const command = commands[name];
  if (command === undefined) throw new Error(`no contestant ${name}`);
  const env = name === 'http-ambassador' ? IMAGE_ENVIRONMENT : {};
  return new RunningImage(['taskset', '-c', '0', ...(await command(race))], { env });
}

/** CPU seconds of the process and its children, all threads. */
export function cpuSeconds(pid: number): number {
  return family(pid).reduce((sum, each) => sum + ownCpuSeconds(each), 0);
}

/** Resident memory of the process and its children. */
export function residentMib(pid: number): number {
  return family(pid).reduce((sum, each) => sum + ownResidentKib(each), 0) / 1024;
}

function ownCpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
  }
  return nanoseconds / 1e9;
}

function ownResidentKib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
}

function family(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(family)];
}
