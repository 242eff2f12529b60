// What an application does: sends StatsD packets, by UDP, TCP or unix datagram, each `packet` as one datagram or one write.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type NetConnectOpts, connect } from 'node:net';

export async function sendUdp(
  packets: readonly (string | Buffer)[],
  { port, host = '127.0.0.1' }: { port: number; host?: string },
): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    for (const packet of packets)
      await new Promise<void>((resolve, reject) => {
        socket.send(packet, port, host, (error) => (error === null ? resolve() : reject(error)));
      });
  } finally {
    socket.close();
  }
}

/** Over one connection, which it closes. */
export async function sendStream(packets: readonly (string | Buffer)[], to: NetConnectOpts): Promise<void> {
  const socket = connect(to);
  socket.on('error', () => {}); // A server may end it on a line that is too long.
  await once(socket, 'connect');
  for (const packet of packets) socket.write(packet);
  socket.end();
  await once(socket, 'close');
}

const [AF_UNIX, SOCK_DGRAM] = [1, 2];

/** By node:ffi, as Node has no unix datagrams; blocks while the receiver's buffer is full. `@name` is an abstract socket. */
export async function sendUnixgram(packets: readonly (string | Buffer)[], path: string): Promise<void> {
  const { dlopen } = await import('node:ffi');
  const { functions } = dlopen(null, {
    socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
    connect: { arguments: ['i32', 'pointer', 'u32'], return: 'i32' },
    send: { arguments: ['i32', 'pointer', 'u64', 'i32'], return: 'i64' },
    close: { arguments: ['i32'], return: 'i32' },
  });
  const name = Buffer.from(path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`);
  const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), name]);
  const fd = functions.socket(AF_UNIX, SOCK_DGRAM, 0);
  try {
    if (functions.connect(fd, address, address.length) !== 0) throw new Error(`cannot connect to ${path}`);
    for (const packet of packets.map((each) => Buffer.from(each)))
      if (functions.send(fd, packet, BigInt(packet.length), 0) < 0n)
        throw new Error(`cannot send to ${path}`);
  } finally {
    functions.close(fd);
  }
}
