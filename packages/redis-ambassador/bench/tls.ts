// Race 2: TLS between proxy and server: CPU of both together against HAProxy's. Many small replies share a record.
import { execFileSync } from 'node:child_process';
import { temporaryDirectory } from '@podmate/testkit/files';
import { freePort } from '@podmate/testkit/image';
import { RedisServer } from '@podmate/testkit/redis-server';
import { benchmark, type Cost, type Load, loadName } from './benchmark.ts';
import { enter } from './contestants.ts';
import type { Race } from './course.ts';
import { atMost, median, type Row } from './race-table.ts';

export const tls: Race = async ({ scale, say }) => {
  await using folder = await temporaryDirectory('race-tls');
  const [key, ca] = [folder.file('key.pem'), folder.file('cert.pem')];
  const subject = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', [...made, '-keyout', key, '-out', ca, ...subject], { stdio: 'ignore' });
  const port = await freePort();
  const files = ['--tls-cert-file', ca, '--tls-key-file', key, '--tls-ca-cert-file', ca];
  await using server = await RedisServer.start({
    args: ['--tls-port', String(port), '--tls-auth-clients', 'no', ...files],
  });
  await using contestants = await enter(['redis-ambassador', 'haproxy'], {
    server,
    folder,
    tls: { port, ca },
  });
  const rows: Row[] = [];
  for (const command of ['SET', 'GET'] as const) {
    const load: Load = { command, pipeline: 1, requests: scale.requests };
    const sums: number[][] = contestants.field.map(() => []);
    for (let round = -1; round < scale.rounds; round++) {
      for (const [index, each] of contestants.field.entries()) {
        const cost = await benchmark(each, [server.pid], load);
        if (round < 0) continue; // everyone warm
        say(
          `TLS, ${loadName(load)}: ${each.name} ${sum(cost).toFixed(2)} µs, ${cost.servers.toFixed(2)} Redis'`,
        );
        sums[index]?.push(sum(cost));
      }
    }
    const [ours = [], theirs = []] = sums;
    const ratio = median(theirs.map((cost, round) => (ours[round] ?? NaN) / cost));
    const race = `TLS to the server, ${loadName(load)}: CPU of proxy and Redis`;
    rows.push(atMost(race, 0.7, ratio, '× HAProxy', [2, `${median(ours).toFixed(1)} µs`]));
  }
  return rows;
};

const sum = ({ proxy, servers }: Cost): number => proxy + servers;
