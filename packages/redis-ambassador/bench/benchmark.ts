// One run of redis-benchmark with 100-byte values, and what it cost the proxy and the servers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { findCommand } from '@podmate/testkit/debian';
import type { Contestant } from './contestants.ts';
import { cpuSeconds } from './process-account.ts';

export type Load = { readonly command: 'SET' | 'GET'; readonly pipeline: number; readonly requests: number };
/** CPU microseconds per request; the 99th percentile in milliseconds as the client saw it. */
export type Cost = {
  readonly proxy: number;
  readonly servers: number;
  readonly perSecond: number;
  readonly p99: number;
};

export const loadName = ({ command, pipeline }: Load): string => `${command}, pipeline ${pipeline}`;

export async function benchmark(
  { port, pid }: Contestant,
  servers: readonly number[],
  { command, pipeline, requests }: Load,
): Promise<Cost> {
  const spent = (): [number, number] => [
    pid === undefined ? 0 : cpuSeconds(pid),
    servers.reduce((sum, each) => sum + cpuSeconds(each), 0),
  ];
  const words =
    command === 'SET' ? ['SET', 'key:__rand_int__', 'x'.repeat(100)] : ['GET', 'key:__rand_int__'];
  const shape = ['-c', '50', '-P', String(pipeline), '-r', '100000', '-n', String(requests), '--csv'];
  const before = spent();
  const child = spawn(findCommand('redis-benchmark') ?? '', ['-p', String(port), ...shape, ...words], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [csv, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const after = spent();
  if (code !== 0) throw new Error(`redis-benchmark failed with ${String(code)}`);
  const [, rps, , , , , p99] = (csv.trim().split('\n').at(-1) ?? '')
    .split(',')
    .map((cell) => cell.replaceAll('"', ''));
  const per = (index: 0 | 1): number => ((after[index] - before[index]) / requests) * 1e6;
  return { proxy: per(0), servers: per(1), perSecond: Number(rps), p99: Number(p99) };
}
