// How long a line waits between the application and stdout: 10 lines a second into a followed file and through a pipe,
// each with the time at which it was written, compared with the time at which it came out.
//   node bench/visibility.ts [--lines 100] [--rate 10]
// tail and cat run in between as a measure of the machine: exit code 1 when our p99 is more than 5 ms above theirs.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { imageCommand } from '@podmate/testkit/image';

const MOST_MS = 5;
/** Behind the first line that came out, until what runs is compiled. */
const WARM_UP_LINES = 20;

const { values } = parseArgs({
  options: { lines: { type: 'string', default: '100' }, rate: { type: 'string', default: '10' } },
});
const [lines, rate] = [Number(values.lines), Number(values.rate)];

const WAYS = [
  { name: 'tail, cat', args: undefined },
  { name: 'awk program', args: ['{ print $1 }'] },
  { name: 'awk program on a thread', args: ['{ i = 0; while (i++ < 1) print $1 }'] },
  { name: 'dates', args: ['--from', 'unix', '--to', 'unix', '--at', 'field:2'] },
  { name: 'formats', args: ['--parse', 'regex:(?<at>\\S+) (?<stamp>\\d+)', '--output', 'template:{at}'] },
];

/** Delays in ms, sorted. */
async function delays(
  [program = '', ...args]: readonly string[],
  file: string | undefined,
): Promise<number[]> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const found: number[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    found.push(performance.now() - Number(line.split(' ')[0]));
  });
  try {
    for (let behind = 0; behind < lines + WARM_UP_LINES; behind += Math.min(found.length, 1)) {
      const line = `${performance.now()} 0\n`;
      if (file === undefined) child.stdin.write(line);
      else appendFileSync(file, line);
      await sleep(1000 / rate);
    }
  } finally {
    child.kill('SIGKILL');
  }
  return found.slice(-lines).toSorted((a, b) => a - b);
}

function command(args: readonly string[] | undefined, file: string | undefined): string[] {
  if (args === undefined) return file === undefined ? ['cat'] : ['tail', '-n', '+1', '-F', file];
  const ours = [...imageCommand('date-adapter'), '--log-level', 'warn', '--checkpoint', 'off', ...args];
  return file === undefined ? ours : [...ours, file];
}

const directory = mkdtempSync(join(tmpdir(), 'podmate-visibility-'));
let worst = 0;
let machine = 0;
try {
  for (const { name, args } of WAYS) {
    for (const where of ['file', 'pipe'] as const) {
      const file = where === 'file' ? join(directory, 'app.log') : undefined;
      if (file !== undefined) writeFileSync(file, '');
      const sorted = await delays(command(args, file), file);
      const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? Infinity;
      if (args === undefined) machine = Math.max(machine, at(0.99));
      else worst = Math.max(worst, at(0.99));
      const figures = [at(0.5), at(0.99)].map((ms) => ms.toFixed(2)).join(' ms, p99 ');
      process.stdout.write(`${name.padEnd(24)} ${where}  ${sorted.length} lines, median ${figures} ms\n`);
    }
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
if (worst > machine + MOST_MS) process.exitCode = 1;
