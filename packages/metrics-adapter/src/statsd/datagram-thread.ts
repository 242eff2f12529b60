// UDP and unix datagrams by way of the receive thread: the sockets are opened here, so that what is wrong with an address is
// known at once; the thread gets their numbers; what it received is read here, in place. Why a thread: while the main one
// renders or collects garbage, the kernel's buffer would fill (measured: a block of 300 ms at 20 000 packets/s lost 29 %).
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Counts } from './counts.ts';
import {
  DatagramRing,
  FULL,
  HEAD,
  READER_WAITS,
  RUNNING,
  SLOTS,
  SLOT_BYTES,
  STOP,
  STOPPED,
  TAIL,
} from './datagram-ring.ts';
import type { Ingest } from './ingest.ts';
import { AF_INET, AF_INET6, AF_UNIX, type Libc, MMSGHDR_BYTES, MMSGHDR_LENGTH_AT } from './libc.ts';
import type { Listener } from './listener.ts';
import { LOOK_MS } from './receive-loop.ts';
import type { HostPort } from './udp-socket.ts';

/** Packets read before others get their turn of the event loop; some 0.2-1 ms. */
const TURN_PACKETS = 128;
const LENGTH_STRIDE = MMSGHDR_BYTES / 4;
const LENGTH_AT = MMSGHDR_LENGTH_AT / 4;

export type ThreadOptions = {
  readonly libc: Libc;
  /** The program whose start in a thread runs receiveLoop(workerData). */
  readonly entry: string;
  readonly ingest: Ingest;
  readonly counts: Counts;
  /** When the thread ends by itself: nothing is received any more. */
  readonly failed: (error: Error) => void;
};

export class DatagramThread {
  readonly #options: ThreadOptions;
  readonly #ring = new DatagramRing();
  readonly #fds: number[] = [];
  readonly #isUnix: boolean[] = [];
  readonly #paths: string[] = [];
  #reading: Promise<void> = Promise.resolve();
  #open = 0;
  #worker: Worker | undefined;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** Times that the thread found every slot taken. */
  get full(): number {
    return Atomics.load(this.#ring.control, FULL);
  }

  async udp({ host, port }: HostPort, bufferBytes: number): Promise<Listener> {
    const { libc } = this.#options;
    const address = host === '' ? '::' : isIP(host) > 0 ? host : (await lookup(host)).address;
    const fd = libc.datagramSocket(address.includes(':') ? AF_INET6 : AF_INET);
    try {
      if (host === '') libc.acceptBoth(fd);
      libc.bind(fd, libc.internetAddress(address, port));
    } catch (error) {
      libc.close(fd);
      throw error;
    }
    const shown = address.includes(':') ? `[${address}]` : address;
    return this.#add(fd, `udp ${shown}:${libc.boundPort(fd)}`, bufferBytes, false);
  }

  unixgram(path: string, bufferBytes: number, mode: number): Listener {
    const { libc } = this.#options;
    const address = libc.unixAddress(path);
    const isAbstract = path.startsWith('@');
    const fd = libc.datagramSocket(AF_UNIX);
    if (!isAbstract && existsSync(path)) {
      // Left behind by a killed predecessor, unless somebody answers.
      const probe = libc.datagramSocket(AF_UNIX);
      const isTaken = libc.answers(probe, address);
      libc.close(probe);
      if (!isTaken) rmSync(path);
    }
    libc.bind(fd, address);
    if (!isAbstract) {
      chmodSync(path, mode);
      this.#paths.push(path);
    }
    return this.#add(fd, `unixgram ${path}`, bufferBytes, true);
  }

  /** After the sockets were added; resolves when the thread receives. @throws what kept it from that */
  async start(): Promise<void> {
    if (this.#fds.length === 0) return;
    const { libc, entry, failed } = this.#options;
    const { memory, headers, vectors, slots } = this.#ring;
    libc.layOut(headers, vectors, slots, SLOT_BYTES);
    for (const fd of this.#fds) libc.receiveTimeout(fd, LOOK_MS);
    this.#worker = new Worker(entry, {
      workerData: { memory, fds: this.#fds },
      resourceLimits: THREAD_LIMITS,
    });
    this.#worker.on('error', failed);
    const waiting = Atomics.waitAsync(this.#ring.control, RUNNING, 0);
    if (waiting.async) await Promise.race([waiting.value, failure(this.#worker)]);
    this.#worker.unref();
    this.#reading = this.#read();
  }

  #add(fd: number, name: string, bufferBytes: number, isUnix: boolean): Listener {
    this.#fds.push(fd);
    this.#isUnix.push(isUnix);
    this.#open++;
    const grantedBytes = this.#options.libc.receiveBuffer(fd, bufferBytes);
    return { name, grantedBytes, close: () => this.#close() };
  }

  /** The thread serves all sockets: with the first of them that closes it stops, and what it received is read. */
  async #close(): Promise<void> {
    const { control } = this.#ring;
    if (this.#worker === undefined) return;
    Atomics.store(control, STOP, 1);
    Atomics.notify(control, STOP);
    await this.#reading;
    if (this.#open === 0) return;
    this.#open = 0;
    for (const fd of this.#fds) this.#options.libc.close(fd);
    for (const path of this.#paths) rmSync(path, { force: true });
  }

  async #read(): Promise<void> {
    const { control } = this.#ring;
    for (;;) {
      const more = this.#batch();
      if (more) {
        await nextTurn();
        continue;
      }
      if (Atomics.load(control, STOPPED) === 1 && !this.#batch()) return;
      const tail = Atomics.load(control, TAIL);
      Atomics.store(control, READER_WAITS, 1);
      const waiting = Atomics.waitAsync(control, HEAD, tail, LOOK_MS);
      if (waiting.async) await waiting.value;
    }
  }

  /** HOT: the packets that are there, at most a turn's worth. @returns whether there are more. */
  #batch(): boolean {
    const { control, lengths, slots, sources } = this.#ring;
    const { ingest, counts } = this.#options;
    const head = Atomics.load(control, HEAD);
    let tail = Atomics.load(control, TAIL);
    const waiting = (head - tail) | 0;
    if (waiting === 0) return false;
    ingest.nowMs = Date.now();
    counts.batches++;
    for (let i = Math.min(waiting, TURN_PACKETS); i > 0; i--) {
      const slot = tail & (SLOTS - 1);
      if (this.#isUnix[sources[slot]!]) counts.unixgramPackets++;
      else counts.udpPackets++;
      const start = slot * SLOT_BYTES;
      ingest.lines(slots, start, start + lengths[slot * LENGTH_STRIDE + LENGTH_AT]!);
      tail = (tail + 1) | 0;
    }
    Atomics.store(control, TAIL, tail);
    if (waiting > SLOTS / 2) Atomics.notify(control, TAIL);
    return waiting > TURN_PACKETS;
  }
}

async function failure(worker: Worker): Promise<never> {
  const [error]: unknown[] = await once(worker, 'error');
  throw new Error('the receive thread does not start', { cause: error });
}

/** The thread makes no objects after its start. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16, stackSizeMb: 1 };
