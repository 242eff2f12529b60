import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '@podmate/testkit/eventually';
import { expect, test } from 'vitest';
import { ProcessWatch } from '../src/process-watch.ts';

const sleeper = (): ChildProcess => spawn('sleep', ['60'], { stdio: 'ignore' });

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('tells when the last of the processes has ended, and not before', async () => {
  const [first, last] = [sleeper(), sleeper()];
  let ended = 0;
  const watch = new ProcessWatch([String(first.pid), String(last.pid)], () => ended++);
  watch.start();
  await end(first);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(ended).toBe(0);
  await end(last);
  await eventually(() => expect(ended).toBeGreaterThan(0));
  await watch.drain();
});
