// Two races of lines that must be out as soon as they are in: what the seed costs through a pipe when each line is
// printed at once, against mawk that keeps its lines back; and how long a line takes from the writer to the reader at
// ten lines a second. Writer and reader are this process, with `cat` before and behind the engine, so that it has real
// pipes; the cats are in every figure alike.

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { verdict } from './batch.ts';
import { type Course, least, quantile, type Row, wanted } from './course.ts';
import type { Engine } from './engines.ts';
import { type Command, cpuSecondsInPipe } from './measure.ts';
import { seed } from './programs.ts';

/** 15 million lines a second where mawk's batch makes 7. */
const OF_MAWK_BATCH = 7 / 15;

const P99_MS = 5;

/** A busy machine delays everyone: then it is twice the best peer's. */
const OF_BEST_PEER = 2;
const GAP_MS = 100;
const LINE = '01/12/2022T16:25:21\n';
const START_MS = 1500;

export function immediate(course: Course): Row[] {
  if (!wanted(course, 'immediate')) return [];
  const { path, lines } = course.data.file(seed.data);
  const mawk = course.engines.find(({ name }) => name === 'mawk');
  const kept =
    mawk === undefined ? NaN : fastest(course, { ...inPipe(mawk, mawk.command, seed.program), stdin: path });
  const cells = new Map<string, string>();
  let ours: number | undefined;
  for (const engine of course.engines) {
    const seconds = fastest(
      course,
      { ...immediateCommand(engine), stdin: path },
      engine.slow === true ? 1 : undefined,
    );
    if (engine.name === 'ours') ours = seconds / kept;
    cells.set(
      engine.name,
      `${(seconds / kept).toFixed(2)}x, ${(lines / seconds / 1e6).toFixed(2)} M lines/s`,
    );
    course.say(`immediate: ${engine.name} ${cells.get(engine.name)}`);
  }
  const race = `the seed, each line at once, through pipes (mawk's batch: ${(lines / kept / 1e6).toFixed(2)} M lines/s)`;
  return [
    { race, target: `<= ${OF_MAWK_BATCH.toFixed(2)}x mawk's batch`, cells, ...verdict(ours, OF_MAWK_BATCH) },
  ];
}

function fastest({ scale }: Course, command: Command, rounds = scale.rounds): number {
  return least(Array.from({ length: rounds }, () => cpuSecondsInPipe(command)));
}

function immediateCommand(engine: Engine): Command {
  const { options = [], program } = engine.immediate ?? {};
  return inPipe(engine, [...engine.command, ...options], program?.(seed.program) ?? seed.program);
}

function inPipe(engine: Engine, start: readonly string[], program: string): Command {
  return { command: [...start, ...(seed.options ?? []), program], env: engine.env };
}

/** All engines side by side: they sleep nearly always. Each as it is, and where that keeps lines back, as asked. */
export async function visibility(course: Course): Promise<Row[]> {
  if (!wanted(course, 'delay')) return [];
  const asIs = await delaysOf(course, (engine) => inPipe(engine, engine.command, seed.program));
  const asked = await delaysOf(course, immediateCommand);
  const target = `p99 <= ${P99_MS} ms or ${OF_BEST_PEER}x the best peer's`;
  return [
    {
      ...delayRow('delay at 10 lines/s, as it is', asIs),
      target,
      ...verdict(p99(asIs, 'ours'), delayLimit(asked)),
    },
    delayRow('the same with fflush() or -W interactive', asked),
  ];
}

type Delays = ReadonlyMap<string, readonly number[]>;

function p99(delays: Delays, engine: string): number | undefined {
  const all = delays.get(engine);
  return all === undefined ? undefined : quantile(all, 0.99);
}

function delayLimit(delays: Delays): number {
  const peers = [...delays.keys()]
    .filter((name) => name !== 'ours')
    .map((name) => p99(delays, name) ?? Infinity);
  const best = least(peers.filter((value) => Number.isFinite(value)));
  return Number.isFinite(best) ? Math.max(P99_MS, OF_BEST_PEER * best) : P99_MS;
}

function delayRow(race: string, delays: Delays): Row {
  return { race, target: '', cells: new Map([...delays].map(([name, all]) => [name, words(all)])) };
}

async function delaysOf(
  { engines, scale, say }: Course,
  commandFor: (engine: Engine) => Command,
): Promise<Delays> {
  const results = await Promise.all(
    engines.map(async (engine): Promise<[string, number[]]> => {
      const all = await measureDelays(commandFor(engine), scale.delayLines);
      say(`delay: ${commandFor(engine).command.join(' ')}: ${words(all)}`);
      return [engine.name, all];
    }),
  );
  return new Map(results);
}

/** Milliseconds from the write of each line to its arrival; infinite for what came only with the end of input. */
async function measureDelays({ command, env }: Command, lines: number): Promise<number[]> {
  const child = spawn('bash', ['--norc', '-c', 'cat | "$@" | cat', 'bash', ...command], {
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const arrivals: number[] = [];
  let rest = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    const whole = (rest + text).split('\n');
    rest = whole.pop() ?? '';
    const now = performance.now();
    arrivals.push(...whole.map(() => now));
  });
  await sleep(START_MS);
  const written: number[] = [];
  for (let line = 0; line < lines; line += 1) {
    written.push(performance.now());
    child.stdin.write(LINE);
    await sleep(GAP_MS);
  }
  const seen = arrivals.length;
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.stdin.end();
  await ended;
  return written.map((at, line) => (line < seen ? (arrivals[line] ?? NaN) - at : Infinity));
}

function words(all: readonly number[]): string {
  const [median, late] = [quantile(all, 0.5), quantile(all, 0.99)];
  if (median === Infinity) return 'nothing before the end';
  return `p50 ${median.toFixed(1)} ms, p99 ${late.toFixed(1)} ms`;
}
