// Passing over records that a program only drops or prints as they are: from hit to hit of its regexes, found in the
// whole buffer at once, without a look at the records between. Which programs: compiler/skip-plan.ts. Hot.
// Invariant: NR and FNR count what is passed over; a record that may match is never passed over.
import { SIFTED_TO, SIFTED_WITH, SIFTED_WITHOUT, SOUGHT_AFTER, SOUGHT_END, SOUGHT_START } from './kernel.ts';
import type { Machine } from './machine.ts';
import { putRange } from './output.ts';
import type { Pattern } from './pattern.ts';
import type { RecordReader } from './record-reader.ts';
import { type Scalar, toNumber } from './value.ts';

/** Ranges from here on are written from where they stand instead of being copied first. */
const WRITTEN_DIRECTLY = 16 * 1024;

/**
 * As machine.next(), but to the record in which one of the patterns may be found; or the last one in the buffer, of
 * which that is not known yet. @returns false at the end of input
 */
export function nextCandidate(machine: Machine, patterns: readonly Pattern[], prints: boolean): boolean {
  const { reader } = machine;
  if (reader !== undefined) {
    const byte = reader.separatorByte;
    if (byte !== -1 && (!prints || machine.orsByte === byte)) {
      if (patterns.length === 1 && seek(machine, reader, patterns[0]!, prints, byte)) return true;
      skip(machine, reader, patterns, prints, byte);
    }
  }
  return machine.next();
}

/** Everything in one call of the kernel. @returns false when that was not possible and nothing is done */
function seek(
  machine: Machine,
  reader: RecordReader,
  pattern: Pattern,
  prints: boolean,
  byte: number,
): boolean {
  if (!pattern.isSought) return false;
  const from = reader.position;
  const hit = machine.kernel.seek(from, reader.filledEnd, pattern.one, pattern.length, byte);
  if (hit === -1) return false;
  const { ints } = machine;
  const start = ints[SOUGHT_START]!;
  const skipped = ints[SOUGHT_AFTER]! + 1;
  pattern.noteHit(reader, from, hit);
  reader.takeAt(start, ints[SOUGHT_END]!);
  machine.begin(reader);
  machine.NR += skipped;
  machine.FNR += skipped;
  if (prints && start > from) print(machine, from, start);
  return true;
}

/** In sift(): print the records that have the literal, those that have not. */
export const PRINT_WITH = 1;
export const PRINT_WITHOUT = 2;

/**
 * All complete records in the buffer, when a program does no more with them than print or count them by one literal;
 * R.rs of them have it, R.re have not. What is left of the buffer, and what no literal decides, is for next().
 * @param pattern undefined when all records are the same
 */
export function sift(machine: Machine, pattern: Pattern | undefined, what: number): void {
  machine.rs = 0;
  machine.re = 0;
  const { reader } = machine;
  if (reader === undefined) return;
  const byte = reader.separatorByte;
  if (byte === -1 || (what !== 0 && machine.orsByte !== byte)) return;
  if (pattern !== undefined && !pattern.isLiteralWithout(byte)) return;
  while (reader.position < reader.filledEnd && siftPart(machine, reader, pattern, what, byte));
}

/** As much as there is room for in the output. @returns whether there is more to do */
function siftPart(
  machine: Machine,
  reader: RecordReader,
  pattern: Pattern | undefined,
  what: number,
  byte: number,
): boolean {
  if (machine.o > machine.outputLimit) machine.drain();
  const { kernel, o } = machine;
  const from = reader.position;
  const end = what === 0 ? reader.filledEnd : Math.min(reader.filledEnd, from + machine.outputEnd - o);
  machine.o = kernel.sift(from, end, pattern?.one ?? 0, pattern?.length ?? 0, byte, what, o);
  const { ints } = machine;
  const to = ints[SIFTED_TO]!;
  if (to === from) return false;
  const records = ints[SIFTED_WITH]! + ints[SIFTED_WITHOUT]!;
  machine.rs += ints[SIFTED_WITH]!;
  machine.re += ints[SIFTED_WITHOUT]!;
  machine.NR += records;
  machine.FNR += records;
  reader.passTo(to);
  return end < reader.filledEnd;
}

/** A variable that was to be incremented so often. */
export function countUp(value: Scalar, times: number): Scalar {
  if (times === 0) return value;
  let sum = toNumber(value);
  if (Number.isSafeInteger(sum)) return sum + times;
  for (let turn = 0; turn < Math.abs(times); turn++) sum += Math.sign(times);
  return sum;
}

/** Over the records before the next hit. */
function skip(
  machine: Machine,
  reader: RecordReader,
  patterns: readonly Pattern[],
  prints: boolean,
  byte: number,
): void {
  const from = reader.position;
  let hit = reader.filledEnd;
  for (let index = 0; index < patterns.length; index++) {
    const next = patterns[index]!.nextHit(machine, reader, from);
    if (next < hit) hit = next;
  }
  const count = reader.skipBefore(hit, byte);
  if (count === 0) return;
  machine.NR += count;
  machine.FNR += count;
  if (prints) print(machine, from, reader.position);
}

function print(machine: Machine, at: number, end: number): void {
  if (end - at >= WRITTEN_DIRECTLY) machine.writeDirectly(at, end);
  else machine.o = putRange(machine, machine.o, at, end);
}
