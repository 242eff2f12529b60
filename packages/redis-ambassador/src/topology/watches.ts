// Asks servers for what they are, each at its own pace: one that hangs delays no other. For every topology that asks the
// servers themselves. Invariant: the look at a server is never older than its pace and the timeout of a question.
import { explain } from '@podmate/base/errors';
import { ControlConnection, type ControlOptions } from '../topology.ts';
import type { Endpoint } from '../upstream/dial.ts';
import type { Look } from './decide.ts';

/** Asked at once and again and again by failing connections, a server is asked no more often than this. */
const AT_MOST_EVERY_MS = 20;

type Watched = {
  readonly endpoint: Endpoint;
  readonly control: ControlConnection;
  look: Look | undefined;
  /** What it said when it last said anything. */
  known: Look | undefined;
  asking: boolean;
  again: boolean;
  askedAt: number;
  timer: NodeJS.Timeout | undefined;
};

const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`;

export class Watches {
  readonly #options: ControlOptions;
  readonly #changed: () => void;
  readonly #watched = new Map<string, Watched>();
  #paceMs: number;

  /** @param changed called after every look */
  constructor(options: ControlOptions, paceMs: number, changed: () => void) {
    this.#options = options;
    this.#paceMs = paceMs;
    this.#changed = changed;
  }

  /** From now on these and no others. */
  watch(endpoints: readonly Endpoint[]): void {
    const wanted = new Map(endpoints.map((each) => [nameOf(each), each]));
    for (const [name, watched] of this.#watched) {
      if (wanted.has(name)) continue;
      this.#watched.delete(name);
      clearTimeout(watched.timer);
      watched.control.close();
    }
    for (const [name, endpoint] of wanted) {
      if (this.#watched.has(name)) continue;
      const control = new ControlConnection(endpoint, this.#options);
      const state = {
        look: undefined,
        known: undefined,
        asking: false,
        again: false,
        askedAt: -Infinity,
        timer: undefined,
      };
      const watched: Watched = { endpoint, control, ...state };
      this.#watched.set(name, watched);
      void this.#ask(watched);
    }
  }

  /** What each server said last, as far as it was asked. */
  get looks(): Look[] {
    return [...this.#watched.values()].flatMap(({ look }) => look ?? []);
  }

  /** Every server has answered, or failed to. */
  get complete(): boolean {
    return [...this.#watched.values()].every(({ look }) => look !== undefined);
  }

  /** How long to wait between two questions to one server. */
  pace(paceMs: number): void {
    const sooner = paceMs < this.#paceMs;
    this.#paceMs = paceMs;
    if (sooner)
      for (const watched of this.#watched.values()) if (!watched.asking) this.#later(watched, paceMs);
  }

  /** Asks all of them now; until it answers, the look at `doubted` does not count. */
  nudge(doubted?: string): void {
    const unsure = this.#watched.get(doubted ?? '');
    if (unsure) unsure.look = undefined;
    for (const watched of this.#watched.values()) {
      watched.again = watched.asking;
      if (!watched.asking)
        this.#later(watched, Math.max(0, watched.askedAt + AT_MOST_EVERY_MS - performance.now()));
    }
  }

  close(): void {
    this.watch([]);
  }

  #later(watched: Watched, afterMs: number): void {
    clearTimeout(watched.timer);
    if (afterMs > 0) watched.timer = setTimeout(() => void this.#ask(watched), afterMs);
    else void this.#ask(watched);
  }

  async #ask(watched: Watched): Promise<void> {
    const { endpoint, control } = watched;
    watched.asking = true;
    watched.again = false;
    watched.askedAt = performance.now();
    const look: Look = await control.info().then(
      (info) => (watched.known = { endpoint, info }),
      (error: unknown) => {
        // A script that lasts is no reason to doubt its server, and changes no role.
        const busy = error instanceof Error && error.message.startsWith('BUSY ');
        return (busy ? watched.known : undefined) ?? { endpoint, error: explain(error) };
      },
    );
    watched.asking = false;
    if (this.#watched.get(nameOf(endpoint)) !== watched) return;
    watched.look = look;
    this.#later(watched, watched.again ? Math.min(AT_MOST_EVERY_MS, this.#paceMs) : this.#paceMs);
    this.#changed();
  }
}
