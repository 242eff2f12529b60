// What a line that repeats costs, without any socket: `node bench/ingest.ts`. For whoever changes ingest.ts or identity-table.ts;
// a difference of 10 ns a line is 1 % of a core at 1 000 000 lines/s.
import { Workbench } from '../test/statsd/workbench.ts';

const ROUNDS = 400;
const SERIES = 1000;

const kinds: Record<string, (n: number) => string> = {
  tagged: (n) => `http.requests:1|c|#path:/api/v1/items/${n},code:200,method:GET`,
  plain: (n) => `http.requests.items_${n}:1|c`,
  gauge: (n) => `queue.length.items_${n}:${n}.5|g`,
  timer: (n) => `http.latency.items_${n}:${(n % 400) + 1}|ms`,
};

for (const [kind, line] of Object.entries(kinds)) {
  const { ingest } = new Workbench();
  const bytes = new Uint8Array(Buffer.from(Array.from({ length: SERIES }, (_, n) => line(n)).join('\n')));
  for (let round = 0; round < ROUNDS; round++) ingest.lines(bytes, 0, bytes.length);
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) ingest.lines(bytes, 0, bytes.length);
  const { user, system } = process.cpuUsage(before);
  const nanos = ((user + system) * 1000) / (ROUNDS * SERIES);
  process.stdout.write(
    `${kind.padEnd(8)} ${nanos.toFixed(0)} ns/line of ${Math.round(bytes.length / SERIES)} bytes\n`,
  );
}
