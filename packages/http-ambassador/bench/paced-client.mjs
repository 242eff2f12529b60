// A client that asks at a fixed rate, whatever the answers do, so that waiting counts (wrk asks when it was answered):
//   node bench/paced-client.mjs PORT PATH RATE SECONDS
// Prints the 50th and 99th percentile, in milliseconds, from the moment a request was due to the end of its answer.
import { connect } from 'node:net';

const [, , port, path, rate, seconds] = process.argv;
const CONNECTIONS = 16;
const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n`;
const latencies = [];
const total = Number(rate) * Number(seconds);

const clients = await Promise.all(
  Array.from({ length: CONNECTIONS }, () => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
    const dueAt = [];
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (;;) {
        const head = text.indexOf('\r\n\r\n');
        const length = Number(/content-length: *(\d+)/i.exec(text.slice(0, head + 2))?.[1]);
        if (head === -1 || text.length < head + 4 + length) return;
        text = text.slice(head + 4 + length);
        latencies.push(performance.now() - dueAt.shift());
      }
    });
    const client = {
      ask: (at) => dueAt.push(at) && socket.write(request, 'latin1'),
      end: () => socket.destroy(),
    };
    return new Promise((resolve) => socket.once('connect', () => resolve(client)));
  }),
);

const began = performance.now();
for (let sent = 0; sent < total;) {
  const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * Number(rate)));
  for (; sent < due; sent++) clients[sent % CONNECTIONS].ask(began + (sent / Number(rate)) * 1000);
  await new Promise((resolve) => setImmediate(resolve));
}
for (let waited = 0; latencies.length < total && waited < 100; waited++) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
for (const client of clients) client.end();
if (latencies.length < total) throw new Error(`${total - latencies.length} requests were not answered`);
latencies.sort((a, b) => a - b);
const at = (share) => latencies[Math.ceil(share * latencies.length) - 1];
process.stdout.write(`${at(0.5)} ${at(0.99)}\n`);
