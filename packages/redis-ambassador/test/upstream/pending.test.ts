// The ring of pending commands against a plain list, in every mixture of pipelines, owners, epochs and answers.
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { encodeCommand } from '../../src/resp/inline-command.ts';
import { Pending } from '../../src/upstream/pending.ts';
import { Question } from '../../src/upstream/question.ts';

type Entry = { readonly owner: Question; readonly epoch: number; sentAt: number; readonly words: string };

/** A pipeline as it was read from a client: the bytes of all, and where each command is. */
function pipeline(words: readonly string[]): { data: Buffer; ranges: [number, number][] } {
  const commands = words.map((word) => encodeCommand(['SET', word]).bytes);
  const ranges: [number, number][] = [];
  let at = 0;
  for (const { length } of commands) {
    ranges.push([at, at + length]);
    at += length;
  }
  return { data: Buffer.concat(commands), ranges };
}

test('the oldest is always the one that was sent first, with its own bytes', () => {
  const random = new SeededRandom(freshSeed());
  const owners = Array.from({ length: 3 }, () => new Question(() => {}));
  const pending = new Pending();
  const model: Entry[] = [];
  let sent = 0;
  let sentAt = 0;
  for (let round = 0; round < 3000; round++) {
    const words = Array.from({ length: random.integer(0, 12) }, () => random.text(random.integer(0, 20)));
    const { data, ranges } = pipeline(words);
    const owner = random.pick(owners);
    for (const [n, [start, end]] of ranges.entries()) {
      if (random.chance(0.1)) continue; // went to another server
      const epoch = random.chance(0.1) ? 2 : 1;
      if (random.chance(0.1)) sentAt++;
      pending.push(owner, data, start, end, epoch, sentAt);
      model.push({ owner, epoch, sentAt, words: words[n]! });
      sent++;
    }
    for (
      let answers = random.integer(0, round % 500 < 250 ? 8 : 14);
      answers > 0 && model.length > 0;
      answers--
    ) {
      const { owner: expected, epoch, sentAt: at, words: word } = model.shift()!;
      expect([random.seed, pending.owner === expected, pending.epoch, pending.sentAt]).toEqual([
        random.seed,
        true,
        epoch,
        at,
      ]);
      const asked = random.chance(0.3) ? pending.request : undefined;
      const bytes = asked?.data.subarray(asked.start, asked.end);
      expect([random.seed, bytes]).toEqual([random.seed, asked && encodeCommand(['SET', word]).bytes]);
      pending.shift();
    }
    expect([pending.count, pending.head]).toEqual([model.length, sent - model.length]);
  }
});
