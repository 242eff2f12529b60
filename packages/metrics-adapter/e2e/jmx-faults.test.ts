// Promise: whatever goes wrong with a target, a connection or a bean, the next scrape is right; a bad bean costs
// only its own values.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '@podmate/testkit/eventually';
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { cutProxy } from './cut-proxy.ts';
import { freePort, jmxFlags, type Jvm, missingJdk, startTarget } from './jvm.ts';
import { type Scrape, scraper } from './scraping.ts';
import { standStill } from './standing-still.ts';

/** A file that reads these beans only: the tests share one JVM, and each has beans of its own in it. */
const only = (...names: string[]): string => `includeObjectNames: ${JSON.stringify(names)}`;
const reasons = ({ failures }: Scrape): string[] =>
  failures.map((one) => `${one.bean} ${one.attribute ?? ''} ${one.reason}`);

describe.skipIf(missingJdk)('faults', () => {
  let port: number;
  let jvm: Jvm;

  beforeAll(async () => {
    port = await freePort();
    jvm = await startTarget([], jmxFlags(port));
  });
  afterAll(() => jvm.stop());

  test('numbers come by shape, text and new beans by objects', async () => {
    await jvm.command('counter first');
    await jvm.command('text seen up');
    await using target = scraper(
      { port },
      `${only('fixture:type=Counter,*', 'fixture:name=seen,*')}\nrules:\n- pattern: 'fixture<type=(\\w+), name=(\\w+)><>State: (\\w+)'\n  name: state\n  value: 1\n  labels: {state: $3}\n- pattern: '.*'`,
    );
    expect((await target.scrape()).report.recognized).toBe(0);
    const second = await target.scrape();
    expect(second.report).toMatchObject({ beans: 2, recognized: 2 });
    const third = await target.scrape();
    expect(third.samples.get('fixture_Counter_Value{name="first"}')).toBe(
      (second.samples.get('fixture_Counter_Value{name="first"}') ?? 0) + 1,
    );
    expect(third.samples.get('state{state="up"}')).toBe(1);
    await jvm.command('text seen down');
    const changed = await target.scrape();
    expect(changed.samples.get('state{state="down"}')).toBe(1);
    expect(changed.samples.has('state{state="up"}')).toBe(false);
    await jvm.command('counter late');
    expect((await target.scrape()).samples.get('fixture_Counter_Fixed{name="late"}')).toBe(7);
    await jvm.command('gone fixture:type=Counter,name=late');
    const after = await target.scrape();
    expect(after.samples.has('fixture_Counter_Fixed{name="late"}')).toBe(false);
    expect(after.failures).toEqual([]);
  });

  test('a rule sees each digit of a long in every poll, and others cost no more for it', async () => {
    await jvm.command('values');
    await jvm.command('counter plain');
    await using target = scraper(
      { port },
      `${only('fixture:type=Values', 'fixture:name=plain,*')}
includeObjectNameAttributes: {'fixture:type=Values': [HugeLong, Long]}
rules:
- {pattern: '>(Long|HugeLong): (\\d+)', name: seen, value: 1, labels: {name: $1, text: $2}}
- pattern: '.*'`,
    );
    for (let poll = 0; poll < 4; poll++) {
      const { samples, report } = await target.scrape();
      expect(samples.get('seen{name="HugeLong",text="9223372036854775807"}'), `poll ${poll}`).toBe(1);
      expect(samples.get('seen{name="Long",text="1234567890123"}')).toBe(1);
      expect([...samples.keys()].filter((one) => one.startsWith('seen'))).toHaveLength(2);
      expect(report.recognized).toBe(poll === 0 ? 0 : 1);
    }
  });

  test('unserializable attributes are learned and not asked for again', async () => {
    for (const line of ['unserializable u', 'unserializable v', 'counter beside', 'failing f'])
      await jvm.command(line);
    await using target = scraper(
      { port },
      only('fixture:type=Unserializable,*', 'fixture:type=Counter,name=beside', 'fixture:type=Failing,*'),
    );
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
      expect(scrape.samples.has('fixture_Counter_Value{name="beside"}')).toBe(true);
      expect(scrape.samples.get('fixture_Failing_Good{name="f"}')).toBe(1);
    }
    expect((await target.scrape()).failures).toEqual([]);
  });

  test('a bean whose description cannot be serialized costs itself', async () => {
    for (const line of ['counter before', 'bad-info', 'counter behind']) await jvm.command(line);
    await using target = scraper(
      { port },
      only('fixture:name=before,*', 'fixture:type=BadInfo', 'fixture:name=behind,*'),
    );
    const first = await target.scrape();
    expect(reasons(first)).toEqual(['fixture:type=BadInfo  unserializable']);
    expect([...first.samples.keys()].filter((name) => name.includes('Fixed'))).toHaveLength(2);
  });

  test('a slow bean does not delay the others, and is late itself only', async () => {
    for (const line of ['counter quick', 'slow s 1200', 'meters 300']) await jvm.command(line);
    await using target = scraper(
      { port, stallMs: 200 },
      only('fixture:name=quick,*', 'fixture:type=Slow,*', 'kafka.server:*'),
    );
    const first = await target.scrape();
    expect(first.samples.get('fixture_Slow_Value{name="s"}')).toBe(1);
    await eventually(async () => {
      const hurried = await target.scrape(700); // where the machine itself stands still, an innocent bean is late, too
      expect(reasons(hurried)).toEqual(['fixture:type=Slow,name=s  timeout']);
      expect(hurried.samples.has('fixture_Counter_Value{name="quick"}')).toBe(true);
      expect([...hurried.samples.keys()].filter((name) => name.includes('OneMinuteRate'))).toHaveLength(300);
    });
    await eventually(async () =>
      expect((await target.scrape(10_000)).samples.get('fixture_Slow_Value{name="s"}')).toBe(1),
    );
  });

  test('connections cut between scrapes and in the middle of one', async () => {
    await jvm.command('meters 300');
    await using proxy = await cutProxy(port);
    await using target = scraper({ port: proxy.port, connectorPort: proxy.port }, only('kafka.server:*'));
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
    await jvm.command('counter kept');
    const own = await freePort(); // the JDK's own agent has no flag for the time after which it forgets
    await jvm.command(`connector ${own} 300`);
    await using target = scraper({ port: own }, only('fixture:name=kept,*'));
    await target.scrape();
    const lane = await target.session.lane('main');
    await jvm.command('forgotten');
    expect(lane.ended).toBe(false);
    const { generation } = target.session;
    const scrape = await target.scrape();
    expect(scrape.failures).toEqual([]);
    expect(scrape.samples.has('fixture_Counter_Value{name="kept"}')).toBe(true);
    expect(target.session.generation).toBe(generation); // from the cached stub
  });

  test('a target that stops answering, and goes on', async () => {
    await jvm.command('counter still');
    await using target = scraper(
      { port, callTimeoutMs: 300, connectTimeoutMs: 300 },
      only('fixture:name=still,*'),
    );
    await eventually(async () => expect((await target.scrape()).failures).toEqual([]));
    await standStill(jvm);
    // Beans whose names were known are reported one by one; without the names the scrape as a whole fails.
    const got = await target.scrape(500).then(
      ({ samples }) => samples.size,
      (error: unknown) => String(error),
    );
    jvm.kill('SIGCONT');
    expect(String(got)).toMatch(/^0$|within|answer|closed/);
    await eventually(async () =>
      expect((await target.scrape()).samples.get('fixture_Counter_Fixed{name="still"}')).toBe(7),
    );
  });

  test('attributes as labels, extra metrics, and rules that depend on the value', async () => {
    await jvm.command('text labels up');
    await jvm.command('counter labels');
    const yaml = `${only('fixture:name=labels,*')}
metricCustomizers:
- mbeanFilter: {domain: fixture, properties: {type: Text}}
  attributesAsLabels: [State]
  extraMetrics: [{name: present, value: true}]
- mbeanFilter: {domain: fixture, properties: {type: Counter}}
  attributesAsLabels: [Fixed]
rules:
- {pattern: 'Fixed: (.+)', name: fixed, labels: {seen: $1}}
- pattern: '.*'`;
    await using target = scraper({ port }, yaml);
    for (let round = 0; round < 3; round++) {
      const { samples } = await target.scrape();
      expect([...samples.keys()].toSorted()).toEqual([
        'fixed{Fixed="7",seen="7"}',
        'fixture_Counter_Value{Fixed="7",name="labels"}',
        'fixture_Text_present{State="up",name="labels"}',
      ]);
    }
  });

  test('two scrapes at once: the second is refused, the first is whole', async () => {
    await jvm.command('counter once');
    await using target = scraper({ port }, only('fixture:name=once,*'));
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
      const noisy = address !== null && typeof address === 'object' ? address.port : 0;
      const target = scraper({ port: noisy, callTimeoutMs: 500 });
      const ended = await target.scrape(1000).then(
        () => 'read',
        (error: unknown) => (error instanceof Error ? 'refused' : 'no error'),
      );
      expect({ seed, round, ended }).toMatchObject({ ended: 'refused' });
      server.close();
    }
  });

  test('a target that was restarted', async () => {
    await jvm.command('counter old');
    await using target = scraper({ port }, only('fixture:type=Counter,*'));
    expect((await target.scrape()).samples.has('fixture_Counter_Fixed{name="old"}')).toBe(true);
    const { pid } = jvm;
    await jvm.stop();
    await expect(target.scrape()).rejects.toThrow(/ECONNREFUSED|closed/); // there is no JMX at that port
    jvm = await startTarget(['counter new'], jmxFlags(port));
    expect(jvm.pid).not.toBe(pid);
    const after = await target.scrape();
    expect([...after.samples.keys()]).toEqual([
      'fixture_Counter_Value{name="new"}',
      'fixture_Counter_Fixed{name="new"}',
    ]);
  });
});
