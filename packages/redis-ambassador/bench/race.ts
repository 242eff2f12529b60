// The race: SET and GET of 100 bytes by redis-benchmark, 50 clients, at several pipeline depths, through redis-ambassador
// (one primary, one replica), nutcracker and haproxy (tcp), and direct. What counts is CPU microseconds per request, of the
// proxy and of the servers, as machines differ and are shared: compare within one run. `--quick` for a look.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { findCommand } from '@podmate/testkit/debian';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { freePort, imageCommand } from '@podmate/testkit/image';
import { startReplicated } from '@podmate/testkit/redis-server';
import { cpuSeconds } from './process-account.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    pipelines: { type: 'string', default: '1,16,64' },
    requests: { type: 'string', default: '' },
  },
});
const pipelines = values.pipelines.split(',').map(Number);
const rounds = values.quick ? 1 : Number(values.rounds);
const requestsAt = (pipeline: number): number =>
  Number(values.requests) || (values.quick ? 1 : 3) * (pipeline === 1 ? 100_000 : 500_000);

type Contestant = { readonly name: string; readonly port: number; readonly pid: number | undefined };

await using directory = await temporaryDirectory('redis-race');
await using servers = await startReplicated(1);
const pids = [servers.primary.pid, ...servers.replicas.map(({ pid }) => pid)];
const ends: (() => void)[] = [];

async function start(
  name: string,
  port: number,
  command: readonly string[],
): Promise<Contestant | undefined> {
  const [program = '', ...args] = command;
  const file = findCommand(program) ?? program;
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  ends.push(() => void child.kill('SIGKILL'));
  child.on('error', (error) => process.stderr.write(`${name}: ${error.message}\n`));
  await eventually(() => pong(port));
  return { name, port, pid: child.pid };
}

/** @throws while it does not answer GET */
async function pong(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write('*2\r\n$3\r\nGET\r\n$1\r\nx\r\n');
    await once(socket, 'data', { signal: AbortSignal.timeout(1000) });
  } finally {
    socket.destroy();
  }
}

async function benchmark(port: number, args: readonly string[]): Promise<number | null> {
  const child = spawn(findCommand('redis-benchmark') ?? '', ['-p', String(port), ...args], {
    stdio: 'ignore',
  });
  const [code] = await once(child, 'exit');
  return code;
}

async function contestants(): Promise<Contestant[]> {
  const [ours, twem, ha] = [await freePort(), await freePort(), await freePort()];
  const server = servers.primary.address;
  await writeFile(
    directory.file('nutcracker.yml'),
    `a:\n  listen: 127.0.0.1:${twem}\n  hash: fnv1a_64\n  distribution: ketama\n  redis: true\n  servers:\n   - ${server}:1\n`,
  );
  await writeFile(
    directory.file('haproxy.cfg'),
    `global\n  nbthread 1\n  maxconn 4000\ndefaults\n  mode tcp\n  timeout connect 1s\n  timeout client 60s\n  timeout server 60s\nlisten redis\n  bind 127.0.0.1:${ha}\n  server one ${server}\n`,
  );
  const flags = ['--max-semi-space-size=2', '--v8-pool-size=1'];
  const [node, ...script] = imageCommand('redis-ambassador');
  const settings = ['--servers', server, '--log-level', 'warn'];
  const nutcracker = ['nutcracker', '-c', directory.file('nutcracker.yml'), '-s', String(await freePort())];
  const all = [
    {
      name: 'redis-ambassador',
      port: ours,
      command: [node, ...flags, ...script, '--listen', `127.0.0.1:${ours}`, ...settings],
    },
    { name: 'nutcracker', port: twem, command: [...nutcracker, '-o', directory.file('nutcracker.log')] },
    { name: 'haproxy', port: ha, command: ['haproxy', '-db', '-f', directory.file('haproxy.cfg')] },
  ];
  const started = [
    { name: 'direct', port: servers.primary.port, pid: undefined },
    ...(await Promise.all(all.map(({ name, port, command }) => start(name, port, command)))),
  ];
  return started
    .filter((each) => each !== undefined)
    .filter(({ name }) => values.only === '' || values.only.includes(name));
}

type Cost = { readonly proxy: number; readonly servers: number; readonly perSecond: number };

async function measure(
  { port, pid }: Contestant,
  command: readonly string[],
  pipeline: number,
): Promise<Cost> {
  const spent = (): [number, number] => [
    pid === undefined ? 0 : cpuSeconds(pid),
    pids.reduce((sum, id) => sum + cpuSeconds(id), 0),
  ];
  const requests = requestsAt(pipeline);
  const before = spent();
  const began = performance.now();
  const code = await benchmark(port, [
    '-n',
    String(requests),
    '-c',
    '50',
    '-P',
    String(pipeline),
    '-r',
    '100000',
    '-q',
    ...command,
  ]);
  if (code !== 0) throw new Error(`redis-benchmark failed with ${code}`);
  const seconds = (performance.now() - began) / 1000;
  const after = spent();
  const per = (index: 0 | 1): number => ((after[index] - before[index]) / requests) * 1e6;
  return { proxy: per(0), servers: per(1), perSecond: requests / seconds };
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

try {
  const field = await contestants();
  const value = 'x'.repeat(100);
  const commands = { SET: ['SET', 'key:__rand_int__', value], GET: ['GET', 'key:__rand_int__'] };
  process.stdout.write(
    '| command | pipeline | through | proxy µs CPU/request | servers µs CPU/request | requests/s |\n|---|---|---|---|---|---|\n',
  );
  for (const pipeline of pipelines) {
    for (const [name, command] of Object.entries(commands)) {
      const costs = new Map<string, Cost[]>(field.map((each) => [each.name, []]));
      for (let round = 0; round < rounds; round++)
        for (const each of field) costs.get(each.name)?.push(await measure(each, command, pipeline));
      for (const [who, all] of costs) {
        const of = (key: keyof Cost): number => median(all.map((cost) => cost[key]));
        const row = [
          name,
          pipeline,
          who,
          of('proxy').toFixed(2),
          of('servers').toFixed(2),
          Math.round(of('perSecond')),
        ];
        process.stdout.write(`| ${row.join(' | ')} |\n`);
      }
    }
  }
} finally {
  for (const end of ends) end();
}
