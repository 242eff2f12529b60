// A TCP proxy on the loopback that can lose its connections, now or after so many bytes of answers.

import { connect, createServer, type Socket } from 'node:net';

export type CutProxy = AsyncDisposable & {
  readonly port: number;
  /** Destroys all connections. */
  cut(): void;
  /** Each connection is destroyed when this many bytes came back on it; Infinity: never. */
  answerBytes: number;
  readonly connections: number;
};

export async function cutProxy(target: number): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const state = { answerBytes: Infinity };
  const server = createServer((inside) => {
    connections++;
    const outside = connect({ host: '127.0.0.1', port: target });
    let answered = 0;
    for (const socket of [inside, outside]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          inside.destroy();
          outside.destroy();
        });
    }
    inside.pipe(outside);
    outside.on('data', (chunk: Buffer) => {
      const left = state.answerBytes - answered;
      answered += chunk.length;
      if (chunk.length <= left) inside.write(chunk);
      else inside.write(chunk.subarray(0, left), () => inside.destroy());
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    cut,
    get answerBytes() {
      return state.answerBytes;
    },
    set answerBytes(bytes) {
      state.answerBytes = bytes;
    },
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      cut();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}
