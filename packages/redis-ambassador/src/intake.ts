// How bytes of clients are read: into one buffer for all of them, and from there into a slab where they may stay until
// their commands are answered. Hot. Node's own way makes a buffer of 64 KiB per read and cuts it to size, which with small
// commands is a tenth of all CPU; and what several clients sent in one turn lies side by side in the slab, so that it
// goes upstream as one range (upstream/write-batch.ts). Invariant: bytes of a slab are never written twice.
// `onread` is public, but not for accepted sockets, whose handle must be moved into a new Socket. Where that cannot be
// done (TLS, a Node that keeps its handles elsewhere) the socket is read in Node's own way.
import { Socket } from 'node:net';

/** As much as Node itself reads at once. */
const READ_BYTES = 64 * 1024;
const SLAB_BYTES = 64 * 1024;
/** Reads from this size on get a buffer of their own: a slab would be used up by a few. */
const LARGE_BYTES = 16 * 1024;

export type Receive = (data: Buffer, from: number, to: number) => void;

export class Intake {
  readonly #shared = Buffer.allocUnsafeSlow(READ_BYTES);
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #used = 0;

  /** The socket to use in place of the accepted one. Only the one from here calls `receive`; the other emits 'data'. */
  adopt(accepted: Socket, receive: Receive): Socket {
    const handle: unknown = Reflect.get(accepted, '_handle');
    if (!isPlain(handle)) return accepted;
    Reflect.set(accepted, '_handle', null);
    const onread = { buffer: this.#shared, callback: (bytes: number) => this.#read(bytes, receive) };
    const socket: Socket = Reflect.construct(Socket, [{ handle, onread, allowHalfOpen: true }]);
    accepted.destroy(); // counts as closed with its server; without a handle nothing else happens
    return socket;
  }

  #read(bytes: number, receive: Receive): boolean {
    if (bytes >= LARGE_BYTES) {
      const own = Buffer.allocUnsafeSlow(bytes);
      this.#shared.copy(own, 0, 0, bytes);
      receive(own, 0, bytes);
      return true;
    }
    if (this.#used + bytes > SLAB_BYTES) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#used = 0;
    }
    const from = this.#used;
    this.#shared.copy(this.#slab, from, 0, bytes);
    this.#used += bytes;
    receive(this.#slab, from, this.#used);
    return true;
  }
}

/** A libuv handle of TCP or a unix socket, as Node 20 to 26 have it. */
function isPlain(handle: unknown): handle is object {
  if (typeof handle !== 'object' || handle === null || !('useUserBuffer' in handle)) return false;
  return handle.constructor.name === 'TCP' || handle.constructor.name === 'Pipe';
}
