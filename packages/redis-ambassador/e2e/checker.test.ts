// Promise: no reply out of order or another's, no write repeated, `key` and `session` never broken, whatever happens to the
// servers. A checker judges what many clients saw; that it can see is shown with ambassadors that are broken on purpose.
// A few seconds of it here; `node packages/redis-ambassador/bench/checker.ts --seconds 300` for as long as one likes.
import { temporaryDirectory } from '@podmate/testkit/files';
import { freshSeed } from '@podmate/testkit/seeded-random';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { broken, type Fault } from './checker/broken.ts';
import { Fleet } from './checker/fleet.ts';
import type { Scope, Violation } from './checker/key-history.ts';
import { isMishap, type MishapName, mishapNames } from './checker/nemesis.ts';
import { run, tell } from './checker/run.ts';

let fleet: Fleet;
beforeAll(async () => void (fleet = await Fleet.start()));
afterAll(() => fleet[Symbol.asyncDispose]());

// Each row with everything that may happen, in an order of its own; the seed is told with what is found.
test.each<Scope>(['key', 'session'])('%s, whatever happens: nothing wrong', async (consistency) => {
  const mishaps = mishapNames.filter(isMishap);
  const judgement = await run({ fleet, seed: freshSeed(), forMs: 3000, mishaps, consistency });
  expect(judgement.violations.length === 0 ? '' : tell(judgement)).toBe('');
  expect(judgement.history.operations.length).toBeGreaterThan(1000);
});

type Case = Fault & {
  readonly name: string;
  readonly mishap: MishapName;
  readonly rule: Violation['rule'];
  readonly consistency?: Scope;
};

test.each<Case>([
  {
    name: 'writes mark nothing',
    module: 'consistency/dirty-marks.ts',
    piece: 'this.#marks[hash & (MARKS - 1)] = this.open;',
    instead: '',
    mishap: 'delay replication',
    rule: 'stale',
  },
  {
    name: 'a replica is trusted before it has applied what it must',
    module: 'consistency/fences.ts',
    piece: 'this.#fences.findLast((fence) => fence.offset <= offset)',
    instead: 'this.#fences.at(-1)',
    mishap: 'delay replication',
    rule: 'stale',
  },
  {
    name: 'a session forgets that it wrote',
    module: 'reads.ts',
    piece: "if (client.consistency === 'session') return this.wroteIn;",
    instead: "if (client.consistency === 'session') return 0;",
    mishap: 'delay replication',
    consistency: 'session',
    rule: 'stale',
  },
  {
    name: 'replies leave as they come',
    module: 'reply-order.ts',
    piece: 'if (segment === this.#head) return this.#write(bytes);',
    instead: 'return this.#write(bytes);',
    mishap: 'delay replication',
    rule: 'alien',
  },
  {
    name: 'writes in doubt are sent again',
    module: 'lost-commands.ts',
    piece: 'const safe = !what.sent || (what.epoch === 0 && what.overtaken !== true);',
    instead: 'const safe = true;',
    mishap: 'lose replies of the primary',
    rule: 'repeated',
  },
])('the checker fails when $name', async ({ mishap, rule, consistency = 'key', ...fault }) => {
  await using folder = await temporaryDirectory('broken');
  const command = await broken(fault, folder.path);
  const { violations } = await run({
    fleet,
    seed: freshSeed(),
    forMs: 5000,
    mishaps: [mishap],
    consistency,
    command,
    untilFound: rule,
  });
  expect(violations.map((each) => each.rule)).toContain(rule);
});
