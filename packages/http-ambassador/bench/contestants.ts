// Who runs in the race, how each is started, and what its processes have cost so far. Everyone gets one core (core 0),
// keeps connections to the upstream and, where it can, writes an access log, as ours does.
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { eventually } from '@podmate/testkit/eventually';
import { findCommand } from '@podmate/testkit/debian';
import type { TemporaryDirectory } from '@podmate/testkit/files';
import { freePort, imageCommand, RunningImage } from '@podmate/testkit/image';

export type Kind = 'http' | 'tcp';
export type Contestant = {
  readonly name: string;
  readonly kinds: readonly Kind[];
  command(race: Start): Promise<string[]>;
};
type Start = {
  readonly kind: Kind;
  readonly port: number;
  readonly upstream: number;
  readonly folder: TemporaryDirectory;
};

/** As the images start Node (docker/Dockerfile). */
const IMAGE_FLAGS = ['--max-semi-space-size=2', '--v8-pool-size=1'];

const commandOf = (name: string): string => {
  const found = findCommand(name);
  if (found === undefined) throw new Error(`${name} is not installed: apt-get install ${name}`);
  return found;
};

const peer = (name: string): Contestant => ({
  name,
  kinds: ['http'],
  command: async ({ port, upstream }) => [
    process.execPath,
    new URL('peer.mjs', import.meta.url).pathname,
    name,
    String(port),
    `http://127.0.0.1:${upstream}`,
  ],
});

export const contestants: readonly Contestant[] = [
  {
    name: 'nginx',
    kinds: ['http'],
    async command({ port, upstream, folder }) {
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${folder.path}/n_${name};`,
      );
      await writeFile(
        folder.file('proxy.conf'),
        `daemon off; worker_processes 1; pid ${folder.path}/n.pid; error_log ${folder.path}/n.log;
events { worker_connections 1024; }
http { access_log ${folder.path}/n_access.log combined buffer=64k flush=1s; ${paths.join(' ')} keepalive_requests 100000000;
upstream u { server 127.0.0.1:${upstream}; keepalive 64; }
server { listen 127.0.0.1:${port}; location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; } } }`,
      );
      return [commandOf('nginx'), '-p', folder.path, '-c', folder.file('proxy.conf')];
    },
  },
  {
    name: 'haproxy',
    kinds: ['http', 'tcp'],
    async command({ kind, port, upstream, folder }) {
      const file = folder.file(`haproxy-${kind}.cfg`);
      const reuse = kind === 'http' ? '  http-reuse always\n' : '';
      await writeFile(
        file,
        `global\n  nbthread 1\ndefaults\n  mode ${kind}\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n` +
          `listen l\n  bind 127.0.0.1:${port}\n${reuse}  server s 127.0.0.1:${upstream}\n`,
      );
      return [commandOf('haproxy'), '-db', '-f', file];
    },
  },
  {
    name: 'http-ambassador',
    kinds: ['http', 'tcp'],
    async command({ kind, port, upstream, folder }) {
      const [node, program] = imageCommand('http-ambassador');
      const command = [node, ...IMAGE_FLAGS, program ?? '', `${port}=${kind}://127.0.0.1:${upstream}`];
      const admin = ['--admin-listen', `127.0.0.1:${await freePort()}`];
      return ['sh', '-c', `exec "$@" > ${folder.file('access.log')}`, 'sh', ...command, ...admin];
    },
  },
  peer('http-proxy'),
  peer('http-proxy-3'),
  peer('httpxy'),
];

/** Starts it on core 0 and waits until it answers. */
export async function start(contestant: Contestant, race: Start): Promise<RunningImage> {
  const [file = '', ...rest] = await contestant.command(race);
  const running = new RunningImage(['taskset', '-c', '0', file, ...rest]);
  try {
    await eventually(async () => {
      const response = await fetch(`http://127.0.0.1:${race.port}/small`);
      if (!response.ok) throw new Error(`${contestant.name} answers ${response.status}`);
      await response.arrayBuffer();
    });
  } catch (cause) {
    await running[Symbol.asyncDispose]();
    throw new Error(`${contestant.name}: ${running.stderr}`, { cause });
  }
  return running;
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
