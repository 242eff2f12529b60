// What the race measures with: CPU and memory of a process from /proc, and the sender, a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const TICKS_PER_SECOND = 100;
const LOAD = join(import.meta.dirname, 'load.ts');

export type Load = {
  readonly rate: number;
  readonly seconds: number;
  readonly lines: number;
  readonly series: number;
  readonly kind: 'tagged' | 'plain' | 'timer';
};

export type Figure = { readonly cpuMicrosPerLine: number; readonly lossPercent: number };

/** User and system, all threads. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function rssMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** @returns packets sent */
export async function send(port: number, { rate, seconds, lines, series, kind }: Load): Promise<number> {
  const child = spawn(process.execPath, [LOAD, ...[port, rate, seconds, lines, series].map(String), kind], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await once(child, 'close');
  return Number(out);
}

export function figure(cpu: number, sent: number, got: number, { lines }: Load): Figure {
  return {
    cpuMicrosPerLine: (cpu * 1e6) / (got * lines),
    lossPercent: Math.max(0, (100 * (sent - got)) / sent),
  };
}
