// Finds the servers by asking Sentinels, all of them all the time, and listening to their events; what the servers are they
// say themselves. When a Sentinel begins to promote a replica, writes are held back until that replica says that it is
// primary: so nothing more is acknowledged by the old one, and we need not wait until Sentinel has noticed (a second).
// Invariant: only whom Sentinel names, and who calls itself primary, gets writes.
import { explain } from '@podmate/base/errors';
import type { Endpoint } from '../upstream/dial.ts';
import type { Sighting } from '../upstream/exchange.ts';
import {
  type ControlOptions,
  type SentinelAnswer,
  SentinelConnection,
  type Topology,
  UnknownPrimary,
} from '../topology.ts';
import { decide } from './decide.ts';
import { type Adopted, type Claim, judge, replicaOfEvent } from './sentinel-claims.ts';
import { Watches } from './watches.ts';

export type SentinelOptions = {
  readonly sentinels: readonly Endpoint[];
  /** The name of the primary among those that the Sentinels watch. */
  readonly name: string;
  /** How to reach Sentinels, and how to reach servers. */
  readonly sentinel: ControlOptions;
  readonly server: ControlOptions;
  readonly intervalMs: number;
};

type Known = {
  readonly connection: SentinelConnection;
  answer: SentinelAnswer | undefined;
  error: string | undefined;
  asking: boolean;
  again: boolean;
  timer: NodeJS.Timeout | undefined;
};

const URGENT_MS = 100;
/** A server is asked so often while it is being promoted. */
const PROMOTION_MS = 20;
/** A promotion that is not done by then was given up; Sentinel itself takes some 2 s from order to notice. */
const PROMOTION_PATIENCE_MS = 5000;
/** Events after which the replica they name is ordered to be, or is, the primary. */
const PROMOTING = new Set([
  '+failover-state-send-slaveof-noone',
  '+failover-state-wait-promotion',
  '+promoted-slave',
]);
const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`;

export class SentinelServers implements Topology {
  readonly #options: SentinelOptions;
  readonly #known = new Map<string, Known>();
  readonly #watches: Watches;
  #adopted: Adopted | undefined;
  #promoting: { readonly endpoint: Endpoint; readonly until: number } | undefined;
  #current: string | undefined;
  #begun = false;
  #report: (sighting: Sighting) => void = () => {};

  constructor(options: SentinelOptions) {
    this.#options = options;
    this.#watches = new Watches(options.server, URGENT_MS, () => this.#conclude());
  }

  start(report: (sighting: Sighting) => void): void {
    this.#report = report;
    this.#know(this.#options.sentinels);
  }

  nudge(doubted?: string): void {
    for (const known of this.#known.values()) this.#askNow(known);
    this.#watches.nudge(doubted);
  }

  stop(): void {
    this.#know([]);
    this.#watches.close();
  }

  /** Asks these Sentinels from now on and no others. */
  #know(endpoints: readonly Endpoint[]): void {
    const wanted = new Map(endpoints.map((each) => [nameOf(each), each]));
    for (const [name, known] of this.#known) {
      if (wanted.has(name)) continue;
      this.#known.delete(name);
      clearTimeout(known.timer);
      known.connection.close();
    }
    const { sentinel, name: primary } = this.#options;
    for (const [name, endpoint] of wanted) {
      if (this.#known.has(name)) continue;
      const connection = new SentinelConnection(
        endpoint,
        { ...sentinel, name: primary },
        (event, message) => this.#heard(known, event, message),
        () => this.#askNow(known),
      );
      const state = { answer: undefined, error: undefined, asking: false, again: false, timer: undefined };
      const known: Known = { connection, ...state };
      this.#known.set(name, known);
      void this.#ask(name, known);
    }
  }

  #askNow(known: Known): void {
    const [name] = [...this.#known].find(([, each]) => each === known) ?? [];
    known.again = known.asking;
    if (name !== undefined && !known.asking) void this.#ask(name, known);
  }

  async #ask(name: string, known: Known): Promise<void> {
    clearTimeout(known.timer);
    known.asking = true;
    known.again = false;
    try {
      known.answer = await known.connection.ask();
      known.error = undefined;
    } catch (error) {
      known.answer = undefined;
      known.error = `Sentinel ${name}: ${error instanceof UnknownPrimary ? error.message : explain(error)}`;
    }
    known.asking = false;
    if (this.#known.get(name) !== known) return;
    const pause = known.again || (!this.#current && known.answer) ? URGENT_MS : this.#options.intervalMs;
    known.timer = setTimeout(() => void this.#ask(name, known), pause);
    this.#judge();
  }

  /** An event: it may begin or end a promotion; whatever it is, the Sentinel has news. */
  #heard(known: Known, event: string, message: string): void {
    if (!message.includes(` ${this.#options.name} `) && !message.startsWith(`${this.#options.name} `)) return;
    const replica = replicaOfEvent(message, this.#options.name);
    if (PROMOTING.has(event) && replica) {
      this.#promoting = { endpoint: replica, until: performance.now() + PROMOTION_PATIENCE_MS };
      this.#watches.pace(PROMOTION_MS);
      this.#conclude();
      this.#watches.nudge();
    } else if (event.startsWith('-failover-abort')) this.#promoting = undefined;
    this.#askNow(known);
  }

  #judge(): void {
    const answers = this.#answers();
    const before = this.#adopted;
    this.#adopted = judge(answers.map(claimOf), before);
    if (before && this.#adopted && this.#adopted.epoch > before.epoch) this.#promoting = undefined;
    const replicas = answers.flatMap((answer) => answer.replicas.flatMap(addressOf));
    const others = answers.flatMap((answer) => answer.sentinels.flatMap(addressOf));
    const { adopted, promoting } = { adopted: this.#adopted?.primary, promoting: this.#promoting?.endpoint };
    // With no Sentinel there those that were known stay.
    if (answers.length > 0) {
      this.#watches.watch([...(adopted ? [adopted] : []), ...(promoting ? [promoting] : []), ...replicas]);
      this.#know([...this.#options.sentinels, ...others]);
    }
    this.#conclude();
  }

  /** One per Sentinel, also when it is reached at two addresses. */
  #answers(): SentinelAnswer[] {
    const answers = [...this.#known].flatMap(([name, { answer }]) => (answer ? [{ name, answer }] : []));
    return [...new Map(answers.map(({ name, answer }) => [answer.id ?? name, answer])).values()];
  }

  #conclude(): void {
    const all = [...this.#known.values()];
    this.#begun ||= all.length > 0 && all.every(({ answer, error }) => answer ?? error);
    if (!this.#begun) return;
    if (this.#promoting && performance.now() > this.#promoting.until) this.#promoting = undefined;
    const appointed = this.#promoting?.endpoint ?? this.#adopted?.primary;
    const sighting = decide(this.#watches.looks, {
      current: this.#current,
      appointed: new Set(appointed ? [nameOf(appointed)] : []),
    });
    this.#current = sighting.primary && nameOf(sighting.primary);
    const pace = sighting.primary ? this.#options.intervalMs : this.#promoting ? PROMOTION_MS : URGENT_MS;
    this.#watches.pace(Math.min(pace, this.#options.intervalMs));
    this.#report({
      ...sighting,
      complaints: [...all.flatMap(({ error }) => error ?? []), ...this.#lacks(sighting)],
    });
  }

  #lacks({ primary, complaints }: Sighting): readonly string[] {
    if (this.#promoting && !primary) return [`Sentinel is promoting ${nameOf(this.#promoting.endpoint)}`];
    if (this.#adopted) return complaints;
    return [`no Sentinel has told who is the primary called ${this.#options.name}`];
  }
}

function claimOf({ address: [host, port], primary, sentinels }: SentinelAnswer): Claim {
  const epoch = Number(primary.get('config-epoch') ?? 0);
  return { primary: { host, port: Number(port) }, epoch, of: sentinels.length + 1 };
}

function addressOf(row: ReadonlyMap<string, string>): Endpoint[] {
  const [host, port] = [row.get('ip'), Number(row.get('port'))];
  return host === undefined || !(port > 0) ? [] : [{ host, port }];
}
