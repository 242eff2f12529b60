// Who runs in the races: ours as its image runs it (its bundle, its Node flags, its default settings), Debian's nutcracker
// and HAProxy (tcp) with one thread, and no proxy at all. Each in front of the same servers; what a machine lacks is absent.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { findCommand } from '@podmate/testkit/debian';
import { eventually } from '@podmate/testkit/eventually';
import type { TemporaryDirectory } from '@podmate/testkit/files';
import { freePort, RunningImage } from '@podmate/testkit/image';
import type { RedisServer } from '@podmate/testkit/redis-server';
import { bundle } from '../../../docker/bundle.ts';
import { selectImages } from '../../../docker/images.ts';

export type Name = 'direct' | 'redis-ambassador' | 'nutcracker' | 'haproxy';

/** Somebody who listens at `port`; without a pid it is the server itself. */
export type Contestant = { readonly name: Name; readonly port: number; readonly pid: number | undefined };

export type Start = {
  readonly server: RedisServer;
  readonly folder: TemporaryDirectory;
  /** The server speaks TLS at this port, with a certificate from this file. */
  readonly tls?: { readonly port: number; readonly ca: string };
  /** How ours finds the servers, where it is not told of this one. */
  readonly find?: readonly string[];
  /** Further flags for ours. */
  readonly args?: readonly string[];
};

/** As docker/Dockerfile sets them. */
const IMAGE_ENVIRONMENT = {
  NODE_OPTIONS: '--max-semi-space-size=2 --v8-pool-size=1 --max-old-space-size-percentage=50',
  MALLOC_ARENA_MAX: '1',
};

let bundled: Promise<string> | undefined;

async function ours(): Promise<string> {
  bundled ??= Promise.all(selectImages('redis-ambassador').map((image) => bundle(image))).then(
    ([first]) => first?.file ?? '',
  );
  return bundled;
}

type Command = (port: number, start: Start) => Promise<string[]>;

const commands: Record<Exclude<Name, 'direct'>, Command> = {
  async 'redis-ambassador'(port, { server, tls, find, args = [] }) {
    const servers = find ?? ['--servers', tls ? `127.0.0.1:${tls.port}` : server.address];
    const secure = tls ? ['--tls', '--tls-ca', tls.ca, '--discover=false'] : [];
    const settings = [...servers, '--listen', `127.0.0.1:${port}`, '--log-level', 'warn'];
    return [process.execPath, await ours(), ...settings, ...secure, ...args];
  },
  async nutcracker(port, { server, folder }) {
    await writeFile(
      folder.file('nutcracker.yml'),
      `a:\n  listen: 127.0.0.1:${port}\n  hash: fnv1a_64\n  distribution: ketama\n  redis: true\n  servers:\n   - ${server.address}:1\n`,
    );
    const stats = String(await freePort());
    return [
      'nutcracker',
      '-c',
      folder.file('nutcracker.yml'),
      '-s',
      stats,
      '-o',
      folder.file('nutcracker.log'),
    ];
  },
  async haproxy(port, { server, folder, tls }) {
    const upstream = tls ? `127.0.0.1:${tls.port} ssl verify none` : server.address;
    const file = folder.file(`haproxy-${port}.cfg`);
    await writeFile(
      file,
      `global\n  nbthread 1\n  maxconn 4000\ndefaults\n  mode tcp\n  timeout connect 1s\n  timeout client 60s\n  timeout server 60s\nlisten redis\n  bind 127.0.0.1:${port}\n  server one ${upstream}\n`,
    );
    return ['haproxy', '-db', '-f', file];
  },
};

/** The contestants with these names that this machine has; all end together. */
export async function enter(
  names: readonly Name[],
  start: Start,
): Promise<{ field: Contestant[] } & AsyncDisposable> {
  const running: RunningImage[] = [];
  const field: Contestant[] = [];
  const end = async (): Promise<void> => {
    await Promise.all(running.map((each) => each[Symbol.asyncDispose]()));
  };
  try {
    for (const name of names) {
      if (name === 'direct') field.push({ name, port: start.server.port, pid: undefined });
      else if (name === 'redis-ambassador' || findCommand(name) !== undefined) {
        const port = await freePort();
        const [program = '', ...args] = await commands[name](port, start);
        const image = new RunningImage([findCommand(program) ?? program, ...args], {
          env: IMAGE_ENVIRONMENT,
        });
        running.push(image);
        await eventually(() => answers(port));
        field.push({ name, port, pid: image.pid });
      }
    }
  } catch (error) {
    await end();
    throw error;
  }
  return { field, [Symbol.asyncDispose]: end };
}

/** @throws while it does not answer a GET */
async function answers(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write('*2\r\n$3\r\nGET\r\n$1\r\nx\r\n');
    const [reply]: Buffer[] = await once(socket, 'data', { signal: AbortSignal.timeout(1000) });
    if (reply?.[0] === 45) throw new Error(reply.toString());
  } finally {
    socket.destroy();
  }
}
