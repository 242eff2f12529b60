// Commands with keys in several slots, taken apart into one command per slot, and replies put together again. Pure.
// Redis itself wants all keys of a command in one slot, also when one node has both.
import type { Arguments } from '../commands/find.ts';
import { DirtyMarks } from '../consistency/dirty-marks.ts';
import { encodeCommand } from '../resp/inline-command.ts';
import { readReply, type Read } from '../resp/reply.ts';
import { ReplyFramer } from '../resp/reply-framer.ts';
import type { Merge } from './rules.ts';
import { slotOf } from './slots.ts';

export type SplitPart = {
  readonly slot: number;
  readonly bytes: Buffer;
  /** Which of the keys, counted from 0, it has. */
  readonly keys: readonly number[];
  /** For the consistency marks, of the same keys. */
  readonly hashes: readonly number[];
};

/** One command per slot, in the order of each slot's first key; `step` arguments belong to each key. */
export function splitBySlot({ data, args, argc }: Arguments, step: number): SplitPart[] {
  const word = (index: number): Buffer => data.subarray(args[2 * index], args[2 * index + 1]);
  const parts = new Map<number, { words: Buffer[]; keys: number[]; hashes: number[] }>();
  for (let at = 1; at < argc; at += step) {
    const slot = slotOf(data, args[2 * at]!, args[2 * at + 1]!);
    const part = parts.get(slot) ?? { words: [word(0)], keys: [], hashes: [] };
    parts.set(slot, part);
    for (let i = at; i < Math.min(at + step, argc); i++) part.words.push(word(i));
    part.keys.push((at - 1) / step);
    part.hashes.push(DirtyMarks.hash(data, args[2 * at]!, args[2 * at + 1]!));
  }
  return [...parts].map(([slot, { words, keys, hashes }]) => ({
    slot,
    bytes: encodeCommand(words).bytes,
    keys,
    hashes,
  }));
}

const MINUS = 45;
const isError = (reply: Buffer): boolean => reply[0] === MINUS;

/** The one reply that several make. */
export function mergeReplies(replies: readonly Buffer[], merge: Merge): Buffer {
  const error = replies.find(isError);
  if (merge === 'any') return replies.find((reply) => !isError(reply)) ?? error!;
  if (error) return error;
  if (merge === 'agree' || replies.length === 1) return replies[0]!;
  if (merge === 'concat') return concatArrays(replies);
  const pick = merge === 'sum' ? (a: number, b: number): number => a + b : Math.min;
  return writeMerged(replies.map(readReply).reduce((a, b) => together(a, b, pick)));
}

/** MGET's: the values of each part at the places of its keys. */
export function mergeValues(
  parts: readonly { readonly keys: readonly number[]; readonly reply: Buffer }[],
): Buffer {
  const error = parts.find(({ reply }) => isError(reply));
  if (error) return error.reply;
  const values: Buffer[] = [];
  for (const { keys, reply } of parts)
    for (const [at, value] of arrayElements(reply).entries()) values[keys[at]!] = value;
  return Buffer.concat([Buffer.from(`*${values.length}\r\n`), ...values]);
}

/** The bytes of each element of an array. */
export function arrayElements(reply: Buffer): Buffer[] {
  const framer = new ReplyFramer();
  const all: Buffer[] = [];
  let at = reply.indexOf('\n') + 1;
  while (at < reply.length) {
    const end = framer.next(reply, at, reply.length);
    all.push(reply.subarray(at, end));
    at = end;
  }
  return all;
}

function concatArrays(replies: readonly Buffer[]): Buffer {
  const sizes = replies.map((reply) => Number(reply.toString('latin1', 1, reply.indexOf('\r'))));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const bodies = replies.map((reply) => reply.subarray(reply.indexOf('\n') + 1));
  return Buffer.concat([Buffer.from(`*${total}\r\n`), ...bodies]);
}

function together(a: Read, b: Read, pick: (a: number, b: number) => number): Read {
  if (typeof a === 'number' && typeof b === 'number') return pick(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return a.map((each: Read, i) => together(each, b[i], pick));
  return a;
}

function writeMerged(value: Read): Buffer {
  if (typeof value === 'number') return Buffer.from(`:${value}\r\n`);
  if (typeof value === 'string') return Buffer.from(`$${value.length}\r\n${value}\r\n`, 'latin1');
  if (Array.isArray(value))
    return Buffer.concat([
      Buffer.from(`*${value.length}\r\n`),
      ...value.map((each: Read) => writeMerged(each)),
    ]);
  return Buffer.from('$-1\r\n');
}
