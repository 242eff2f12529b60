// The keys of a command, as the marks see them: marked by what may write, looked up for what reads. Hot, pure.
import type { Arguments, Command } from '../commands/find.ts';
import { KeyFinder } from '../commands/keys.ts';
import { DirtyMarks } from './dirty-marks.ts';

const keys = new KeyFinder();

/** Marks what the command may write. */
export function markKeys(marks: DirtyMarks, command: Command, words: Arguments): void {
  keys.find(command, words);
  if (keys.unknown) return marks.markAll();
  const { data, args } = words;
  for (let i = 0; i < keys.count; i++) {
    const at = 2 * keys.keyAt[i]!;
    marks.mark(DirtyMarks.hash(data, args[at]!, args[at + 1]!));
  }
}

/** The epoch that a replica must have clean to answer this read with all that was acknowledged. */
export function epochOfKeys(marks: DirtyMarks, command: Command, words: Arguments): number {
  keys.find(command, words);
  if (keys.count === 0 || keys.unknown) return marks.epochOfAll;
  const { data, args } = words;
  let epoch = 0;
  for (let i = 0; i < keys.count; i++) {
    const at = 2 * keys.keyAt[i]!;
    const of = marks.epochOf(DirtyMarks.hash(data, args[at]!, args[at + 1]!));
    if (of > epoch) epoch = of;
  }
  return epoch;
}
