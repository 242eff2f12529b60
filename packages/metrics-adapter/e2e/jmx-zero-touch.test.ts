// Promise: a JVM without any JMX flag is read all the same, is never harmed by the attempt, and what was done and
// why is said.

import { describe, expect, test } from 'vitest';
import { attach, startLocalAgent } from '../src/attach/attach.ts';
import { autoTarget } from '../src/jmx/auto-target.ts';
import { javaProcess } from '../src/attach/java-process.ts';
import { readPerfCounters } from '../src/hsperfdata/perf-file.ts';
import { freePort, jmxFlags, missingJdk, startTarget } from './jvm.ts';
import { scraper } from './scraping.ts';

const signal = (pid: number, name: 'SIGQUIT'): void => void process.kill(pid, name);
/** Catches no SIGQUIT, and opens no attach socket by itself. */
const DEAF = ['-Xrs', '-XX:+DisableAttachMechanism'];
const FIXTURES = 'includeObjectNames: ["fixture:*"]';

describe.skipIf(missingJdk)('zero touch', () => {
  test('attach starts the agent of a JVM without flags', async () => {
    await using jvm = await startTarget(['counter a']);
    const stub = await startLocalAgent(await attach(jvm.pid, { signal }));
    await using target = scraper({ port: 0, stub }, FIXTURES);
    expect((await target.scrape()).samples.get('fixture_Counter_Fixed{name="a"}')).toBe(7);
    await startLocalAgent(await attach(jvm.pid, { signal })); // a second time: nothing new, nothing broken
    expect(jvm.output.join('\n')).not.toContain('Full thread dump');
  });

  test('a JVM that would die of SIGQUIT is not sent one', async () => {
    await using jvm = await startTarget([], DEAF);
    let sent = 0;
    await expect(attach(jvm.pid, { signal: () => sent++ })).rejects.toThrow('does not catch SIGQUIT');
    expect(sent).toBe(0);
    await jvm.command('counter still-alive');
  });

  test('with -Xrs alone the socket is there from the start, and no signal is needed', async () => {
    await using jvm = await startTarget(['counter a'], ['-Xrs']);
    const attached = await attach(jvm.pid, { signal: () => expect.unreachable() });
    expect(await attached.command('properties')).toContain('java.version');
    await expect(attached.command('nonsense')).rejects.toThrow('nonsense: the JVM answers');
  });

  test('what is no JVM is refused', async () => {
    await expect(attach(process.pid, { signal: () => expect.unreachable() })).rejects.toThrow(
      'no HotSpot JVM',
    );
  });

  test('hsperfdata gives the counters without contact', async () => {
    await using jvm = await startTarget(['counter a']);
    const counters = new Map(
      (await readPerfCounters(await javaProcess(jvm.pid))).map((one) => [one.name, one]),
    );
    expect(counters.get('java.threads.live')?.value).toBeGreaterThan(1);
    expect(counters.get('sun.gc.generation.0.space.0.maxCapacity')).toMatchObject({ unit: 'bytes' });
    expect(counters.get('java.property.java.version')?.value).toMatch(/^\d/);
    expect(counters.get('java.cls.loadedClasses')).toMatchObject({ monotonic: true, unit: 'events' });
  });

  test('auto takes the best way that works, and says why', async () => {
    const port = await freePort();
    await using open = await startTarget(['counter a'], jmxFlags(port));
    expect(await autoTarget({ signal, pid: open.pid })).toMatchObject({
      tier: 'port',
      refused: [],
      session: { port },
    });
    await using plain = await startTarget(['counter a']);
    const attached = await autoTarget({ signal, pid: plain.pid });
    expect(attached).toMatchObject({ tier: 'attach', refused: [expect.stringContaining('started without')] });
    await using closed = await startTarget([], DEAF);
    const silent = await autoTarget({ signal, pid: closed.pid });
    expect(silent).toMatchObject({
      tier: 'hsperfdata',
      refused: [expect.anything(), expect.stringContaining('SIGQUIT')],
    });
    await using dark = await startTarget([], [...DEAF, '-XX:-UsePerfData']);
    await expect(autoTarget({ signal, pid: dark.pid })).rejects.toThrow(
      /no way to process .*SIGQUIT.*hsperfdata/,
    );
    await expect(autoTarget({ signal })).rejects.toThrow('several JVMs');
  });
});
