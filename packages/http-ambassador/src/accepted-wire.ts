// Gives accepted sockets the shared read buffer too. Node documents onread for sockets that connect, not for those a
// server accepts; measured, it is worth a quarter of the CPU of a small request (1.52 -> 1.15 x nginx). So the accepted
// socket's handle is put into a new Socket, which is not documented: proveRewrap() tries it on a socket pair at start,
// and where it does not work, accepted sockets allocate for each read instead.
import { createServer, type AddressInfo, connect, Socket, type SocketConstructorOpts } from 'node:net';
import type { Receiver } from './wire.ts';
import { Wire } from './wire.ts';

const PROOF = 'podmate';
const PROOF_WITHIN_MS = 2000;

let rewraps = false;

/** Takes over a socket that a server accepted with pauseOnConnect and allowHalfOpen. */
export function acceptWire(accepted: Socket, receiver: Receiver): Wire {
  const wire = new Wire(receiver);
  if (rewraps) wire.open(rewrap(accepted, wire));
  else wire.openPlain(accepted);
  wire.resume();
  return wire;
}

function rewrap(accepted: Socket, wire: Wire): Socket {
  const options: SocketConstructorOpts & { handle: unknown; noDelay: boolean } = {
    handle: Reflect.get(accepted, '_handle'),
    allowHalfOpen: true,
    noDelay: true,
    onread: wire.onread,
  };
  Reflect.set(accepted, '_handle', null);
  const socket = new Socket(options);
  accepted.destroy(); // Without its handle that closes nothing.
  return socket;
}

/** Sends a word through a rewrapped socket and back. Never rejects; on any surprise the plain way stays in use. */
export async function proveRewrap(): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), PROOF_WITHIN_MS);
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (accepted) => {
    try {
      const wire: Wire = new Wire({
        onBytes: (bytes, start, end) => void wire.send(bytes, start, end),
        onEnd: () => wire.end(),
        onWritable: () => {},
        onClose: (error) => error && resolve(false),
      });
      wire.open(rewrap(accepted, wire));
      wire.resume();
    } catch {
      resolve(false);
    }
  });
  server.listen(0, '127.0.0.1', () => {
    let heard = '';
    connect(addressOf(server.address()), function (this: Socket) {
      this.end(PROOF);
    })
      .on('data', (bytes) => (heard += bytes.toString()))
      .on('error', () => resolve(false))
      .on('end', () => resolve(heard === PROOF));
  });
  server.on('error', () => resolve(false));
  rewraps = await promise;
  clearTimeout(timer);
  server.close();
  return rewraps;
}

function addressOf(bound: AddressInfo | string | null): { host: string; port: number } {
  return { host: '127.0.0.1', port: typeof bound === 'object' && bound !== null ? bound.port : 0 };
}
