// Finds which attributes of a bean break the connection, by asking for each alone. For the poll's round.
// Invariant: an attribute is blamed only when its own reply was at fault while the target answered other calls: a target
// that ends or stands still in the middle of it says nothing about the bean.

import { StreamCorruptedError, WriteAbortedError } from '../jser/stream-errors.ts';
import type { PolledBean } from './polled-bean.ts';
import { RemoteError } from './remote-error.ts';
import { stringArray } from './requests.ts';
import { ask, type JmxSession } from './session.ts';

export type Blame = { readonly attribute: string; readonly why: string };

const LANE = 'probe';

export class Isolation<P> {
  readonly #session: JmxSession;
  readonly #bean: PolledBean<P>;
  readonly #deadline: number;
  /** Why the target could not be asked any more, when it could not. */
  unreachable: string | undefined;

  constructor(session: JmxSession, bean: PolledBean<P>, deadline: number) {
    this.#session = session;
    this.#bean = bean;
    this.#deadline = deadline;
  }

  /** The attributes that are to blame; fewer than there are when the deadline came first. Never rejects. */
  async run(): Promise<Blame[]> {
    const blamed: Blame[] = [];
    for (const { name } of this.#bean.asked?.attributes ?? []) {
      if (this.unreachable !== undefined || this.#leftMs() <= 0) break;
      const why = await this.#try(name);
      if (why !== undefined) blamed.push({ attribute: name, why });
    }
    this.#session.end(LANE);
    return blamed;
  }

  #leftMs(): number {
    return Math.max(0, Math.min(this.#session.callTimeoutMs, this.#deadline - performance.now()));
  }

  /** What is wrong with the attribute's value; undefined when nothing is, or nobody knows. */
  async #try(attribute: string): Promise<string | undefined> {
    const { requests } = this.#session;
    const argument = stringArray([attribute]);
    try {
      const lane = await this.#session.lane(LANE);
      await ask(lane, (out) => requests.getAttributes(out, this.#bean.name, argument), this.#leftMs());
      return undefined;
    } catch (error) {
      if (error instanceof RemoteError) return undefined;
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof WriteAbortedError || error instanceof StreamCorruptedError) return message;
      return (await this.#isTargetThere()) ? `its reply breaks off: ${message}` : undefined;
    }
  }

  async #isTargetThere(): Promise<boolean> {
    const { requests } = this.#session;
    try {
      const lane = await this.#session.lane(LANE);
      await ask(lane, (out) => requests.plain(out, 'getDefaultDomain'), this.#leftMs());
      return true;
    } catch (error) {
      this.unreachable = error instanceof Error ? error.message : String(error);
      return false;
    }
  }
}
