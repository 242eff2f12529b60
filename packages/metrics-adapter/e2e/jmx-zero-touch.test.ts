// Promise: a JVM without any JMX flag is read all the same, is never harmed by the attempt, and what was done and
// why is said.

import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { attach, startLocalAgent } from '../src/attach/attach.ts';
import { autoTarget } from '../src/jmx/auto-target.ts';
import { javaProcess } from '../src/attach/java-process.ts';
import { readPerfCounters } from '../src/hsperfdata/perf-file.ts';
import { freePort, jmxFlags, missingJdk, startTarget } from './jvm.ts';
import { startAdapter } from './running.ts';
import { scraper } from './scraping.ts';
import { standStill } from './standing-still.ts';

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
    expect(await autoTarget({ signal, which: open.pid })).toMatchObject({
      tier: 'port',
      refused: [],
      session: { port },
    });
    await using plain = await startTarget(['counter a']);
    const attached = await autoTarget({ signal, which: plain.pid });
    expect(attached).toMatchObject({ tier: 'attach', refused: [expect.stringContaining('started without')] });
    await using closed = await startTarget([], DEAF);
    const silent = await autoTarget({ signal, which: closed.pid });
    expect(silent).toMatchObject({
      tier: 'hsperfdata',
      refused: [expect.anything(), expect.stringContaining('SIGQUIT')],
    });
    await using dark = await startTarget([], [...DEAF, '-XX:-UsePerfData']);
    await expect(autoTarget({ signal, which: dark.pid })).rejects.toThrow(
      /no way to process .*SIGQUIT.*hsperfdata/,
    );
  });

  test('several JVMs are told apart by name, and the tools of the JDK are none', async () => {
    await using folder = await temporaryDirectory('jmx-proc');
    await using one = await startTarget([]);
    await using two = await startTarget([], [], javaCalled('shop', folder));
    await using tool = await startTarget([], [], javaCalled('jcmd', folder));
    const proc = folder.file('proc');
    mkdirSync(proc);
    for (const { pid } of [one, two, tool]) symlinkSync(`/proc/${pid}`, join(proc, String(pid)));
    const options = { signal, proc, countersOnly: true };
    await expect(autoTarget(options)).rejects.toThrow(
      `several JVMs (${one.pid} Target, ${two.pid} shop): name one, auto:Target or pid:${one.pid}`,
    );
    expect((await autoTarget({ ...options, which: 'shop' })).jvm.pid).toBe(two.pid);
    await expect(autoTarget({ ...options, which: 'nobody' })).rejects.toThrow('no JVM is called nobody');
    unlinkSync(join(proc, String(one.pid)));
    expect((await autoTarget(options)).jvm.pid).toBe(two.pid);
  });
});

/** The JVM under another name. */
function javaCalled(name: string, folder: { file(name: string): string }): string {
  const java = execFileSync('which', ['java'], { encoding: 'utf8' }).trim();
  symlinkSync(java, folder.file(name));
  return folder.file(name);
}

describe.skipIf(missingJdk)('--jmx.target=auto', () => {
  test('a JVM that comes, goes, stands still and comes again', async () => {
    await using folder = await temporaryDirectory('jmx-auto');
    const name = `shop-${process.pid}`;
    const java = javaCalled(name, folder);
    await using adapter = await startAdapter([`--jmx.target=auto:${name}`]);
    expect((await adapter.scrape()).value('jmx_scrape_error')).toBe(1);

    const first = await startTarget([], [], java);
    onTestFinished(() => first.stop());
    const page = await adapter.scrape();
    expect(page.value('jmx_scrape_error')).toBe(0);
    expect(page.value('jvm_memory_max_bytes', { area: 'heap' })).toBe(259_522_560);
    expect(page.value('jvm_gc_collection_seconds_count', { gc: 'Copy' })).toBeGreaterThanOrEqual(0);

    await standStill(first);
    const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': '1.5' };
    const still = await (await adapter.get('/metrics', { headers })).text();
    expect(still).toContain('\njmx_scrape_error 1\n');
    expect(still).not.toContain('\njvm_'); // its counters are no excuse
    first.kill('SIGCONT');
    await eventually(async () => expect((await adapter.scrape()).value('jmx_scrape_error')).toBe(0));

    await first.stop();
    expect((await adapter.scrape()).value('jmx_scrape_error')).toBe(1);
    await using second = await startTarget([], [], java);
    expect((await adapter.scrape()).value('jvm_threads_current')).toBeGreaterThan(1);
    expect(first.output.join()).not.toContain('thread dump');
    const found = adapter.log().match(/msg="JVM found".*/g);
    expect(found?.length).toBe(2);
    expect(found?.[1]).toContain(`pid=${second.pid} main=${name} way=attach insteadOf="port: it was started`);
  });

  test('counters have the names and the numbers of the beans', async () => {
    await using jvm = await startTarget([], DEAF);
    await using port = await startTarget([], jmxFlags(await freePort()));
    const [silent, seen, bean] = [`pid:${jvm.pid}`, `hsperfdata:${port.pid}`, `pid:${port.pid}`];
    await using adapter = await startAdapter([silent, seen, bean].map((one) => `--jmx.target=${one}`));
    const page = await adapter.scrape();
    expect(page.value('jvm_threads_current', { target: silent })).toBeGreaterThan(1);
    expect(adapter.log()).toMatch(/way=hsperfdata .*does not catch SIGQUIT/);
    expect(adapter.log()).toMatch(/way=port\n/);
    await jvm.command('counter still-alive');

    const own = /^jvm_(?:safepoint|application)/;
    const values = page.samples.filter(({ name, labels }) => labels['target'] === seen && !own.test(name));
    const counted = values.filter(({ name }) => name.startsWith('jvm_'));
    expect(counted.length).toBeGreaterThan(20);
    for (const { name, labels, value } of counted) {
      const same = page.value(name, { ...labels, target: bean }) ?? NaN;
      // They were read one after the other, and sizes are noted at collections.
      const near = Math.max(40, 0.5 * Math.max(value, same));
      expect.soft(Math.abs(value - same), `${name} ${value} ${same}`).toBeLessThan(near);
    }
    const fixed = (target: string) => [
      page.value('jvm_memory_max_bytes', { area: 'heap', target }),
      page.value('jvm_process_start_time_seconds', { target }),
    ];
    expect(fixed(seen)).toEqual(fixed(bean));
  });
});
