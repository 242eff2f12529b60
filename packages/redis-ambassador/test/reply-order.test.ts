// The order of replies: whatever order the sources answer in, the client sees that of its commands.
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { ReplyOrder } from '../src/reply-order.ts';
import type { Source } from '../src/upstream/source.ts';

const source = (): Source => ({ congested: false, send() {}, whenFree() {} });

function arrive(order: ReplyOrder, from: Source, text: string, completed = 1): void {
  order.arrive(from, Buffer.from(text), 0, text.length, completed);
}

function fixture(): { order: ReplyOrder; seen: () => string; a: Source; b: Source } {
  let seen = '';
  return {
    order: new ReplyOrder((bytes) => (seen += String(bytes))),
    seen: () => seen,
    a: source(),
    b: source(),
  };
}

test('a later source that is quicker waits', () => {
  const { order, seen, a, b } = fixture();
  order.expect(a, false);
  order.expect(b, false);
  arrive(order, b, '2');
  expect([seen(), order.parkedBytes]).toEqual(['', 1]);
  arrive(order, a, '1');
  expect([seen(), order.parkedBytes, order.outstanding]).toEqual(['12', 0, 0]);
});

test('bytes of the first reply go through before it is complete', () => {
  const { order, seen, a } = fixture();
  order.expect(a, false);
  arrive(order, a, 'ha', 0);
  expect(seen()).toBe('ha');
  arrive(order, a, 'lf');
  expect([seen(), order.outstanding]).toEqual(['half', 0]);
});

test('our own answers wait their turn', () => {
  const { order, seen, a } = fixture();
  order.answer(Buffer.from('0'));
  order.expect(a, false);
  order.answer(Buffer.from('2'));
  order.expect(a, false);
  expect(order.room(a)).toBe(1);
  arrive(order, a, '1');
  expect(seen()).toBe('012');
  arrive(order, a, '3');
  expect(seen()).toBe('0123');
});

test('dropped replies count and are not seen', () => {
  const { order, seen, a } = fixture();
  order.expect(a, true);
  order.expect(a, false);
  expect(order.room(a)).toBe(1);
  arrive(order, a, 'x');
  arrive(order, a, '1');
  expect(seen()).toBe('1');
});

test('a command that is sent elsewhere keeps its place', () => {
  const { order, seen, a, b } = fixture();
  for (let i = 0; i < 4; i++) order.expect(a, false);
  arrive(order, a, '1');
  order.redirect(a, b);
  arrive(order, a, '3');
  order.redirect(a, b);
  expect([seen(), order.outstanding]).toEqual(['1', 2]);
  arrive(order, b, '2');
  arrive(order, b, '4');
  expect([seen(), order.outstanding]).toEqual(['1234', 0]);
});

test('random sources, answers, retries and drops: the order is that of the commands', () => {
  const random = new SeededRandom(freshSeed());
  for (let round = 0; round < 300; round++) {
    let seen = '';
    let wanted = '';
    const order = new ReplyOrder((bytes) => (seen += String(bytes)));
    const queues = new Map<Source, string[]>(Array.from({ length: 3 }, () => [source(), []]));
    const sources = [...queues.keys()];
    for (let command = 0; command < 40 || order.outstanding > 0; command++) {
      const at = random.pick(sources);
      const queue = queues.get(at)!;
      if (command < 40 && random.chance(0.6)) {
        const drop = random.chance(0.1);
        if (random.chance(0.2)) order.answer(Buffer.from(`[${command}]`));
        else {
          order.expect(at, drop);
          queue.push(drop ? 'never' : `[${command}]`);
          if (drop) continue;
        }
        wanted += `[${command}]`;
      } else if (queue.length > 0 && random.chance(0.15)) {
        // Sent elsewhere, behind what waits there already, whichever of them is first in line.
        const other = random.pick(sources.filter((each) => each !== at));
        order.redirect(at, other);
        queues.get(other)!.push(queue.shift()!);
      } else if (queue.length > 0) {
        const count = random.integer(1, Math.min(queue.length, order.room(at)));
        const text = queue.splice(0, count).join('');
        arrive(order, at, text, count);
      }
    }
    expect([random.seed, seen]).toEqual([random.seed, wanted]);
  }
});
