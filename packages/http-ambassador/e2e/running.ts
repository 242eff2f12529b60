// http-ambassador as a process, in the few ways the tests of its promises start it.
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@podmate/testkit/eventually';
import { freePort, type ImageOptions, type RunningImage, startImage } from '@podmate/testkit/image';
import { type RawPeer, rawClient } from '@podmate/testkit/http-raw';

export type Running = AsyncDisposable & {
  readonly image: RunningImage;
  /** Of the first listener. */
  readonly port: number;
  readonly url: string;
  /** host:port of the admin server. */
  readonly admin: string;
  raw(): Promise<RawPeer>;
  /** The access log so far. */
  lines(): Record<string, unknown>[];
};

/** Starts it with one listener at a free port that leads to `to`, and waits until it listens. */
export async function startAmbassador(
  to: string,
  args: readonly string[] = [],
  options: ImageOptions = {},
): Promise<Running> {
  const port = await freePort();
  return startWith(port, [`${port}=${to}`, ...args], options);
}

/** Starts it with these arguments; `port` is that of the listener the test speaks to. */
export async function startWith(
  port: number,
  args: readonly string[],
  options: ImageOptions = {},
): Promise<Running> {
  const admin = `127.0.0.1:${await freePort()}`;
  const image = startImage('http-ambassador', ['--admin-listen', admin, ...args], options);
  await eventually(() => {
    if (image.process.exitCode !== null) throw new Error(image.stderr);
    if (!image.stderr.includes('msg=started')) throw new Error(`not started: ${image.stderr}`);
  });
  return {
    image,
    port,
    url: `http://127.0.0.1:${port}`,
    admin,
    raw: () => rawClient({ host: '127.0.0.1', port }),
    lines: () =>
      image.stdout
        .split('\n')
        .filter(Boolean)
        .map((line): Record<string, unknown> => JSON.parse(line)),
    [Symbol.asyncDispose]: () => image[Symbol.asyncDispose](),
  };
}

/** Between two requests of a client of a load: it shall be there all the time, not take the machine. */
const LOAD_PAUSE_MS = 3;

/** Clients that ask one after the other until the load is ended. */
export function startLoad(clients: number, ask: () => Promise<void>): { end(): Promise<void> } {
  const over = new AbortController();
  const client = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await ask();
      await sleep(LOAD_PAUSE_MS);
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    end: async () => {
      over.abort();
      await all;
    },
  };
}
