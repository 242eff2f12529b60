// UDP by node:dgram: one recvmsg(2) and one event per packet (measured 3-4 us). The way where node:ffi is not to be had.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Counts } from './counts.ts';
import type { Ingest } from './ingest.ts';
import type { Listener } from './listener.ts';

export type HostPort = { readonly host: string; readonly port: number };

/** Turns of the event loop for which a closing socket still reads: libuv takes about 30 packets in each. */
const LAST_TURNS = 100;

/** @throws what bind reports */
export async function listenUdp(
  address: HostPort,
  bufferBytes: number,
  ingest: Ingest,
  counts: Counts,
): Promise<Listener> {
  const anywhere = address.host === '';
  const type = anywhere || address.host.includes(':') ? 'udp6' : 'udp4';
  const socket = createSocket({ type });
  socket.on('message', (packet) => {
    counts.udpPackets++;
    counts.batches++;
    ingest.nowMs = Date.now();
    ingest.lines(packet, 0, packet.length);
  });
  try {
    socket.bind(address.port, anywhere ? '::' : address.host);
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    if (anywhere) return listenUdp({ ...address, host: '0.0.0.0' }, bufferBytes, ingest, counts);
    throw error;
  }
  try {
    socket.setRecvBufferSize(bufferBytes);
  } catch {
    // Refused altogether (a sandbox): the default has to do, and the granted size says so.
  }
  const bound = socket.address();
  return {
    name: `udp ${bound.address.includes(':') ? `[${bound.address}]` : bound.address}:${bound.port}`,
    grantedBytes: socket.getRecvBufferSize(),
    async close() {
      for (let turn = 0, before = -1; turn < LAST_TURNS && before !== counts.udpPackets; turn++) {
        before = counts.udpPackets;
        await nextTurn();
      }
      socket.close();
    },
  };
}
