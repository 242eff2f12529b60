// The ambassador as a process in front of real servers, in the ways the tests of its promises start it.
import { connect, type Socket } from 'node:net';
import { eventually } from '@podmate/testkit/eventually';
import { freePort, type RunningImage, startImage } from '@podmate/testkit/image';
import { type RedisServer, startReplicated } from '@podmate/testkit/redis-server';
import { Redis } from 'ioredis';

/** For expect.poll: its second would be short on a busy machine. */
export const PATIENCE = { timeout: 10_000, interval: 20 };

export type ClientOptions = {
  readonly protocol?: 2 | 3;
  readonly username?: string;
  readonly password?: string;
};

export type Servers = { readonly primary: RedisServer; readonly replicas: readonly RedisServer[] };

export type Ambassador = AsyncDisposable & {
  readonly image: RunningImage;
  readonly port: number;
  readonly admin: string;
  /** An ioredis client of the ambassador; gone with it. */
  client(options?: ClientOptions): Redis;
  /** AMBASSADOR STATUS. */
  status(): Promise<string>;
};

export type Deployment = Servers & Ambassador;

export type AmbassadorOptions = {
  readonly replicas?: number;
  readonly args?: readonly string[];
  /** How the ambassador finds its servers; by default it is told of the primary. */
  readonly find?: (servers: Servers) => readonly string[] | Promise<readonly string[]>;
  readonly server?: { readonly args?: readonly string[]; readonly password?: string };
};

/** A primary, two replicas and an ambassador that is ready, with every replica up. */
export async function deploy({
  replicas = 2,
  args = [],
  find = ({ primary }) => ['--servers', primary.address],
  server = {},
}: AmbassadorOptions = {}): Promise<Deployment> {
  const servers = await startReplicated(replicas, server);
  try {
    const ambassador = await startAmbassador([...(await find(servers)), ...args], replicas);
    const end = async (): Promise<void> => {
      await ambassador[Symbol.asyncDispose]();
      await servers[Symbol.asyncDispose]();
    };
    return { ...servers, ...ambassador, [Symbol.asyncDispose]: end };
  } catch (error) {
    await servers[Symbol.asyncDispose]();
    throw error;
  }
}

/** An ambassador with these arguments; waits until it has a primary and so many replicas, with undefined for nothing. */
export async function startAmbassador(
  args: readonly string[],
  replicas: number | undefined,
): Promise<Ambassador> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const admin = `127.0.0.1:${adminPort}`;
  const places = ['--listen', `127.0.0.1:${port}`, '--admin-listen', admin];
  const image = startImage('redis-ambassador', [...places, ...args]);
  const clients: Redis[] = [];
  const client = (options: ClientOptions = {}): Redis => {
    const made = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: 0, ...options });
    made.on('error', () => {}); // what fails is seen by the test's own calls
    clients.push(made);
    return made;
  };
  const end = async (): Promise<void> => {
    for (const each of clients) each.disconnect();
    await image[Symbol.asyncDispose]();
  };
  const status = (): Promise<string> => replies(port, 'AMBASSADOR STATUS');
  try {
    if (replicas !== undefined)
      await eventually(async () => {
        const text = await status();
        const up = text.match(/replica up (near )?connections/g)?.length ?? 0;
        if (!text.includes('primary up') || up < replicas) throw new Error(`${text}\n${image.stderr}`);
      });
  } catch (error) {
    await end();
    throw error;
  }
  return { image, port, admin, client, status, [Symbol.asyncDispose]: end };
}

/** Sends lines and gives all their replies, which are awaited, however long that takes. */
export async function replies(port: number, text: string): Promise<string> {
  const got = await rawCommand(port, `${text}\r\nQUIT`, 5000);
  return got.replace(/\+OK\r\n$/, '');
}

/** Sends a line and gives what comes back until the server is silent for a moment. */
export function rawCommand(port: number, text: string, silenceMs = 100): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket: Socket = connect(port, '127.0.0.1');
  let got = '';
  socket.setEncoding('latin1').setTimeout(2000, () => resolve(got));
  socket.on('data', (chunk: string) => {
    got += chunk;
    socket.setTimeout(silenceMs);
  });
  socket.once('error', reject).once('close', () => resolve(got));
  socket.write(`${text}\r\n`);
  return promise.finally(() => socket.destroy());
}
