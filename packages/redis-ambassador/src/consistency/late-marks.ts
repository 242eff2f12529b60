// The keys that commands on a connection of a client's own may write: marked when they are sent, again with EXEC, which
// executes them, and with every reply of that connection, as what waits is executed some time after it was sent. For
// own-connection.ts.
import type { Arguments, Command } from '../commands/find.ts';
import { KeyFinder } from '../commands/keys.ts';
import { mayWrite } from '../routing.ts';
import type { Exchange } from '../upstream/exchange.ts';
import { DirtyMarks } from './dirty-marks.ts';
import type { Fences } from './fences.ts';

/** Keys remembered of one transaction; with more, everything counts as written. */
const MAX_HASHES = 4096;

const keys = new KeyFinder();

/** The client: `wrote` tells it that something of its is executed about now, for `session` consistency. */
type Writer = { readonly exchange: Exchange; readonly fences: Fences; wrote(): void };

export class LateMarks {
  readonly #exchange: Exchange;
  readonly #fences: Fences;
  readonly #client: Writer;
  readonly #hashes: number[] = [];
  #unknown = false;

  /** Of the server that the connection is to: in front of a cluster, those of its shard. */
  constructor(client: Writer) {
    this.#exchange = client.exchange;
    this.#fences = client.fences;
    this.#client = client;
  }

  remember(command: Command, words: Arguments): void {
    const { marks } = this.#exchange;
    if (!mayWrite(command)) return;
    keys.find(command, words);
    if (keys.unknown || this.#hashes.length > MAX_HASHES) this.#unknown = true;
    const { data, args } = words;
    for (let i = 0; i < keys.count; i++) {
      const at = 2 * keys.keyAt[i]!;
      const hash = DirtyMarks.hash(data, args[at]!, args[at + 1]!);
      marks.mark(hash);
      this.#hashes.push(hash);
    }
    if (this.#unknown) marks.markAll();
    this.#client.wrote();
    this.#fences.wake();
  }

  /**
   * The command at hand is executed when it gets there, not queued, and does not wait. Gives the epoch to send it with, which
   * is not settled before its reply: until then the keys are not clean anywhere. -1 when nothing is written.
   */
  executing(command: Command): number {
    if (!this.#unknown && this.#hashes.length === 0) return -1;
    if (command.name === 'exec') this.answered();
    else if (!mayWrite(command)) return -1;
    return this.#exchange.marks.sent();
  }

  /** A reply has come: what it acknowledges was executed some time before it. */
  answered(): void {
    const { marks } = this.#exchange;
    if (this.#unknown) marks.markAll();
    for (const hash of this.#hashes) marks.mark(hash);
    if (!this.#unknown && this.#hashes.length === 0) return;
    this.#client.wrote();
    this.#fences.wake();
  }

  /** Everything that was sent is answered. */
  forget(): void {
    this.#hashes.length = 0;
    this.#unknown = false;
  }
}
