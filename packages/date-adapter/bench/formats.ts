// The race of structured output: an access log of nginx (combined) as JSON, against awk's printf and V8's RegExp with
// JSON.stringify, in one run. What each writes is proven equal first, as parsed JSON.
//   node packages/date-adapter/bench/formats.ts [lines]
// CPU seconds (user and system) of whole processes, start included, the least of several interleaved rounds: wall times
// of a shared machine are noise, and the ratios say more than the figures.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { ByteOutput } from '../src/byte-output.ts';
import { FieldNames } from '../src/formats/field-names.ts';
import { inputFormat } from '../src/formats/input-formats.ts';
import { LineConverter } from '../src/formats/line-converter.ts';
import { outputFormat } from '../src/formats/outputs/output-formats.ts';

const ROUNDS = 5;
const CHUNK_BYTES = 256 * 1024;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Splits at quotes, as people do; escapes nothing, which does for this data only. */
const AWK = String.raw`BEGIN { FS = "\"" } {
  split($1, h, " "); split($2, r, " "); split($3, s, " ")
  user = h[3] == "-" ? "" : ",\"remote_user\":\"" h[3] "\""
  printf "{\"remote_addr\":\"%s\"%s,\"time_local\":\"%s %s\",\"method\":\"%s\",\"path\":\"%s\",\"http_version\":\"%s\",\"status\":%s,\"body_bytes_sent\":%s%s,\"http_user_agent\":\"%s\"}\n",
    h[1], user, substr(h[4], 2), substr(h[5], 1, 5), r[1], r[2], substr(r[3], 6), s[1], s[2], $4 == "-" ? "" : ",\"http_referer\":\"" $4 "\"", $6
}`;

const COMBINED =
  /^(\S+) - (.*?) \[([^\]]*)\] "(\S+) (.*?) HTTP\/([\d.]+)" (\d+) (\d+|-) "([^"]*)" "([^"]*)"$/;
const known = (value: string | undefined): string | undefined => (value === '-' ? undefined : value);

/** Each reads the file and writes to standard output, as programs of their own. */
const CONTESTANTS: Readonly<Record<string, (path: string) => void>> = { ours, regexp };
const AWKS = ['mawk', 'gawk'] as const;

function ours(path: string): void {
  const names = new FieldNames();
  const { parser } = inputFormat('nginx', names);
  const converter = new LineConverter(parser, outputFormat('json', { host: 'unused' }), names);
  const out = new ByteOutput(2 * CHUNK_BYTES);
  eachChunk(path, (chunk, end) => {
    let from = 0;
    for (let at = chunk.indexOf(0x0a, from); at !== -1 && at < end; at = chunk.indexOf(0x0a, from)) {
      if (!converter.convert(chunk, from, at, out)) throw new Error(converter.reason());
      from = at + 1;
    }
    writeAll(out.bytes, out.length);
    out.clear();
    return from;
  });
}

function regexp(path: string): void {
  eachChunk(path, (chunk, end) => {
    const last = end === 0 ? 0 : chunk.lastIndexOf(0x0a, end - 1) + 1;
    let text = '';
    for (const line of chunk.toString('latin1', 0, last).split('\n')) {
      const [, host, user, time, method, target, version, status, bytes, referer, agent] =
        COMBINED.exec(line) ?? [];
      if (host === undefined) continue;
      const fields = {
        remote_addr: host,
        remote_user: known(user),
        time_local: time,
        method,
        path: target,
        http_version: version,
        status: Number(status),
        body_bytes_sent: Number(bytes),
        http_referer: known(referer),
        http_user_agent: known(agent),
      };
      text += `${JSON.stringify(fields)}\n`;
    }
    const bytes = Buffer.from(text, 'latin1');
    writeAll(bytes, bytes.length);
    return last;
  });
}

function writeAll(bytes: Uint8Array, length: number): void {
  for (let at = 0; at < length;) at += writeSync(1, bytes, at, length - at);
}

/** @param take the bytes up to `end` of the chunk; returns how many of them are done with */
function eachChunk(path: string, take: (chunk: Buffer, end: number) => number): void {
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let end = 0;
  for (let read = -1; read !== 0;) {
    read = readSync(file, chunk, end, chunk.length - end, null);
    end += read;
    const taken = take(chunk, end);
    chunk.copyWithin(0, taken, end);
    end -= taken;
  }
  closeSync(file);
}

function logLines(count: number): string {
  const random = new SeededRandom(1);
  const agents = [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36',
    'kube-probe/1.29',
    'curl/8.5.0',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X)',
  ];
  return Array.from({ length: count }, (_, index) => {
    const host = `10.${random.integer(0, 255)}.${random.integer(0, 255)}.${random.integer(1, 254)}`;
    const second = String(index % 60).padStart(2, '0');
    const request = `${random.pick(['GET', 'POST', 'PUT'])} /api/v${random.integer(1, 3)}/items/${random.bits() % 100_000}`;
    const referer = random.pick(['-', 'https://shop.example.com/start?from=mail']);
    const user = random.chance(0.1) ? 'alice' : '-';
    return `${host} - ${user} [01/Jan/2023:00:00:${second} +0000] "${request} HTTP/1.1" ${random.pick([200, 200, 200, 404, 503])} ${random.bits() % 100_000} "${referer}" "${random.pick(agents)}"\n`;
  }).join('');
}

type Command = { readonly name: string; readonly file: string; readonly args: readonly string[] };

function commands(path: string): Command[] {
  const own = Object.keys(CONTESTANTS).map((name) => ({
    name,
    file: process.execPath,
    args: [import.meta.filename, '--as', name, path],
  }));
  const awks = AWKS.map((name) => ({ name, file: name, args: [AWK, path] }));
  return [...own, ...awks.filter(({ file }) => spawnSync(file, ['BEGIN{}']).status === 0)];
}

/** CPU seconds of the children that have ended, from the kernel's account of this process: clock ticks of 10 ms. */
function childSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function outputOf({ file, args }: Command): string {
  const { stdout, status, stderr } = spawnSync(file, args, { maxBuffer: 2 ** 31, encoding: 'latin1' });
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
  return stdout;
}

function prove(all: readonly Command[]): void {
  const [first, ...others] = all.map((one) =>
    outputOf(one)
      .trimEnd()
      .split('\n')
      .map((line) => sorted(line)),
  );
  for (const [index, other] of others.entries()) {
    const differing = other.findIndex((line, at) => line !== first![at]);
    if (other.length === first!.length && differing === -1) continue;
    throw new Error(`${all[index + 1]!.name} differs: ${other[differing]}\nfrom ${first![differing]}`);
  }
}

function sorted(line: string): string {
  const fields: unknown = JSON.parse(line);
  return JSON.stringify(Object.entries(Object(fields)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function race(lines: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'formats-'));
  try {
    const sample = join(folder, 'sample.log');
    writeFileSync(sample, logLines(20_000));
    prove(commands(sample));
    say('outputs proven equal, as parsed JSON');
    const path = join(folder, 'access.log');
    const text = logLines(lines);
    writeFileSync(path, text);
    const least = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, file, args } of commands(path)) {
        const before = childSeconds();
        spawnSync(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
        least.set(name, Math.min(least.get(name) ?? Infinity, childSeconds() - before));
      }
    }
    report(least, lines, text.length);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function report(least: ReadonlyMap<string, number>, lines: number, bytes: number): void {
  say(
    `${lines} lines, ${(bytes / 1e6).toFixed(1)} MB, ${availableParallelism()} shared cores, Node ${process.version}`,
  );
  const mawk = least.get('mawk') ?? Number.NaN;
  for (const [name, seconds] of least) {
    const rate = `${(lines / seconds / 1e6).toFixed(2)} M lines/s, ${(bytes / seconds / 1e6).toFixed(0)} MB/s`;
    say(`${name.padEnd(7)} ${seconds.toFixed(2)} CPU s, ${rate}, ${(seconds / mawk).toFixed(2)} x mawk`);
  }
}

const [flag = '', name = '', file = ''] = process.argv.slice(2);
const contestant = CONTESTANTS[name];
if (flag === '--as' && contestant !== undefined) contestant(file);
else race(Number(flag) || 1_000_000);
