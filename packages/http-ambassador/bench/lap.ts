// One lap: a contestant is started, proven to pass answers on as they are, warmed up, loaded, and asked what it cost.
import { execFile } from 'node:child_process';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { promisify } from 'node:util';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { freePort, type RunningImage } from '@podmate/testkit/image';
import { cpuSeconds, residentMib, start } from './contestants.ts';
import type { Course } from './courses.ts';
import type { Track } from './track.ts';

export type Lap = {
  readonly requests: number;
  /** Seconds, for these requests. */
  readonly cpu: number;
  readonly rssMib: number;
  /** At the first answer. */
  readonly startCpu: number;
  readonly idleMib: number;
};

/** The optimising compiler needs that long for the last of the hot functions. */
const WARM_UP_SECONDS = 2;
/** As a browser or an SDK would send, about 600 bytes. */
const headers = [
  'Accept: application/json',
  'Accept-Language: en-US,en;q=0.9',
  'Accept-Encoding: gzip, deflate, br',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
  `Cookie: session=${'a'.repeat(120)}; theme=dark`,
  `Authorization: Bearer ${'b'.repeat(120)}`,
];
/** What must arrive as the upstream said it. */
const FIELDS = ['content-type', 'content-length', 'cache-control', 'x-request-id', 'vary'];

const schemeOf = ({ front }: Course): 'http' | 'https' => (front === 'https' ? 'https' : 'http');

/** Status, fields and body, as text. */
async function answer(scheme: 'http' | 'https', port: number, path: string): Promise<string> {
  const ask = scheme === 'https' ? requestHttps : requestHttp;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  ask({ host: '127.0.0.1', port, path, agent: false, rejectUnauthorized: false }, (response) => {
    let body = '';
    response.setEncoding('latin1').on('data', (text: string) => (body += text));
    response.on('error', reject).on('end', () => {
      const fields = FIELDS.map((name) => `${name}: ${String(response.headers[name])}`);
      resolve([response.statusCode, ...fields, body].join('\n'));
    });
  })
    .on('error', reject)
    .end();
  return promise;
}

async function wrk(port: number, course: Course, seconds: number): Promise<number> {
  const fields = headers.flatMap((field) => ['-H', field]);
  const url = `${schemeOf(course)}://127.0.0.1:${port}${course.path}`;
  const args = ['-t1', `-c${course.connections}`, `-d${seconds}`, ...fields, url];
  const { stdout } = await promisify(execFile)('taskset', ['-c', '1', 'wrk', ...args]);
  const faults = /Non-2xx|Socket errors/.exec(stdout);
  if (faults) throw new Error(`not all answers were right: ${stdout}`);
  return Number(/(\d+) requests in/.exec(stdout)?.[1]);
}

/** Starts a contestant, waits for its first answer, and lets `use` have it while it runs. */
export async function running<Result>(
  name: string,
  course: Course,
  { certificate, upstream }: Track,
  use: (image: RunningImage, port: number) => Promise<Result>,
): Promise<Result> {
  await using folder = await temporaryDirectory('race');
  const port = await freePort();
  await using image = await start(name, {
    course,
    port,
    upstream: upstream[course.back],
    certificate,
    folder,
  });
  try {
    await eventually(() => answer(schemeOf(course), port, course.path), { everyMs: 5, withinMs: 20_000 });
    const result = await use(image, port);
    await image.stop('SIGTERM'); // Killed, nginx would leave its worker behind.
    return result;
  } catch (cause) {
    throw new Error(`${name}: ${image.stderr}`, { cause });
  }
}

export async function lap(name: string, course: Course, track: Track, seconds: number): Promise<Lap> {
  return running(name, course, track, async ({ pid }, port) => {
    const [startCpu, idleMib] = [cpuSeconds(pid), residentMib(pid)];
    const direct = await answer('http', track.upstream.http, course.path);
    if ((await answer(schemeOf(course), port, course.path)) !== direct) throw new Error('changes the answer');
    await wrk(port, course, WARM_UP_SECONDS);
    const before = cpuSeconds(pid);
    const requests = await wrk(port, course, seconds);
    return { requests, cpu: cpuSeconds(pid) - before, rssMib: residentMib(pid), startCpu, idleMib };
  });
}
