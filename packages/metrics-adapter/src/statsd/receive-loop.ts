// What the receive thread does, and all it does: recvmmsg(2) into the ring, for ever. HOT. It wakes the main thread only when
// that one waits, and after a wake-up that brought a few packets it rests for a millisecond, so that both threads work in
// batches (the kernel's buffer holds hundreds of packets meanwhile). Resting after a single one, too, gained nothing.
import {
  FULL,
  HEAD,
  READER_WAITS,
  SLOTS,
  RUNNING,
  STOP,
  STOPPED,
  TAIL,
  DatagramRing,
} from './datagram-ring.ts';
import { type Ffi, type Libc, MMSGHDR_BYTES, MSG_DONTWAIT, MSG_WAITFORONE, loadLibc } from './libc.ts';

export type ReceiveOrder = { readonly memory: SharedArrayBuffer; readonly fds: readonly number[] };

const BATCH = 64;
const REST_MS = 1;
/** How soon a request to stop is seen. The sockets' receive timeout is the same. */
export const LOOK_MS = 200;
const POLLIN = 1;

export function receiveLoop({ memory, fds }: ReceiveOrder, ffi: Ffi | undefined): void {
  const ring = new DatagramRing(memory);
  const libc = loadLibc(ffi);
  const { control } = ring;
  const next = fds.length === 1 ? single(libc, ring, fds[0]!) : polled(libc, ring, fds);
  Atomics.store(control, RUNNING, 1);
  Atomics.notify(control, RUNNING);
  while (Atomics.load(control, STOP) === 0) {
    const received = next(true);
    if (received > 1 && received < BATCH) Atomics.wait(control, STOP, 0, REST_MS);
  }
  // What came before the end counts.
  while (next(false) > 0);
  Atomics.store(control, STOPPED, 1);
  Atomics.notify(control, HEAD);
}

/** Receives into the free slots from the head on. */
function receive(
  libc: Libc,
  ring: DatagramRing,
  headers: bigint,
  source: number,
  fd: number,
  flags: number,
): number {
  const { control, sources } = ring;
  const head = Atomics.load(control, HEAD);
  const tail = Atomics.load(control, TAIL);
  const free = SLOTS - ((head - tail) | 0);
  if (free === 0) {
    Atomics.add(control, FULL, 1);
    Atomics.wait(control, TAIL, tail, LOOK_MS);
    return BATCH;
  }
  const slot = head & (SLOTS - 1);
  const most = Math.min(BATCH, free, SLOTS - slot);
  const received = libc.receiveMany(fd, headers + BigInt(slot * MMSGHDR_BYTES), most, flags);
  if (received <= 0) return 0;
  sources.fill(source, slot, slot + received);
  Atomics.store(control, HEAD, (head + received) | 0);
  if (Atomics.exchange(control, READER_WAITS, 0) === 1) Atomics.notify(control, HEAD);
  return received;
}

function single(libc: Libc, ring: DatagramRing, fd: number): (wait: boolean) => number {
  const headers = libc.pointer(ring.headers);
  return (wait) => receive(libc, ring, headers, 0, fd, wait ? MSG_WAITFORONE : MSG_DONTWAIT);
}

/** struct pollfd: fd, events, revents. */
function polled(libc: Libc, ring: DatagramRing, fds: readonly number[]): (wait: boolean) => number {
  const headers = libc.pointer(ring.headers);
  const descriptors = Buffer.alloc(fds.length * 8);
  for (const [i, fd] of fds.entries()) {
    descriptors.writeInt32LE(fd, i * 8);
    descriptors.writeInt16LE(POLLIN, i * 8 + 4);
  }
  return (wait) => {
    if (libc.poll(descriptors, fds.length, wait ? LOOK_MS : 0) <= 0) return 0;
    let received = 0;
    for (const [i, fd] of fds.entries())
      if (descriptors.readInt16LE(i * 8 + 6) !== 0)
        received += receive(libc, ring, headers, i, fd, MSG_DONTWAIT);
    return received;
  };
}
