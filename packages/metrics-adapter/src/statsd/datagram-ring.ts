// Packets on their way from the receive thread to the main one, in memory that both see: the kernel writes each straight into
// a slot, the thread says how many there are, the main thread reads them in place. Nothing is copied and nothing allocated
// per packet. What the kernel did not grant as receive buffer is here: while the main thread is busy, 1024 packets wait.
// Memory is taken as it is touched: a page (4 kB) a slot with small packets, 64 MiB at worst.

export const SLOTS = 1024;
/** No datagram is longer (65 507 by UDP, unix datagrams are cut). */
export const SLOT_BYTES = 65_536;
const CONTROL_BYTES = 4096;
const MMSGHDR_BYTES = 64;
const IOVEC_BYTES = 16;

/** Cells of `control`: packets ever received and ever read (both wrap), who waits, the end; a cache line each. */
export const [HEAD, TAIL, READER_WAITS, STOP, FULL, STOPPED, RUNNING] = [0, 16, 32, 48, 64, 80, 96];

export class DatagramRing {
  readonly memory: SharedArrayBuffer;
  readonly control: Int32Array;
  /** Which socket each packet came by. */
  readonly sources: Uint8Array;
  readonly headers: Uint8Array;
  readonly lengths: Uint32Array;
  readonly vectors: Uint8Array;
  readonly slots: Uint8Array;

  constructor(
    memory = new SharedArrayBuffer(CONTROL_BYTES + SLOTS * (1 + MMSGHDR_BYTES + IOVEC_BYTES + SLOT_BYTES)),
  ) {
    this.memory = memory;
    this.control = new Int32Array(memory, 0, 112);
    let at = CONTROL_BYTES;
    const take = (bytes: number): Uint8Array => new Uint8Array(memory, (at += bytes) - bytes, bytes);
    this.headers = take(SLOTS * MMSGHDR_BYTES);
    this.vectors = take(SLOTS * IOVEC_BYTES);
    this.slots = take(SLOTS * SLOT_BYTES);
    this.sources = take(SLOTS);
    this.lengths = new Uint32Array(memory, this.headers.byteOffset, (SLOTS * MMSGHDR_BYTES) / 4);
  }
}
