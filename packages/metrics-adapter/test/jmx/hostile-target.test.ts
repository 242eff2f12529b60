import { describe, expect, test } from 'vitest';
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { JmxPoller } from '../../src/jmx/poller.ts';
import { type Plan, RuleCollector } from '../../src/jmx/rules/collector.ts';
import { RuleList } from '../../src/jmx/rules/rule.ts';
import { JmxSession } from '../../src/jmx/session.ts';
import { bytesOf } from '../jser/streams.ts';
import { type Answer, hostileTarget, type Method, reply } from './hostile-target.ts';

const { hex, int, utf, long, classDesc, handle, reference, primitive } = bytesOf;
const TIMEOUT_MS = 60;
/** More by hand: FUZZ_ROUNDS=2000 is some minutes, most of them waiting. */
const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 30);

/** Scrapes by default rules, so that whatever was read is walked. `forwarded`: the stub's port is not dialled. */
function scraper(port: number, forwarded = true) {
  const session = new JmxSession({
    host: '127.0.0.1',
    port,
    ...(forwarded && { connectorPort: port }),
    stallMs: 20,
    callTimeoutMs: TIMEOUT_MS,
    connectTimeoutMs: TIMEOUT_MS,
  });
  const poller = new JmxPoller<Plan>(session, { include: ['fixture:*'], exclude: [], wants: () => true });
  const style = {
    lowercaseOutputName: false,
    lowercaseOutputLabelNames: false,
    inferCounterTypeFromName: false,
  };
  const collector = new RuleCollector(poller, new RuleList(undefined, style));
  return {
    session,
    /** How it ended, and whether in time. */
    scrape: async () => {
      const seen = { samples: 0, failures: 0 };
      const sink = { sample: () => void seen.samples++, failed: () => void seen.failures++ };
      const began = performance.now();
      const ended = await collector.scrape(sink, TIMEOUT_MS).then(
        ({ beans }) => ({ beans, orderly: true }),
        (error: unknown) => ({ beans: 0, orderly: error instanceof Error }),
      );
      return { ...seen, ...ended, late: performance.now() - began > TIMEOUT_MS + 2000 };
    },
  };
}

const NORMAL = Buffer.concat([hex('51aced0005770f01'), Buffer.alloc(14)]);
const normal = (...value: readonly Buffer[]): Buffer => Buffer.concat([NORMAL, ...value]);
const stub = (body: Buffer): Buffer =>
  normal(
    hex('73'),
    classDesc('Stub', 2, [], classDesc('java.rmi.server.RemoteObject', 3)),
    Buffer.concat([hex('77'), Buffer.of(body.length), body]),
    hex('78'),
  );
const unicast = (port: number): Buffer =>
  Buffer.concat([utf('UnicastRef'), utf('h'), int(port), Buffer.alloc(23)]);
const listOfItself = normal(
  hex('73'),
  classDesc('java.util.Collections$UnmodifiableSet', 2, [reference('c', 'Ljava/util/Collection;')]),
  handle(2),
);
const half = (method: Method): Buffer => reply(method).subarray(0, reply(method).length / 2);

const ABSURD: { name: string; method: Method; answer: Answer }[] = [
  { name: 'a stub that is a string', method: 'lookup', answer: { bytes: normal(hex('74'), utf('stub')) } },
  { name: 'a stub without a reference', method: 'lookup', answer: { bytes: stub(Buffer.alloc(0)) } },
  { name: 'a reference of a kind unknown', method: 'lookup', answer: { bytes: stub(utf('LocalRef')) } },
  { name: 'a reference cut off', method: 'lookup', answer: { bytes: stub(unicast(1).subarray(0, 20)) } },
  { name: 'a reference to port 70,000', method: 'lookup', answer: { bytes: stub(unicast(70_000)) } },
  { name: 'a reference to port -1', method: 'newClient', answer: { bytes: stub(unicast(-1)) } },
  { name: 'a list that wraps itself', method: 'queryNames', answer: { bytes: listOfItself } },
  {
    name: 'an array of 2^31 - 1',
    method: 'queryNames',
    answer: { bytes: normal(hex('75'), classDesc('[J', 2), hex('7fffffff')) },
  },
  { name: 'a string of 2^40', method: 'queryNames', answer: { bytes: normal(hex('7c'), long(2n ** 40n)) } },
  {
    name: 'an exception half-way',
    method: 'getAttributes',
    answer: { bytes: Buffer.concat([half('getAttributes'), hex('7b')]), end: true },
  },
  { name: 'an end half-way', method: 'getAttributes', answer: { bytes: half('getAttributes'), end: true } },
  { name: 'silence half-way', method: 'getMBeanInfo', answer: { bytes: half('getMBeanInfo') } },
  {
    name: 'two replies to one call',
    method: 'getAttributes',
    answer: { bytes: Buffer.concat([reply('getAttributes'), reply('getAttributes')]) },
  },
  {
    name: 'a number where a list was',
    method: 'getAttributes',
    answer: { bytes: normal(hex('73'), classDesc('N', 2, [primitive('I', 'i')]), int(7)) },
  },
  { name: 'nothing', method: 'queryNames', answer: { bytes: Buffer.alloc(0) } },
  {
    name: 'resets without end',
    method: 'getAttributes',
    answer: { bytes: normal(Buffer.alloc(1_000_000, 0x79)) },
  },
];

describe('absurd answers cost what they are about, and the scrape ends in time', () => {
  test.each(ABSURD)('$name', async ({ method, answer }) => {
    await using target = await hostileTarget();
    const { scrape, session } = scraper(target.port, false);
    target.answer = (asked) => (asked === method ? answer : spoken(asked, target.port));
    expect(await scrape()).toMatchObject({ late: false, orderly: true });
    target.answer = (asked) => spoken(asked, target.port);
    await scrape(); // may still find the old connection broken
    expect(await scrape()).toMatchObject({ beans: 2, late: false });
    await session.close();
  });
});

/** The recorded reply; references lead to the server of the test. */
function spoken(method: Method, port: number): Answer {
  const bytes = reply(method);
  if (method !== 'lookup' && method !== 'newClient') return { bytes };
  const at = bytes.indexOf('127.0.0.1') + '127.0.0.1'.length;
  bytes.writeInt32BE(port, at);
  return { bytes };
}

const METHODS: readonly Method[] = ['lookup', 'newClient', 'queryNames', 'getMBeanInfo', 'getAttributes'];

/** One way to spoil a reply. */
function spoil(bytes: Buffer, random: SeededRandom): Answer {
  const at = random.integer(8, bytes.length - 1);
  switch (random.integer(0, 6)) {
    case 0:
      return { bytes: bytes.subarray(0, at), end: true };
    case 1:
      return { bytes: bytes.subarray(0, at) };
    case 2:
      return { bytes: Buffer.concat([bytes.subarray(0, at), Buffer.alloc(4, 0xff), bytes.subarray(at + 4)]) };
    case 3:
      return { bytes: reply(random.pick(METHODS)) };
    case 4:
      return {
        bytes: Buffer.concat([bytes.subarray(0, at), handle(random.integer(0, 60)), bytes.subarray(at)]),
      };
    default: {
      const changed = Buffer.from(bytes);
      for (let flips = random.integer(1, 6); flips > 0; flips--)
        changed[random.integer(8, bytes.length - 1)] = random.bits() & 0xff;
      return { bytes: changed };
    }
  }
}

test('spoiled replies: every scrape ends in time, and the next from an honest target is read', async () => {
  const seed = freshSeed();
  const random = new SeededRandom(seed);
  await using target = await hostileTarget();
  for (let round = 0; round < ROUNDS; round++) {
    const { scrape, session } = scraper(target.port);
    const victim = random.pick(METHODS);
    target.answer = (asked) =>
      asked === victim && random.chance(0.7) ? spoil(reply(asked), random) : { bytes: reply(asked) };
    const ends = [await scrape(), await scrape()];
    for (const { late, orderly } of ends)
      expect({ seed, round, victim, late, orderly }).toEqual({
        seed,
        round,
        victim,
        late: false,
        orderly: true,
      });
    target.answer = (asked) => ({ bytes: reply(asked) });
    await scrape();
    expect({ seed, round, victim, beans: (await scrape()).beans }).toEqual({ seed, round, victim, beans: 2 });
    await session.close();
  }
  expect(process.memoryUsage().heapUsed).toBeLessThan(500 * 1024 * 1024);
});
