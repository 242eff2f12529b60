// Commands that took long from us to the server and back, as Redis' SLOWLOG keeps those that took the server long. Names
// and keys are kept, of all other arguments only the sizes: values and passwords never get here. For AMBASSADOR SLOWLOG
// and stderr. Bounded in size, and in how many are looked at per second.
import { findCommand } from './commands/find.ts';
import { KeyFinder } from './commands/keys.ts';
import { RequestFramer } from './resp/request-framer.ts';
import type { Request } from './upstream/source.ts';

export type SlowCommand = {
  readonly id: number;
  /** Since the epoch, when the reply came. */
  readonly atMs: number;
  readonly tookMs: number;
  readonly server: string;
  /** Redacted: `SET user:17 (100 bytes)`. */
  readonly text: string;
};

export type SlowLogOptions = {
  readonly size: number;
  readonly report: (slow: SlowCommand) => void;
};

/** When a server hangs, thousands are slow at once: the first tell the story, the rest is counted. */
const PER_SECOND = 50;
const MAX_KEY_BYTES = 64;
const MAX_WORDS = 16;

export class SlowLog {
  readonly #options: SlowLogOptions;
  total = 0;
  #entries: SlowCommand[] = [];
  #second = 0;
  #inSecond = 0;

  constructor(options: SlowLogOptions) {
    this.#options = options;
  }

  add(request: Request, tookMs: number, server: string, atMs: number): void {
    this.total++;
    const second = Math.floor(atMs / 1000);
    if (second !== this.#second) [this.#second, this.#inSecond] = [second, 0];
    if (++this.#inSecond > PER_SECOND) return;
    const slow = { id: this.total, atMs, tookMs, server, text: redact(request) };
    this.#entries.unshift(slow);
    this.#entries.length = Math.min(this.#entries.length, this.#options.size);
    this.#options.report(slow);
  }

  /** Newest first. */
  get entries(): readonly SlowCommand[] {
    return this.#entries;
  }

  reset(): void {
    this.#entries = [];
  }
}

/** The command's name and keys; of other arguments the size. */
export function redact({ data, start, end }: Request): string {
  const framer = new RequestFramer();
  framer.feed(data.subarray(start, end));
  framer.next();
  const command = findCommand(framer);
  const finder = new KeyFinder();
  finder.find(command, framer);
  const keys = new Set(finder.keyAt.subarray(0, finder.count));
  const named = command.name === 'unknown' ? 1 : command.name.split('|').length;
  const { args, argc } = framer;
  const words = Array.from({ length: Math.min(argc, MAX_WORDS) }, (_, i) => {
    const [from, to] = [args[2 * i]!, args[2 * i + 1]!];
    if (i >= named && !keys.has(i)) return `(${to - from} bytes)`;
    const shown = framer.data.toString('utf8', from, Math.min(to, from + MAX_KEY_BYTES));
    const text = i < named ? shown.toUpperCase() : shown;
    return to - from > MAX_KEY_BYTES ? `${text}...` : text;
  });
  return words.join(' ') + (argc > MAX_WORDS ? ` (${argc - MAX_WORDS} more)` : '');
}
