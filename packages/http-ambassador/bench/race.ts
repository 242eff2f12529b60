// The race: CPU of a proxy per 100 000 requests, against nginx, HAProxy and npm's proxies, with wrk (Debian) as client
// and nginx as upstream on the other core. Rounds are interleaved and each figure is a ratio within its round, because
// a shared machine is faster and slower by the minute; wall times and latencies are not reported for the same reason.
//   node bench/race.ts [--rounds 3] [--seconds 3] [--only nginx,http-ambassador] [--courses small,64k,tcp]
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { parseArgs, promisify } from 'node:util';
import { temporaryDirectory } from '@podmate/testkit/files';
import { startNginx } from '@podmate/testkit/http-backend';
import { freePort } from '@podmate/testkit/image';
import { contestants, cpuSeconds, type Kind, residentMib, start } from './contestants.ts';

const run = promisify(execFile);

type Course = {
  readonly name: string;
  readonly kind: Kind;
  readonly path: string;
  readonly connections: number;
  readonly base: string;
};
const courses: readonly Course[] = [
  { name: 'small', kind: 'http', path: '/small', connections: 32, base: 'nginx' },
  { name: '64k', kind: 'http', path: '/64k', connections: 8, base: 'nginx' },
  { name: '1m', kind: 'http', path: '/1m', connections: 8, base: 'nginx' },
  { name: 'tcp', kind: 'tcp', path: '/small', connections: 32, base: 'haproxy' },
];
/** As a browser or an SDK would send, about 600 bytes. */
const headers = [
  'Accept: application/json',
  'Accept-Language: en-US,en;q=0.9',
  'Accept-Encoding: gzip, deflate, br',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
  `Cookie: session=${'a'.repeat(120)}; theme=dark`,
  `Authorization: Bearer ${'b'.repeat(120)}`,
];

/** The optimising compiler needs that long for the last of the hot functions. */
const WARM_UP_SECONDS = 2;

type Lap = { readonly requests: number; readonly cpu: number; readonly rssMib: number };

async function wrk(port: number, course: Course, seconds: number): Promise<number> {
  const fields = headers.flatMap((field) => ['-H', field]);
  const args = [
    '-t1',
    `-c${course.connections}`,
    `-d${seconds}`,
    ...fields,
    `http://127.0.0.1:${port}${course.path}`,
  ];
  const { stdout } = await run('taskset', ['-c', '1', 'wrk', ...args]);
  const faults = /Non-2xx|Socket errors/.exec(stdout);
  if (faults) throw new Error(`not all answers were right: ${stdout}`);
  return Number(/(\d+) requests in/.exec(stdout)?.[1]);
}

async function lap(name: string, course: Course, upstream: number, seconds: number): Promise<Lap> {
  const contestant = contestants.find((each) => each.name === name);
  if (contestant === undefined) throw new Error(`no contestant ${name}`);
  await using folder = await temporaryDirectory('race');
  const port = await freePort();
  await using running = await start(contestant, { kind: course.kind, port, upstream, folder });
  const direct = await (await fetch(`http://127.0.0.1:${upstream}${course.path}`)).text();
  if ((await (await fetch(`http://127.0.0.1:${port}${course.path}`)).text()) !== direct)
    throw new Error(`${name} changes the answer`);
  await wrk(port, course, WARM_UP_SECONDS);
  const before = cpuSeconds(running.pid);
  const requests = await wrk(port, course, seconds);
  const result = { requests, cpu: cpuSeconds(running.pid) - before, rssMib: residentMib(running.pid) };
  await running.stop('SIGTERM'); // Killed, nginx would leave its worker behind.
  return result;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '3' },
      only: { type: 'string' },
      courses: { type: 'string' },
    },
  });
  await using folder = await temporaryDirectory('race-files');
  await writeFile(folder.file('64k'), 'x'.repeat(65_536));
  await writeFile(folder.file('1m'), 'x'.repeat(1_048_576));
  const json = JSON.stringify({ id: 1, name: 'x'.repeat(80), tags: ['a', 'b'] });
  await using upstream = await startNginx(
    `keepalive_requests 100000000; add_header Cache-Control no-cache; add_header X-Request-Id 0123456789abcdef; add_header Vary Accept; root ${folder.path};
     location = / { return 200; } location = /small { default_type application/json; return 200 '${json}'; }`,
  );
  for (const pid of [upstream.process.pid]) await run('taskset', ['-acp', '1', String(pid)]);
  const chosen = courses.filter(
    ({ name }) => values.courses === undefined || values.courses.split(',').includes(name),
  );
  for (const course of chosen) {
    const names = contestants
      .filter(
        ({ kinds, name }) =>
          kinds.includes(course.kind) &&
          (values.only === undefined || values.only.split(',').includes(name) || name === course.base),
      )
      .map(({ name }) => name);
    const ratios = new Map<string, number[]>(names.map((name) => [name, []]));
    const laps = new Map<string, Lap[]>(names.map((name) => [name, []]));
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const name of names)
        laps.get(name)?.push(await lap(name, course, upstream.port, Number(values.seconds)));
      const cost = (name: string): number => {
        const last = laps.get(name)?.at(-1);
        return last === undefined ? NaN : last.cpu / last.requests;
      };
      for (const name of names) ratios.get(name)?.push(cost(name) / cost(course.base));
    }
    process.stdout.write(
      `\n| ${course.name} | CPU s / 100 000 | x ${course.base} | RSS MiB |\n| --- | --- | --- | --- |\n`,
    );
    for (const name of names) {
      const mine = laps.get(name) ?? [];
      const cpu = median(mine.map(({ cpu: seconds, requests }) => (seconds / requests) * 1e5));
      const row = [
        name,
        cpu.toFixed(2),
        median(ratios.get(name) ?? []).toFixed(2),
        median(mine.map(({ rssMib }) => rssMib)).toFixed(0),
      ];
      process.stdout.write(`| ${row.join(' | ')} |\n`);
    }
  }
}

await main();
