// One socket, downstream or upstream, as bytes in and bytes out: hides how bytes are read cheaply (one read buffer
// shared by all sockets, Node's onread) and written safely out of that buffer. Whoever owns the connection at a time
// is its receiver. Hot: bytes handed to a receiver are only valid until it returns; send() copies what it must.
import { latin1 } from './http1/latin1.ts';
import { connect, type NetConnectOpts, Socket } from 'node:net';

export interface Receiver {
  /** bytes[start, end) came; the buffer is used again after the call. */
  onBytes(bytes: Buffer, start: number, end: number): void;
  /** The peer will send no more (FIN); we may still write. */
  onEnd(): void;
  /** What was written is with the kernel, after a send() that said to wait. */
  onWritable(): void;
  /** The connection is gone; nothing comes after it. */
  onClose(error: Error | undefined): void;
}

const READ_BYTES = 65_536;
/** Strings up to this size are offered to the kernel in one system call without allocating (libuv's inline write). */
const TEXT_BYTES = 16_384;

const shared = Buffer.allocUnsafeSlow(READ_BYTES);
/** What large pieces are copied to; given away while the kernel has not taken all of it. */
let spare: Buffer | undefined;

export class Wire {
  receiver: Receiver;
  socket: Socket = unopened;
  bytesIn = 0;
  bytesOut = 0;
  #error: Error | undefined;

  constructor(receiver: Receiver) {
    this.receiver = receiver;
  }

  /** For net.connect, tls.connect and new Socket. */
  get onread(): { buffer: Buffer; callback: (count: number, bytes: Uint8Array) => boolean } {
    return {
      buffer: shared,
      callback: (count) => {
        this.bytesIn += count;
        this.receiver.onBytes(shared, 0, count);
        return true;
      },
    };
  }

  /** Takes over a socket that was made with our onread. */
  open(socket: Socket): void {
    this.socket = socket;
    socket.on('end', () => this.receiver.onEnd());
    socket.on('drain', () => this.receiver.onWritable());
    socket.on('error', (error) => (this.#error = error));
    socket.on('close', () => this.receiver.onClose(this.#error));
  }

  /** Takes over any other socket; it allocates for each read. */
  openPlain(socket: Socket): void {
    this.open(socket);
    socket.on('data', (bytes: Buffer) => {
      this.bytesIn += bytes.length;
      this.receiver.onBytes(bytes, 0, bytes.length);
    });
  }

  /** More was written than the kernel takes now: stop reading from the other side until onWritable. */
  get full(): boolean {
    return this.socket.writableNeedDrain && this.socket.writableLength > 0;
  }

  /** Sends bytes[start, end); they may be overwritten afterwards. @returns false when full */
  send(bytes: Buffer, start: number, end: number): boolean {
    const count = end - start;
    this.bytesOut += count;
    if (count <= TEXT_BYTES) this.socket.write(latin1(bytes, start, end), 'latin1');
    else if (count > READ_BYTES) this.socket.write(Buffer.from(bytes.subarray(start, end)));
    else {
      const copy = spare ?? Buffer.allocUnsafeSlow(READ_BYTES);
      bytes.copy(copy, 0, start, end);
      this.socket.write(copy.subarray(0, count));
      spare = this.socket.writableLength === 0 ? copy : undefined;
    }
    return !this.full;
  }

  /** Sends latin1 text. @returns false when full */
  sendText(text: string): boolean {
    this.bytesOut += text.length;
    this.socket.write(text, 'latin1');
    return !this.full;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Sends what is written, then FIN. */
  end(): void {
    this.socket.end();
  }

  /** Closes once what was written is with the kernel, whether or not the peer closes, too. */
  destroySoon(): void {
    this.socket.destroySoon();
  }

  /** Closes at once; onClose follows. */
  destroy(): void {
    this.socket.destroy();
  }

  /** Closes so that the peer cannot take what it got for complete (RST). */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}

const unopened = new Socket();

/** Connects; the receiver hears of it from the socket's `connect`. */
export function connectWire(wire: Wire, options: NetConnectOpts): Socket {
  const socket = connect({ ...options, noDelay: true, allowHalfOpen: true, onread: wire.onread });
  wire.open(socket);
  return socket;
}
