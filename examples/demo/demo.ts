// `npm run demo [-- --seconds N]`: a pod on this machine, without any container: an awkward application, its sidecars,
// and the proof that the sidecars keep their promises. Runs until Ctrl-C or for N seconds.
// Enter makes something go wrong; where the seconds are given, it is pressed once, halfway through.
// Exit code 0 only if every half's verdict is good; 130 after a second Ctrl-C.

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startDateHalf } from './date-half.ts';
import type { Half } from './half.ts';
import { startHttpHalf } from './http-half.ts';
import { startJvmHalf } from './jvm-half.ts';
import { startLogHalf } from './log-half.ts';
import { startMetricsHalf } from './metrics-half.ts';
import { startRedisHalf } from './redis-half.ts';
import { announce, paint } from './screen.ts';

const SUMMARY_EVERY_S = 5;

/** A Ctrl-C reaches us several times at once, from the terminal, from npm and from its parent: within this it is one. */
const SAME_KEY_PRESS_MS = 1000;

/** Seconds to run; undefined: until Ctrl-C. Throws on a bad command line. */
function secondsToRun(): number | undefined {
  const { seconds } = parseArgs({ options: { seconds: { type: 'string' } } }).values;
  if (seconds === undefined) return undefined;
  if (/^[1-9]\d*$/.test(seconds)) return Number(seconds);
  throw new Error(`--seconds ${seconds}: must be a whole number above 0`);
}

/** The signal to end; a second one, after the first key press is over, kills what is left. */
function endOnSignal(halves: readonly Half[]): AbortSignal {
  const ending = new AbortController();
  let firstAt = Infinity;
  const onSignal = (): void => {
    firstAt = Math.min(firstAt, performance.now());
    if (performance.now() - firstAt > SAME_KEY_PRESS_MS) {
      for (const half of halves) half.abort();
      process.exit(130);
    }
    ending.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return ending.signal;
}

async function watch(halves: readonly Half[], seconds: number | undefined, end: AbortSignal): Promise<void> {
  const press = (): void => halves.forEach((half) => half.onKey?.());
  if (process.stdin.isTTY) process.stdin.on('data', press).unref();
  for (let second = 1; second <= (seconds ?? Infinity) && !end.aborted; second += 1) {
    await sleep(1000, undefined, { signal: end }).catch(() => {});
    if (seconds !== undefined && second === seconds >> 1) press();
    for (const half of halves) half.eachSecond();
    if (second % SUMMARY_EVERY_S === 0) for (const half of halves) announce(half.summary());
  }
}

async function judge(halves: readonly Half[]): Promise<boolean> {
  announce('ending: first the applications, then their sidecars, as a pod does ...');
  let ok = true;
  for (const half of halves) {
    const verdict = await half.end();
    for (const line of verdict.lines) announce(paint(verdict.ok ? 'green' : 'red', line));
    ok &&= verdict.ok;
  }
  return ok;
}

async function main(seconds: number | undefined): Promise<boolean> {
  const started = [
    await startLogHalf(),
    await startDateHalf(),
    await startRedisHalf(),
    await startMetricsHalf(),
    await startJvmHalf(),
    await startHttpHalf(),
  ];
  const halves = started.filter((half) => half !== undefined);
  await watch(halves, seconds, endOnSignal(halves));
  return judge(halves);
}

try {
  process.exitCode = (await main(secondsToRun())) ? 0 : 1;
} catch (error) {
  announce(paint('red', error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
}
