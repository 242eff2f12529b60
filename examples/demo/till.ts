// The application of the metrics half: a till that counts by StatsD to the UDP port it is given, as client libraries do, and
// tells its parent (which is the demo's own way to know) how often. SIGTERM: it tells the last figures and ends.

import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';

/** What it has sent so far; the parent compares this with a scrape. */
export type Sent = { packets: number; orders: number; payments: number };

const BURST = 20;
const EVERY_MS = 10;

async function trade(port: number): Promise<void> {
  const socket = createSocket('udp4');
  const sent: Sent = { packets: 0, orders: 0, payments: 0 };
  const ending = new AbortController();
  process.on('SIGTERM', () => ending.abort()).on('SIGINT', () => {});
  while (!ending.signal.aborted) {
    for (let i = 0; i < BURST; i += 1) {
      const packet = `till.orders.oslo:3|c\ntill.payment:${20 + (sent.packets % 80)}|ms|#card:visa\ntill.queue:${i}|g`;
      await new Promise((resolve) => socket.send(packet, port, '127.0.0.1', resolve));
      sent.packets += 1;
      sent.orders += 3;
      sent.payments += 1;
    }
    process.send?.(sent);
    await sleep(EVERY_MS);
  }
  socket.close();
  process.send?.(sent, () => process.disconnect?.());
}

if (import.meta.main) await trade(Number(process.argv[2]));
