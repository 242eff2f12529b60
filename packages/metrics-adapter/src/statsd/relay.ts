// Lines passed on as they came, to another StatsD server by UDP: collected into packets of at most so many bytes, each line
// with its newline, sent when full or after a second. A line that does not fit into a packet is counted and not sent.
import type { Socket } from 'node:dgram';
import { createSocket } from 'node:dgram';

export type RelayCounts = { packets: number; longLines: number; lines: number };

const FLUSH_MS = 1000;

export class UdpRelay {
  readonly target: string;
  readonly counts: RelayCounts = { packets: 0, longLines: 0, lines: 0 };
  readonly #packet: Buffer;
  readonly #socket: Socket;
  readonly #address: { readonly host: string; readonly port: number };
  #length = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `target`: host:port as the operator wrote it. */
  constructor(target: string, address: { host: string; port: number }, packetBytes: number) {
    this.target = target;
    this.#address = address;
    this.#packet = Buffer.alloc(packetBytes);
    this.#socket = createSocket(address.host.includes(':') ? 'udp6' : 'udp4').on('error', () => {});
    this.#socket.unref();
  }

  line(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start + 1;
    if (length > this.#packet.length) {
      this.counts.longLines++;
      return;
    }
    if (this.#length + length > this.#packet.length) this.flush();
    this.#packet.set(bytes.subarray(start, end), this.#length);
    this.#packet[this.#length + length - 1] = 10;
    this.#length += length;
    this.counts.lines++;
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#length === 0) return;
    const packet = Buffer.from(this.#packet.subarray(0, this.#length));
    this.#length = 0;
    this.counts.packets++;
    this.#socket.send(packet, this.#address.port, this.#address.host || '127.0.0.1');
  }

  close(): Promise<void> {
    this.flush();
    const { promise, resolve } = Promise.withResolvers<void>();
    // A send in flight would be lost with the socket: one more, empty, comes after it.
    this.#socket.send('', this.#address.port, this.#address.host || '127.0.0.1', () =>
      this.#socket.close(() => resolve()),
    );
    return promise;
  }
}
