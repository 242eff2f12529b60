// Promises to whoever scrapes JVMs: jmx_exporter's command line and file give its series, one dead target costs only its own,
// a restarted one is read again, a scrape is answered in time whatever a target does, and rules are read again whole.

import { writeFileSync } from 'node:fs';
import { temporaryDirectory } from '@podmate/testkit/files';
import { eventually } from '@podmate/testkit/eventually';
import { sendUdp } from '@podmate/testkit/statsd-sender';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Jvm, freePort, jmxFlags, missingJdk, startTarget } from './jvm.ts';
import { runAdapter, startBare } from './running.ts';
import { standStill } from './standing-still.ts';

const LISTEN = '--web.listen-address=127.0.0.1:0';
/** All beans, by their default names. */
const RAW = '--jmx.preset=none';
const RULES = `
lowercaseOutputName: true
includeObjectNames: ["fixture:*"]
rules:
- pattern: 'fixture<type=Counter, name=(.+)><>Fixed'
  name: jobs_$1
  type: COUNTER
  help: Jobs of $1.
- pattern: 'fixture<type=Slow.*'
`;

describe.skipIf(missingJdk)(`scraping JVMs ${missingJdk ?? ''}`, { timeout: 60_000 }, () => {
  let jvm: Jvm;
  let target: string;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    target = `127.0.0.1:${port}`;
    jvm = await startTarget(['counter a'], jmxFlags(port));
  });
  afterAll(() => jvm.stop());

  test('java -jar jmx_prometheus_standalone.jar, with its file', async () => {
    await using folder = await temporaryDirectory('jmx-standalone');
    writeFileSync(
      folder.file('config.yaml'),
      `hostPort: ${target}\n${RULES}\nhttpServer: {authentication: {basic: {username: prom, password: "\${PW}"}}}\n`,
    );
    const java = ['-Xmx64m', '-jar', '/opt/jmx_prometheus_standalone-1.2.0.jar'];
    const env = { PW: 'secret' };
    await using adapter = await startBare([...java, '127.0.0.1:0', folder.file('config.yaml')], env);
    expect((await adapter.get('/metrics')).status).toBe(401);
    const headers = { authorization: `Basic ${Buffer.from('prom:secret').toString('base64')}` };
    const page = await (await adapter.get('/metrics', { headers })).text();
    expect(page).toContain('# HELP jobs_a_total Jobs of a.\n# TYPE jobs_a_total counter\njobs_a_total 7\n');
    expect(page).toContain('\njmx_scrape_error 0\n');
    expect(adapter.log()).not.toContain('msg=listening');
  });

  test('two targets, one of them dead; and StatsD beside them', async () => {
    const dead = `127.0.0.1:${await freePort()}`;
    const statsd = '--statsd.listen-udp=127.0.0.1:0';
    const targets = [`--jmx.target=${target}`, `--jmx.target=${dead}`];
    await using adapter = await startBare([LISTEN, RAW, ...targets, statsd, '--statsd.listen-tcp=']);
    await sendUdp(['hits:3|c'], { port: adapter.udpPort });
    await eventually(async () => expect((await adapter.scrape()).value('hits')).toBe(3));
    const page = await adapter.scrape();
    expect(page.value('fixture_Counter_Fixed', { name: 'a', target })).toBe(7);
    expect(page.value('jmx_scrape_error', { target })).toBe(0);
    expect(page.value('jmx_scrape_error', { target: dead })).toBe(1);
    expect(adapter.log()).toContain('ECONNREFUSED');
  });

  test('rules are read again, whole or not at all', async () => {
    await using folder = await temporaryDirectory('jmx-reload');
    const file = folder.file('rules.yaml');
    writeFileSync(file, RULES);
    const flags = [LISTEN, `--jmx.target=${target}`, `--jmx.config=${file}`, '--web.enable-lifecycle'];
    await using adapter = await startBare(flags);
    expect((await adapter.scrape()).value('jobs_a_total')).toBe(7);
    writeFileSync(file, RULES.replace('jobs_', 'tasks_'));
    await eventually(async () => expect((await adapter.scrape()).value('tasks_a_total')).toBe(7));
    expect((await adapter.scrape()).value('jobs_a_total')).toBeUndefined();
    writeFileSync(file, 'rules:\n- {pattern: "(", name: x}\n');
    const answer = await adapter.get('/-/reload', { method: 'POST' });
    expect([answer.status, await answer.text()]).toEqual([
      500,
      expect.stringContaining('rules.yaml:2: pattern'),
    ]);
    expect((await adapter.scrape()).value('tasks_a_total')).toBe(7);
    expect((await adapter.scrape()).value('jmx_config_reload_failure_total')).toBeGreaterThan(0);
  });

  test('whoever scrapes while a poll is under way gets its result', async () => {
    await jvm.command('slow lazy 300');
    await using adapter = await startBare([LISTEN, RAW, `--jmx.target=${target}`]);
    const pages = await Promise.all([adapter.scrape(), adapter.scrape()]);
    expect(pages.map((page) => page.value('metrics_adapter_jmx_polls_total'))).toEqual([1, 1]);
    expect(pages.map((page) => page.value('fixture_Counter_Fixed', { name: 'a' }))).toEqual([7, 7]);
    await jvm.command('gone fixture:type=Slow,name=lazy');
  });

  test('in the background, with --jmx.interval', async () => {
    await using adapter = await startBare([LISTEN, RAW, `--jmx.target=${target}`, '--jmx.interval=50ms']);
    await eventually(async () => {
      const page = await adapter.scrape();
      expect(page.value('metrics_adapter_jmx_polls_total')).toBeGreaterThan(2);
      expect(page.value('fixture_Counter_Fixed', { name: 'a' })).toBe(7);
    });
  });

  test('a target that stands still costs the time that Prometheus gives; then it is read again', async () => {
    await using adapter = await startBare([LISTEN, RAW, `--jmx.target=${target}`]);
    expect((await adapter.scrape()).value('jmx_scrape_error')).toBe(0);
    await standStill(jvm);
    const began = performance.now();
    const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': '1.5' };
    const page = await (await adapter.get('/metrics', { headers })).text().finally(() => jvm.kill('SIGCONT'));
    expect(performance.now() - began).toBeLessThan(1500);
    expect(page).toContain('\njmx_scrape_error 1\n');
    expect(page).not.toContain('fixture_Counter');
    await eventually(async () =>
      expect((await adapter.scrape()).value('fixture_Counter_Fixed', { name: 'a' })).toBe(7),
    );
  });

  test('a target that was restarted; SIGTERM', async () => {
    await using adapter = await startBare([
      LISTEN,
      RAW,
      `--jmx.target=service:jmx:rmi:///jndi/rmi://${target}/jmxrmi`,
    ]);
    expect((await adapter.scrape()).value('fixture_Counter_Fixed', { name: 'a' })).toBe(7);
    await jvm.stop();
    const without = await adapter.scrape();
    expect(without.value('jmx_scrape_error')).toBe(1);
    expect(without.value('fixture_Counter_Fixed', { name: 'a' })).toBeUndefined();
    jvm = await startTarget(['counter b'], jmxFlags(port));
    const again = await adapter.scrape();
    expect(again.value('fixture_Counter_Fixed', { name: 'b' })).toBe(7);
    expect(again.value('jmx_scrape_error')).toBe(0);
    expect(await (await adapter.get('/-/healthy')).text()).toBe('Metrics Adapter is Healthy.\n');
    expect(await adapter.end()).toBe(0);
  });

  test('--check says what is wrong, and where', async () => {
    await using folder = await temporaryDirectory('jmx-check');
    writeFileSync(folder.file('a.yaml'), 'rules:\n- {pattern: "a(", name: x}\nhostPort: 1:2:3\n');
    const { code, stderr } = await runAdapter([
      '--check',
      `--jmx.config=${folder.file('a.yaml')}`,
      '--jmx.target=nowhere',
    ]);
    expect(code).toBe(64);
    expect(stderr).toMatch(/a\.yaml:2: pattern: /);
    expect(stderr).toMatch(/a\.yaml:3: 1:2:3 is not host:port/);
    expect(stderr).toMatch(/--jmx.target nowhere: not a target: not host:port, service:jmx:rmi/);
    const java = await runAdapter(['-cp', 'app.jar', 'Main']);
    expect([java.code, java.stderr]).toEqual([64, expect.stringContaining('there is no Java here')]);
  });
});
