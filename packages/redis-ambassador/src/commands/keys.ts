// Which arguments of a command are keys. Pure; hot for the many commands whose keys are at fixed places.
// For the consistency marks (every key of a write, every key of a read) and, later, for the slots of a cluster.
import type { Arguments, Command } from './find.ts';

/** The indexes of the keys among the arguments, in keyAt[0, count); overwritten by the next call. */
export class KeyFinder {
  keyAt = new Int32Array(16);
  count = 0;
  /** There may be keys that nobody can find without running the command. */
  unknown = false;

  find({ keys }: Command, command: Arguments): void {
    this.count = 0;
    this.unknown = keys === 'unknown';
    if (keys === null || this.unknown) return;
    if (typeof keys === 'string') return this.#movable(keys, command);
    const [first, last, step] = keys;
    const end = last < 0 ? command.argc + last : last;
    for (let i = first; i <= end && i < command.argc; i += step) this.#add(i);
  }

  #movable(keys: string, command: Arguments): void {
    const { argc } = command;
    switch (keys) {
      case 'numkeys-1':
        return this.#numbered(command, 1);
      case 'numkeys-2':
        return this.#numbered(command, 2);
      case 'destination':
        this.#add(1);
        return this.#numbered(command, 2);
      case 'pairs-1':
        return this.#numbered(command, 1, 2);
      case 'store':
        this.#add(1);
        for (let i = 2; i + 1 < argc; i++) if (isWord(command, i, 'store', 'storedist')) this.#add(i + 1);
        return;
      case 'patterns':
        this.#add(1);
        for (let i = 2; i < argc; i++) this.unknown ||= isWord(command, i, 'by', 'get');
        return;
      case 'streams':
        return this.#streams(command);
      default:
        return this.#migrate(command);
    }
  }

  /** As many keys as argument `at` says; none are declared by EVAL script 0, which may touch anything all the same. */
  #numbered({ data, args, argc }: Arguments, at: number, step = 1): void {
    const number = at < argc ? Number(data.toString('latin1', args[2 * at], args[2 * at + 1])) : Number.NaN;
    this.unknown = !(number > 0);
    for (let n = 0, i = at + 1; n < number && i < argc; n++, i += step) this.#add(i);
  }

  #streams(command: Arguments): void {
    let first = isWord(command, 1, 'group') ? 4 : 1; // a group may be called streams
    while (first < command.argc && !isWord(command, first, 'streams')) first++;
    const half = (command.argc - first - 1) >> 1;
    for (let i = 1; i <= half; i++) this.#add(first + i);
    this.unknown = half < 1;
  }

  #migrate(command: Arguments): void {
    if (command.argc > 3 && command.args[6]! < command.args[7]!) this.#add(3); // empty when KEYS follows
    for (let i = 6; i < command.argc; i++) {
      if (!isWord(command, i, 'keys')) continue;
      for (let key = i + 1; key < command.argc; key++) this.#add(key);
      return;
    }
  }

  #add(index: number): void {
    if (this.count === this.keyAt.length) {
      const more = new Int32Array(this.count * 2);
      more.set(this.keyAt);
      this.keyAt = more;
    }
    this.keyAt[this.count++] = index;
  }
}

function isWord({ data, args }: Arguments, index: number, ...words: readonly string[]): boolean {
  const [from, to] = [args[2 * index]!, args[2 * index + 1]!];
  return to - from <= 9 && words.includes(data.toString('latin1', from, to).toLowerCase());
}
