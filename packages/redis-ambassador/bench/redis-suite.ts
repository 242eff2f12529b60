// Does it behave as one Redis? Runs Redis's own test suite, in a checkout of yours, as external server: once direct at a
// primary with one replica, once through the ambassador in front of such a pair with all its defaults, and prints by name
// what differs. Not part of `npm test`: the suite is not ours to ship, and takes minutes.
//   node packages/redis-ambassador/bench/redis-suite.ts --suite ~/redis-7.0.15 [--only unit/multi,unit/pubsub] [--log DIR]
// Without the tests tagged slow, as Redis' own CI runs it against an external server: one of them wants to kill the child of
// a server that it has not started, and leaves it saving for good. `--tags ''` runs them, too.
// Needs tclsh, redis-server, redis-cli, redis-benchmark (Debian: tcl, redis-server) and the suite's version near theirs.
import { spawn } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findCommand } from '@podmate/testkit/debian';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { freePort, startImage } from '@podmate/testkit/image';
import { type RedisServer, startReplicated } from '@podmate/testkit/redis-server';

const { values } = parseArgs({
  options: {
    suite: { type: 'string' },
    only: { type: 'string', default: '' },
    log: { type: 'string', default: '' },
    'silence-s': { type: 'string', default: '240' },
    tags: { type: 'string', default: '-slow' },
    way: { type: 'string', default: 'direct,ambassador' },
  },
});
if (values.suite === undefined) {
  process.stderr.write("--suite: name the folder of Redis's sources, with tests/test_helper.tcl in it\n");
  process.exit(64);
}
process.once('SIGTERM', () => process.exit(143)).once('SIGINT', () => process.exit(130));
const suite = resolve(values.suite);

/** What the suite says of its tests, by name; a name may come more than once. */
type Results = { readonly passed: string[]; readonly failed: string[]; output: string };

const PROGRAMS = ['redis-server', 'redis-cli', 'redis-benchmark', 'redis-check-aof', 'redis-check-rdb'];

/** A folder that looks like the checkout after `make`, with the installed programs in it; the checkout is left as it is. */
async function layOut(folder: string): Promise<void> {
  for (const name of await readdir(suite)) {
    if (name !== 'src') await symlink(join(suite, name), join(folder, name));
  }
  await mkdir(join(folder, 'src'));
  for (const name of PROGRAMS) {
    const program = findCommand(name);
    if (program !== undefined) await symlink(program, join(folder, 'src', name));
  }
}

async function tclsh(folder: string, args: readonly string[]): Promise<string> {
  const child = spawn('tclsh', ['tests/test_helper.tcl', ...args], {
    cwd: folder,
    detached: true, // the suite starts itself again as its client: both end together
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'dumb' }, // no colours
  });
  const end = (): void => void (child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'));
  process.once('exit', end);
  const silenceMs = Number(values['silence-s']) * 1000;
  let output = '';
  const late = setTimeout(() => {
    output += `\n[exception]: hung for ${silenceMs} ms after the last of these\n`;
    end();
  }, silenceMs);
  for await (const text of child.stdout.setEncoding('utf8')) {
    output += String(text);
    late.refresh();
  }
  clearTimeout(late);
  process.removeListener('exit', end);
  return output;
}

/** Unit by unit, so that one that hangs costs no other. */
async function runSuite(folder: string, port: number): Promise<Results> {
  const results: Results = { passed: [], failed: [], output: '' };
  const units = (values.only === '' ? await tclsh(folder, ['--list-tests']) : values.only).split(/[\s,]+/);
  for (const unit of units.filter((name) => name !== '')) {
    const external = ['--host', '127.0.0.1', '--port', String(port), '--baseport', String(await freePort())];
    const output = await tclsh(folder, [
      ...external,
      '--durable',
      '--clients',
      '1',
      '--single',
      unit,
      '--tags',
      values.tags,
    ]);
    const named = (mark: RegExp): string[] => Array.from(output.matchAll(mark), ([, name]) => name ?? '');
    results.passed.push(...named(/^\[ok\]: (.*?)(?: \(\d+ ms\))?$/gm));
    results.failed.push(
      ...named(/^\[(?:err|exception|timeout)\]: (.*)$/gm).map((name) => `${unit}: ${name}`),
    );
    results.output += output;
  }
  return results;
}

async function direct(folder: string): Promise<Results> {
  await using servers = await startReplicated(1, { args: OPEN });
  return await runSuite(folder, servers.primary.port);
}

async function throughAmbassador(folder: string): Promise<Results> {
  await using servers = await startReplicated(1, { args: OPEN });
  const port = await freePort();
  await using image = startImage('redis-ambassador', [
    '--servers',
    servers.primary.address,
    '--listen',
    `127.0.0.1:${port}`,
    '--log-level',
    'warn',
  ]);
  await eventually(() => readable(port));
  const results = await runSuite(folder, port);
  const reads = await replicaReads(servers.replicas[0]);
  return { ...results, output: `${results.output}\n${image.stderr}\nreads at the replica: ${reads}\n` };
}

/** The suite sets what is protected, and debugs. */
const OPEN = ['--enable-debug-command', 'yes', '--enable-protected-configs', 'yes'];

async function readable(port: number): Promise<void> {
  const { promise, resolve: there, reject } = Promise.withResolvers<void>();
  const socket = connect(port, '127.0.0.1', () => socket.write('AMBASSADOR STATUS\r\n'));
  socket.once('error', reject);
  socket.once('data', (text) =>
    /replica up(?! behind)/.test(String(text)) ? there() : reject(new Error(String(text))),
  );
  await promise.finally(() => socket.destroy());
}

async function replicaReads(replica: RedisServer | undefined): Promise<number> {
  return (await replica?.calls('get')) ?? 0;
}

function count(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

await using directory = await temporaryDirectory('redis-suite');
await layOut(directory.path);
const runs = new Map<string, Results>();
for (const [way, run] of [
  ['direct', direct],
  ['ambassador', throughAmbassador],
] as const) {
  if (!values.way.includes(way)) continue;
  const results = await run(directory.path);
  runs.set(way, results);
  if (values.log !== '') await writeFile(join(values.log, `${way}.log`), results.output);
  say(`${way}: ${results.passed.length} passed, ${results.failed.length} failed`);
  for (const name of results.failed) say(`  failed: ${name}`);
}
const [reference, ours] = [runs.get('direct'), runs.get('ambassador')];
if (reference && ours) {
  const there = count(ours.passed);
  for (const [name, times] of count(reference.passed)) {
    const lacking = times - (there.get(name) ?? 0);
    if (lacking > 0)
      say(`passes direct, not through the ambassador${lacking > 1 ? ` (${lacking}x)` : ''}: ${name}`);
  }
}
