// Before the race: what is raced gives the same answers. A seeded script of commands, byte for byte as the server itself
// answers it, through everybody; only commands that nutcracker knows.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import type { Contestant } from './contestants.ts';
import { RawClient } from './raw-client.ts';

const COMMANDS = 2000;

function script(seed: number): string[][] {
  const random = new SeededRandom(seed);
  const key = (): string => `script:${random.integer(0, 50)}`;
  const shapes = [
    () => ['SET', key(), random.text(random.integer(0, 300))],
    () => ['GET', key()],
    () => ['APPEND', key(), random.text(5)],
    () => ['STRLEN', key()],
    () => ['DEL', key()],
    () => ['SETRANGE', key(), String(random.integer(0, 20)), 'abc'],
    () => ['GETRANGE', key(), '0', String(random.integer(0, 400))],
    () => ['INCR', key()],
    () => ['HSET', `h${key()}`, random.text(2), random.text(10)],
    () => ['HGET', `h${key()}`, random.text(2)],
    () => ['RPUSH', `l${key()}`, random.text(20)],
    () => ['LRANGE', `l${key()}`, '0', '-1'],
    () => ['LPOP', `l${key()}`],
    () => ['HGET', `l${key()}`, 'wrong type'],
  ];
  return Array.from({ length: COMMANDS }, () => random.pick(shapes)());
}

/** @throws naming the first command that is answered otherwise than by the server itself; the data is wiped by `wipe`. */
export async function proveSameAnswers(
  field: readonly Contestant[],
  wipe: () => Promise<unknown>,
): Promise<number> {
  const commands = script(20_260_721);
  let expected: Buffer[] | undefined;
  for (const { name, port } of field) {
    await wipe();
    using client = await RawClient.open(port);
    const replies = await Promise.all(commands.map((words) => client.ask(...words)));
    expected ??= replies;
    const wrong = replies.findIndex((reply, n) => !reply.equals(expected?.[n] ?? reply));
    if (wrong >= 0)
      throw new Error(`${name} answers ${commands[wrong]?.join(' ')} with ${String(replies[wrong])}`);
  }
  return commands.length;
}
