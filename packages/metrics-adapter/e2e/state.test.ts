// The promise that counters go on after a restart, an orderly one or not, and that a broken state file keeps nobody from
// starting.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { sendUdp } from '@podmate/testkit/statsd-sender';
import { expect, test } from 'vitest';
import { type Running, startAdapter } from './running.ts';

async function counts(adapter: Running, packet: string, total: number): Promise<void> {
  await sendUdp([packet], { port: adapter.udpPort });
  await eventually(async () => expect((await adapter.scrape()).value('hits')).toBe(total));
}

test('a restart, a kill and a broken file', async () => {
  await using directory = await temporaryDirectory('state');
  const file = directory.file('state.json');
  const flags = [`--state-file=${file}`, '--state-interval=200ms'];
  {
    await using adapter = await startAdapter(flags);
    await counts(adapter, 'hits:3|c', 3);
    expect(await adapter.end()).toBe(0);
  }
  const killed = await startAdapter(flags);
  const exited = once(killed.process, 'exit');
  expect((await killed.scrape()).value('hits')).toBe(3);
  await counts(killed, 'hits:4|c\nlast:1|c', 7);
  await eventually(() => expect(readFileSync(file, 'utf8')).toContain('"last"'));
  killed.process.kill('SIGKILL');
  await exited;
  {
    await using adapter = await startAdapter(flags);
    await counts(adapter, 'hits:1|c', 8);
    await adapter.end();
  }
  writeFileSync(file, '{"half of a st');
  await using adapter = await startAdapter(flags);
  await counts(adapter, 'hits:1|c', 1);
  expect(existsSync(`${file}.bad`)).toBe(true);
});
