// Promise: whatever goes wrong with a target, a connection or a bean, the next scrape is right; a bad bean costs
// only its own values.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { eventually } from '@podmate/testkit/eventually';
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { cutProxy } from './cut-proxy.ts';
import { freePort, jmxFlags, missingJdk, startTarget } from './jvm.ts';
import { type Scrape, scraper } from './scraping.ts';

const FIXTURES = 'includeObjectNames: ["fixture:*"]';
const reasons = ({ failures }: Scrape): string[] =>
  failures.map((one) => `${one.bean} ${one.attribute ?? ''} ${one.reason}`);

describe.skipIf(missingJdk)('faults', () => {
  test('numbers come by shape, text and new beans by objects', async () => {
    const port = await freePort();
    await using jvm = await startTarget(['counter a', 'text t first'], jmxFlags(port));
    await using target = scraper(
      { port },
      `${FIXTURES}\nrules:\n- pattern: 'fixture<type=(\\w+), name=(\\w+)><>State: (\\w+)'\n  name: state\n  value: 1\n  labels: {state: $3}\n- pattern: '.*'`,
    );
    expect((await target.scrape()).report.recognized).toBe(0);
    const second = await target.scrape();
    expect(second.report).toMatchObject({ beans: 2, recognized: 2 });
    const third = await target.scrape();
    expect(third.samples.get('fixture_Counter_Value{name="a"}')).toBe(
      (second.samples.get('fixture_Counter_Value{name="a"}') ?? 0) + 1,
    );
    expect(third.samples.get('state{state="first"}')).toBe(1);
    await jvm.command('text t second');
    const changed = await target.scrape();
    expect(changed.samples.get('state{state="second"}')).toBe(1);
    expect(changed.samples.has('state{state="first"}')).toBe(false);
    await jvm.command('counter b');
    expect((await target.scrape()).samples.get('fixture_Counter_Fixed{name="b"}')).toBe(7);
    await jvm.command('gone fixture:type=Counter,name=b');
    const after = await target.scrape();
    expect(after.samples.has('fixture_Counter_Fixed{name="b"}')).toBe(false);
    expect(after.failures).toEqual([]);
  });

  test('unserializable attributes are learned and not asked for again', async () => {
    const port = await freePort();
    await using jvm = await startTarget(
      ['unserializable u', 'unserializable v', 'counter a', 'failing f'],
      jmxFlags(port),
    );
    await using target = scraper({ port: jvm.port }, FIXTURES);
    const first = await target.scrape();
    expect(reasons(first).toSorted()).toEqual([
      'fixture:type=Unserializable,name=u External unserializable',
      'fixture:type=Unserializable,name=u Thread unserializable',
      'fixture:type=Unserializable,name=v External unserializable',
      'fixture:type=Unserializable,name=v Thread unserializable',
    ]);
    for (const scrape of [first, await target.scrape()]) {
      expect(scrape.samples.get('fixture_Unserializable_After{name="u"}')).toBe(3);
      expect(scrape.samples.get('fixture_Unserializable_Before{name="v"}')).toBe(1);
      expect(scrape.samples.has('fixture_Counter_Value{name="a"}')).toBe(true);
      expect(scrape.samples.get('fixture_Failing_Good{name="f"}')).toBe(1);
    }
    expect((await target.scrape()).failures).toEqual([]);
  });

  test('a bean whose description cannot be serialized costs itself', async () => {
    const port = await freePort();
    await using jvm = await startTarget(['counter a', 'bad-info', 'counter z'], jmxFlags(port));
    await using target = scraper({ port: jvm.port }, FIXTURES);
    const first = await target.scrape();
    expect(reasons(first)).toEqual(['fixture:type=BadInfo  unserializable']);
    expect([...first.samples.keys()].filter((name) => name.includes('Fixed'))).toHaveLength(2);
  });

  test('a slow bean does not delay the others, and is late itself only', async () => {
    const port = await freePort();
    await using jvm = await startTarget(['counter a', 'slow s 5000', 'meters 200'], jmxFlags(port));
    await using target = scraper({ port: jvm.port, stallMs: 200 }, '');
    const first = await target.scrape();
    expect(first.samples.get('fixture_Slow_Value{name="s"}')).toBe(1);
    const hurried = await target.scrape(2500);
    expect(reasons(hurried)).toEqual(['fixture:type=Slow,name=s  timeout']);
    expect(hurried.samples.has('fixture_Counter_Value{name="a"}')).toBe(true);
    expect([...hurried.samples.keys()].filter((name) => name.includes('OneMinuteRate'))).toHaveLength(200);
    await eventually(async () =>
      expect((await target.scrape(10_000)).samples.get('fixture_Slow_Value{name="s"}')).toBe(1),
    );
  });

  test('a target that was restarted', async () => {
    const port = await freePort();
    const first = await startTarget(['counter a'], jmxFlags(port));
    await using target = scraper({ port }, FIXTURES);
    await target.scrape();
    await first.stop();
    await expect(target.scrape()).rejects.toThrow(/ECONNREFUSED|closed/);
    await using second = await startTarget(['counter b'], jmxFlags(port));
    expect(second.pid).not.toBe(first.pid);
    const after = await target.scrape();
    expect([...after.samples.keys()]).toEqual([
      'fixture_Counter_Value{name="b"}',
      'fixture_Counter_Fixed{name="b"}',
    ]);
  });

  test('connections cut between scrapes and in the middle of one', async () => {
    const port = await freePort();
    await using jvm = await startTarget(['meters 300'], jmxFlags(port));
    await using proxy = await cutProxy(jvm.port);
    await using target = scraper(
      { port: proxy.port, connectorPort: proxy.port },
      'includeObjectNames: ["kafka.server:*"]',
    );
    const { size } = (await target.scrape()).samples;
    expect(size).toBe(1500);
    proxy.cut();
    const again = await target.scrape();
    expect([again.samples.size, again.failures]).toEqual([size, []]);
    proxy.answerBytes = 90_000; // the names fit, the attributes do not
    proxy.cut();
    const through = await target.scrape();
    proxy.answerBytes = Infinity;
    expect(through.samples.size).toBeGreaterThan(0);
    const whole = await target.scrape();
    expect([whole.samples.size, whole.failures]).toEqual([size, []]);
  });

  test('a session that the target has forgotten', async () => {
    const port = await freePort();
    await using jvm = await startTarget(['counter a', `connector ${port} 1000`]);
    expect(jvm.port).toBe(0); // no agent of the JDK's
    await using target = scraper({ port }, FIXTURES);
    await target.scrape();
    const lane = await target.session.lane('main');
    await eventually(async () => {
      // The target's timer has fired when the old session is refused; asking for it does not renew a session.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(lane.ended).toBe(false);
    });
    const { generation } = target.session;
    const scrape = await target.scrape();
    expect(scrape.failures).toEqual([]);
    expect(scrape.samples.has('fixture_Counter_Value{name="a"}')).toBe(true);
    expect(target.session.generation).toBe(generation); // from the cached stub
  });

  test('a target that stops answering, and goes on', async () => {
    const port = await freePort();
    await using jvm = await startTarget(['counter a'], jmxFlags(port));
    await using target = scraper({ port, callTimeoutMs: 500, connectTimeoutMs: 500 }, FIXTURES);
    await target.scrape();
    jvm.kill('SIGSTOP');
    // Beans whose names were known are reported one by one; without the names the scrape as a whole fails.
    const got = await target.scrape(1000).then(
      ({ samples }) => samples.size,
      (error: unknown) => String(error),
    );
    expect(got === 0 || /within|answer|closed/.test(String(got))).toBe(true);
    jvm.kill('SIGCONT');
    expect((await target.scrape()).samples.get('fixture_Counter_Fixed{name="a"}')).toBe(7);
  });

  test('attributes as labels, extra metrics, and rules that depend on the value', async () => {
    const port = await freePort();
    await using jvm = await startTarget(['values', 'text t up', 'counter a'], jmxFlags(port));
    const yaml = `
metricCustomizers:
- mbeanFilter: {domain: fixture, properties: {type: Text}}
  attributesAsLabels: [State]
  extraMetrics: [{name: present, value: true}]
- mbeanFilter: {domain: fixture, properties: {type: Counter}}
  attributesAsLabels: [Fixed]
includeObjectNames: ["fixture:type=Text,*", "fixture:type=Counter,*"]
rules:
- {pattern: 'Fixed: (.+)', name: fixed, labels: {seen: $1}}
- pattern: '.*'`;
    await using target = scraper({ port: jvm.port }, yaml);
    for (let round = 0; round < 3; round++) {
      const { samples } = await target.scrape();
      expect([...samples.keys()].toSorted()).toEqual([
        'fixed{Fixed="7",seen="7"}',
        'fixture_Counter_Value{Fixed="7",name="a"}',
        'fixture_Text_present{State="up",name="t"}',
      ]);
    }
  });

  test('two scrapes at once: the second is refused, the first is whole', async () => {
    const port = await freePort();
    await using jvm = await startTarget(['counter a'], jmxFlags(port));
    await using target = scraper({ port: jvm.port }, FIXTURES);
    const [first, second] = await Promise.allSettled([target.scrape(), target.scrape()]);
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected']);
    expect((await target.scrape()).samples.size).toBe(2);
  });

  test('servers that speak nonsense, or nothing', async () => {
    const seed = freshSeed();
    const random = new SeededRandom(seed);
    for (let round = 0; round < 30; round++) {
      const noise = Buffer.from(Array.from({ length: random.integer(0, 300) }, () => random.bits() & 0xff));
      const hello = random.chance(0.8)
        ? Buffer.from('4e00000000000151aced0005770f01', 'hex')
        : Buffer.alloc(0);
      const server = createServer((socket) => {
        socket.on('error', () => {}).end(Buffer.concat([hello, noise]));
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const address = server.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      const target = scraper({ port, callTimeoutMs: 500 });
      const ended = await target.scrape(1000).then(
        () => 'read',
        (error: unknown) => (error instanceof Error ? 'refused' : 'no error'),
      );
      expect({ seed, round, ended }).toMatchObject({ ended: 'refused' });
      server.close();
    }
  });

  test('no JMX at that port', async () => {
    const port = await freePort();
    await using target = scraper({ port });
    await expect(target.scrape()).rejects.toThrow('ECONNREFUSED');
  });
});
