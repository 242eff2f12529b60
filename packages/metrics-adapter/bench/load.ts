// The sender of the race, a process of its own so that its CPU time is not counted: prepared packets by sendmmsg(2), paced.
//   node bench/load.ts PORT PACKETS_PER_SECOND SECONDS LINES_PER_PACKET SERIES tagged|plain|timer
// Prints the number of packets that the kernel took.
import { dlopen, getRawPointer } from 'node:ffi';

const [port = 0, rate = 0, seconds = 0, linesPerPacket = 1, series = 1] = process.argv
  .slice(2, 7)
  .map(Number);
const kind = process.argv[7] ?? 'tagged';
const [AF_INET, SOCK_DGRAM, BATCH, MMSGHDR] = [2, 2, 32, 64];

const { functions } = dlopen(null, {
  socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
  connect: { arguments: ['i32', 'pointer', 'u32'], return: 'i32' },
  sendmmsg: { arguments: ['i32', 'pointer', 'u32', 'i32'], return: 'i32' },
});

function line(n: number): string {
  if (kind === 'plain') return `http.requests.items_${n}:1|c`;
  if (kind === 'timer') return `http.latency.items_${n}:${(n % 400) + 1}|ms`;
  return `http.requests:1|c|#path:/api/v1/items/${n},code:200,method:GET`;
}

function packet(n: number): Buffer {
  return Buffer.from(
    Array.from({ length: linesPerPacket }, (_, i) => line((n * linesPerPacket + i) % series)).join('\n'),
  );
}

const packets = Array.from({ length: Math.max(BATCH, Math.ceil(series / linesPerPacket)) }, (_, n) =>
  packet(n),
);
while (packets.length % BATCH > 0) packets.push(packet(packets.length));
const headers = Buffer.alloc(packets.length * MMSGHDR);
const vectors = Buffer.alloc(packets.length * 16);
for (const [n, bytes] of packets.entries()) {
  vectors.writeBigUInt64LE(getRawPointer(bytes), n * 16);
  vectors.writeBigUInt64LE(BigInt(bytes.length), n * 16 + 8);
  headers.writeBigUInt64LE(getRawPointer(vectors) + BigInt(n * 16), n * MMSGHDR + 16);
  headers.writeBigUInt64LE(1n, n * MMSGHDR + 24);
}
const address = Buffer.alloc(16);
address.writeUInt16LE(AF_INET, 0);
address.writeUInt16BE(port, 2);
address.set([127, 0, 0, 1], 4);
const fd = functions.socket(AF_INET, SOCK_DGRAM, 0);
functions.connect(fd, address, address.length);

const pause = new Int32Array(new SharedArrayBuffer(4));
const wanted = rate * seconds;
const startMs = performance.now();
let sent = 0;
for (let at = 0; sent < wanted; at = (at + BATCH) % packets.length) {
  for (let ahead; (ahead = sent - ((performance.now() - startMs) / 1000) * rate) > 0;)
    Atomics.wait(pause, 0, 0, Math.min(20, (ahead / rate) * 1000));
  const took = functions.sendmmsg(
    fd,
    getRawPointer(headers) + BigInt(at * MMSGHDR),
    Math.min(BATCH, wanted - sent),
    0,
  );
  if (took > 0) sent += took;
}
process.stdout.write(`${sent}\n`);
