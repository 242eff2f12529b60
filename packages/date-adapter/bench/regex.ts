// The regular expression engine against mawk and gawk on generated nginx lines: CPU seconds of `mawk '/re/{n++}'` as a
// whole process beside those of our loop over the same lines, both counting the same; and all matches of each line, as
// gsub looks for them. Ratios are to be trusted, not seconds.
// Usage: node packages/date-adapter/bench/regex.ts [megabytes]

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { compileRegex, type Regex } from '../src/awk/regex/regex.ts';

const PATTERNS = [
  'kube-probe',
  ' (404|50[0-9]) ',
  '[0-9]+',
  '^[^ ]+ [^ ]+',
  '[[:alpha:]]+ing',
  '(GET|POST) [^ ]*users',
  '"[^"]*"$',
  'Jan',
];
const ROUNDS = 3;
/** A peer reads the file so often in one process: its CPU is counted in hundredths of a second. */
const PASSES = 20;

const directory = mkdtempSync(path.join(tmpdir(), 'regex-bench-'));
try {
  race(path.join(directory, 'access.log'), Number(process.argv[2] ?? 32));
} finally {
  rmSync(directory, { recursive: true });
}

function race(file: string, megabytes: number): void {
  writeFileSync(file, nginxLines(megabytes * 1e6));
  const bytes = readFileSync(file);
  const ends = lineEnds(bytes);
  say(['expression', 'test MB/s', 'x mawk', 'x gawk', 'all matches MB/s', 'matches'].join(' | '));
  for (const pattern of PATTERNS) {
    const regex = compileRegex(pattern);
    const test = best(() => countLines(regex, bytes, ends));
    const all = best(() => countMatches(regex, bytes, ends));
    const ratios = ['mawk', 'gawk'].map((awk) => {
      const peer = bestOfPeer(awk, pattern, file);
      if (peer.count !== PASSES * test.count)
        throw new Error(`${awk} counts ${peer.count / PASSES} for ${pattern}, we ${test.count}`);
      return (test.seconds / peer.seconds).toFixed(2);
    });
    const speeds = [test, all].map(({ seconds }) => (bytes.length / 1e6 / seconds).toFixed(0));
    say([pattern, speeds[0], ...ratios, speeds[1], all.count].join(' | '));
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function nginxLines(size: number): string {
  const random = new SeededRandom(4);
  const paths = [
    '/',
    '/index.html',
    '/api/v1/users',
    '/api/v1/orders/17',
    '/static/app.js',
    '/search?q=sidecar',
  ];
  const agents = [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
    'curl/7.88.1',
    'kube-probe/1.29',
    'Go-http-client/1.1',
  ];
  const two = (most: number): string => String(random.integer(1, most)).padStart(2, '0');
  const lines: string[] = [];
  for (let length = 0; length < size; length += lines.at(-1)!.length) {
    const address = [10, 1, 2, 3].map(() => random.integer(1, 255)).join('.');
    const stamp = `${two(28)}/${random.pick(['Jan', 'Feb', 'Mar'])}/2023:${two(23)}:${two(59)}:${two(59)} +0000`;
    const status = random.pick([200, 200, 200, 200, 200, 301, 304, 404, 500]);
    lines.push(
      `${address} - - [${stamp}] "GET ${random.pick(paths)} HTTP/1.1" ${status} ${random.integer(0, 90_000)} "-" "${random.pick(agents)}"\n`,
    );
  }
  return lines.join('');
}

function lineEnds(bytes: Uint8Array): Int32Array {
  const ends: number[] = [];
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) ends.push(at);
  return Int32Array.from(ends);
}

function countLines(regex: Regex, bytes: Uint8Array, ends: Int32Array): number {
  let count = 0;
  let start = 0;
  for (const end of ends) {
    if (regex.test(bytes, start, end)) count++;
    start = end + 1;
  }
  return count;
}

function countMatches(regex: Regex, bytes: Uint8Array, ends: Int32Array): number {
  let count = 0;
  let start = 0;
  for (const end of ends) {
    for (let from = start; from <= end && regex.search(bytes, start, end, from); count++) {
      from = regex.matchEnd > regex.matchStart ? regex.matchEnd : regex.matchEnd + 1;
    }
    start = end + 1;
  }
  return count;
}

function best(work: () => number): { seconds: number; count: number } {
  let seconds = Infinity;
  let count = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    count = work();
    const used = process.cpuUsage(before);
    seconds = Math.min(seconds, (used.user + used.system) / 1e6);
  }
  return { seconds, count };
}

/** The shell's `times` counts its children's CPU; there is no other way to ask for it without a native addon. */
function bestOfPeer(awk: string, pattern: string, file: string): { seconds: number; count: number } {
  const program = `/${pattern.replaceAll('/', String.raw`\/`)}/{n++}END{print n+0}`;
  const files = Array.from({ length: PASSES }, () => file);
  let seconds = Infinity;
  let count = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { stdout } = spawnSync('sh', ['-c', '"$@"; times', 'sh', awk, program, ...files], {
      encoding: 'utf8',
    });
    const [counted = '', , children = ''] = stdout.split('\n');
    count = Number(counted);
    seconds = Math.min(seconds, secondsIn(children) / PASSES);
  }
  return { seconds, count };
}

/** `0m1.50s 0m0.25s` -> 1.75 */
function secondsIn(times: string): number {
  return Array.from(
    times.matchAll(/(\d+)m([\d.]+)s/g),
    (found) => 60 * Number(found[1]) + Number(found[2]),
  ).reduce((sum, part) => sum + part, 0);
}
