// A TCP proxy that holds every byte back for a while, in both directions: distance, for the JMX race.
// Order is kept because timers of equal length end in the order in which they began.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Listens on the same port of another loopback address, so that a stub which names that address leads here, too. */
export async function delayProxy(port: number, host: string, eachWayMs: number): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port, noDelay: true });
    near.setNoDelay(true);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined).on('close', () => setTimeout(() => to.destroy(), eachWayMs));
      from.on('data', (chunk: Buffer) => setTimeout(() => to.writable && to.write(chunk), eachWayMs));
    }
  });
  await once(server.listen(port, host), 'listening');
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}
