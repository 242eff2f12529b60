// Read-only scripts run at replicas, but a script is known only to the server that was given it. So SCRIPT LOAD, FLUSH and
// KILL go to all servers, and the body of an EVAL_RO is made known to all when it is first seen: EVALSHA_RO then finds it
// anywhere. Where it does not (a replica that came later), NOSCRIPT sends the command on to the primary. Not hot.
import type { Arguments } from './commands/find.ts';
import { encodeCommand } from './resp/inline-command.ts';
import type { Exchange } from './upstream/exchange.ts';
import { Question } from './upstream/question.ts';
import type { Identity } from './upstream/source.ts';

/** Bodies remembered as known to all; a longer one is never remembered, and so sent anew each time. */
const MAX_BODIES = 512;
const MAX_BODY_BYTES = 16 * 1024;

export class Scripts {
  readonly #exchange: Exchange;
  readonly #known = new Set<string>();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** The same command to every replica; their replies are of no interest, as the primary's is the client's. */
  everywhere(identity: Identity, bytes: Buffer): void {
    for (const replica of this.#exchange.replicas)
      if (replica.up) replica.lane(identity, false).send(new Question(() => {}), bytes, 0, bytes.length, -1);
  }

  /** SCRIPT FLUSH, or another primary: nothing is known any more. */
  forget(): void {
    this.#known.clear();
  }

  /** An EVAL_RO: what it runs can be run by its digest from now on, as on one Redis. */
  seen(identity: Identity, { data, args, argc }: Arguments): void {
    if (argc < 2 || args[3]! - args[2]! > MAX_BODY_BYTES) return;
    const body = data.toString('latin1', args[2], args[3]);
    if (this.#known.has(body)) return;
    const { bytes } = encodeCommand(['SCRIPT', 'LOAD', Buffer.from(body, 'latin1')]);
    this.everywhere(identity, bytes);
    this.#exchange.primarySource(identity, false).send(new Question(() => {}), bytes, 0, bytes.length, -1);
    if (this.#known.size < MAX_BODIES) this.#known.add(body);
  }
}
