// One Redis server: its shared connections (for each identity one lane for small and one for large values), a stock of
// connections to lend, and what is known of its state. Invariant: a lane is one connection at a time, made when needed.
import type { DirtyMarks } from '../consistency/dirty-marks.ts';
import type { Candidate } from '../balancer.ts';
import { type Account, Connection } from './connection.ts';
import { dial, type Endpoint, handshake, type Reach } from './dial.ts';
import { expectedMs } from './latency.ts';
import type { Identity, Request, Source } from './source.ts';
import { Traffic } from './traffic.ts';

/** Idle connections kept to be lent again, per identity. */
const STOCK = 8;
/** Unused for so long, a connection is given up. */
const IDLE_MS = 60_000;
/** Combinations of login, database and protocol version that have connections at the same time. */
const MOST_IDENTITIES = 128;
/** Connections for scripts, per identity: one is enough until a script takes its time. */
const SCRIPT_LANES = 4;
/** A script lane silent for so long with commands pending: a script is at it, and others take another lane. */
const SCRIPT_STUCK_MS = 50;

export type ServerOptions = {
  readonly endpoint: Endpoint;
  readonly reach: Reach;
  readonly marks: DirtyMarks;
  readonly now: () => number;
  /** The same, read once in a turn of the event loop: for what is asked per command. It stands while there is no primary. */
  readonly turnNow: () => number;
  /** How old a replica's data may be when it is read from (--max-staleness); Infinity: no bound. */
  readonly maxStalenessMs: number;
  /** Commands that took so long are told to onSlow. */
  readonly slowMs: number;
  readonly onSlow: (server: Server, request: Request, tookMs: number) => void;
  readonly nextCursorOwner: () => number;
  /** A connection ended: with work or before it was made, so that the server may be gone, or refused our login; or idle. */
  readonly onTrouble: (server: Server, why: Error, cause: 'server' | 'refused' | 'idle') => void;
};

type Lanes = { small: Connection | undefined; large: Connection | undefined };

export class Server implements Candidate {
  readonly name: string;
  readonly endpoint: Endpoint;
  /** The control plane has seen it fit for its role, and no connection has failed since. */
  up = false;
  /** As a replica: the newest epoch of writes it is known to have applied; -1 before the first fence. A primary: Infinity. */
  clean = -1;
  /** As a replica: when the newest clean epoch was closed; the true bound of its staleness. */
  freshAt = -Infinity;
  /** Its number in the cursors that it gave; another one as soon as it may not be the same process any more. */
  cursorOwner: number;
  /** As a replica: what the primary had written and it had not applied, when last asked. */
  lagBytes = 0;
  readonly accounts: { readonly primary: Account; readonly replica: Account };
  /** In our own zone (--zone). */
  near = false;
  /** Which process it is; a new one has lost what it had not saved. */
  runId: string | undefined;
  /** When the control plane last had an answer from it; of options.now. */
  seenAt: number;
  /** It was primary, and another is. */
  deposed = false;
  /** The control plane has found it unfit since connections were last made. */
  missed = false;
  readonly #options: ServerOptions;
  readonly #lanes = new Map<string, Lanes>();
  readonly #scripts = new Map<string, Connection[]>();
  readonly #stock = new Map<string, Connection[]>();
  readonly #open = new Set<Connection>();
  #waiting: {
    readonly epoch: number;
    readonly callback: (there: boolean) => void;
    readonly since: number;
  }[] = [];
  /** How many connections have ended: each may have been the end of the process that answers. */
  ends = 0;
  connects = 0;
  /** Commands of clients sent over shared connections. */
  commands = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    const slow: Account['slow'] = (request, tookMs) => options.onSlow(this, request, tookMs);
    const account = (): Account => ({ traffic: new Traffic(), slowMs: options.slowMs, slow });
    this.accounts = { primary: account(), replica: account() };
    this.cursorOwner = options.nextCursorOwner();
    this.endpoint = options.endpoint;
    this.seenAt = options.now();
    this.name = `${options.endpoint.host}:${options.endpoint.port}`;
  }

  /** Where answers are counted in its present role. */
  get account(): Account {
    return this.clean === Infinity ? this.accounts.primary : this.accounts.replica;
  }

  get usable(): boolean {
    return this.up && this.fresh;
  }

  /** As a replica: all that was written longer ago than the bound is there, whoever wrote it. */
  get fresh(): boolean {
    const { maxStalenessMs, turnNow } = this.#options;
    return (
      maxStalenessMs === Infinity || this.clean === Infinity || turnNow() - this.freshAt <= maxStalenessMs
    );
  }

  get outstanding(): number {
    let sum = 0;
    for (const connection of this.#open) sum += connection.outstanding;
    return sum;
  }

  /** What a read has to expect, for the balancer; 0 while nothing is known. */
  get latencyMs(): number {
    return expectedMs(this.#open, this.#options.turnNow());
  }

  owns(source: Source): boolean {
    return source instanceof Connection && this.#open.has(source);
  }

  get connections(): number {
    return this.#open.size;
  }

  /** The shared connection for this identity. */
  lane(identity: Identity, large: boolean): Connection {
    let lanes = this.#lanes.get(identity.key);
    if (!lanes) this.#lanes.set(identity.key, (lanes = { small: undefined, large: undefined }));
    const lane = large ? lanes.large : lanes.small;
    if (lane && !lane.ended) return lane;
    const made = this.#connect(identity, true);
    if (large) lanes.large = made;
    else lanes.small = made;
    return made;
  }

  /**
   * A shared connection for scripts, which nothing else rides on: while one runs for long, the server says BUSY to all
   * others, and takes their SCRIPT KILL, but only on other connections.
   */
  scripts(identity: Identity): Connection {
    let lanes = this.#scripts.get(identity.key);
    if (!lanes) this.#scripts.set(identity.key, (lanes = []));
    const before = this.#options.now() - SCRIPT_STUCK_MS;
    const free = lanes.find((lane) => lane.outstanding === 0 || lane.activeAt > before);
    if (free) return free;
    if (lanes.length === SCRIPT_LANES) return lanes[SCRIPT_LANES - 1]!;
    const made = this.#connect(identity, true);
    lanes.push(made);
    return made;
  }

  /** A connection for one client, until giveBack() or its end. One more is made ready for the next to come. */
  borrow(identity: Identity): Connection {
    const stock = this.#stock.get(identity.key) ?? [];
    this.#stock.set(identity.key, stock);
    let connection = stock.pop();
    while (connection?.ended) connection = stock.pop();
    connection ??= this.#connect(identity, false);
    if (stock.length === 0) stock.push(this.#connect(identity, false));
    return connection;
  }

  /** Takes back a connection whose state is as it was when lent. */
  giveBack(identity: Identity, connection: Connection): void {
    if (connection.ended) return;
    const stock = this.#stock.get(identity.key) ?? [];
    this.#stock.set(identity.key, stock);
    if (stock.length < STOCK && this.up) stock.push(connection);
    else connection.end(new Error('not needed any more'));
  }

  /** Calls back once `epoch` is applied here (true), or the server is not up any more or takes too long (false). */
  whenClean(epoch: number, callback: (there: boolean) => void): void {
    this.#waiting.push({ epoch, callback, since: this.#options.now() });
  }

  /** Whether one who waits can be told; to be called when something was applied, and every 100 ms or so. */
  tellWaiting(patienceMs: number): void {
    if (this.#waiting.length === 0) return;
    const oldest = this.#options.now() - patienceMs;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) {
      if (this.clean >= each.epoch) each.callback(true);
      else if (!this.up || each.since < oldest) each.callback(false);
      else this.#waiting.push(each);
    }
  }

  /** Ends lanes that have commands pending and heard nothing for so long: the server hangs. A script may take its time. */
  endSilent(timeoutMs: number): void {
    const before = this.#options.now() - timeoutMs;
    for (const lane of this.up ? this.#sized() : this.#shared())
      if (lane.outstanding > 0 && lane.activeAt < before)
        lane.end(new Error(`no answer within ${Math.round(timeoutMs)} ms`), 'server');
  }

  /** Ends what was lent: as Redis closes its clients' connections when it is made a replica. */
  endBorrowed(why: Error): void {
    const ours = new Set([...this.#shared(), ...[...this.#stock.values()].flat()]);
    for (const connection of this.#open) if (!ours.has(connection)) connection.end(why);
  }

  /** Ends what nobody uses just now: after an outage it may be half open. */
  endIdle(): void {
    for (const connection of [...this.#shared(), ...[...this.#stock.values()].flat()])
      if (connection.outstanding === 0) connection.end(new Error('the server was away'));
  }

  /** Whether one more identity would be more than the server should have connections for. */
  crowded(identity: Identity): boolean {
    return this.#lanes.size >= MOST_IDENTITIES && !this.#lanes.has(identity.key);
  }

  /** Ends lanes and lent connections that nobody has used for a while; the first small lane stays. */
  endUnused(): void {
    const before = this.#options.now() - IDLE_MS;
    const why = new Error('nobody uses it any more');
    for (const [key, lanes] of this.#lanes) {
      for (const size of ['small', 'large'] as const) {
        const lane = lanes[size];
        if (!lane || lane.outstanding > 0 || lane.activeAt > before) continue;
        if (size === 'small' && this.#lanes.size === 1) continue;
        lanes[size] = undefined; // not lost, so cursors it gave stay good
        lane.end(why);
      }
      if (!lanes.small && !lanes.large) this.#lanes.delete(key);
    }
    for (const lane of [...this.#scripts.values()].flat())
      if (lane.outstanding === 0 && lane.activeAt < before) lane.end(why);
    for (const [key, stock] of this.#stock) {
      // The oldest are at the front; one stays for the next to come.
      while (stock.length > 1 && stock[0]!.activeAt < before) stock.shift()?.end(why);
      if (stock.length === 1 && stock[0]!.ended) this.#stock.delete(key);
    }
  }

  /** What clients share. */
  #shared(): Connection[] {
    return [...this.#sized(), ...[...this.#scripts.values()].flat()];
  }

  /** Without those for scripts. */
  #sized(): Connection[] {
    const lanes = [...this.#lanes.values()].flatMap(({ small, large }) => [small, large]);
    return lanes.filter((lane) => lane !== undefined);
  }

  close(why: Error): void {
    for (const connection of this.#open) connection.end(why);
  }

  #connect(identity: Identity, shared: boolean): Connection {
    const { endpoint, reach, marks, now, onTrouble, nextCursorOwner } = this.#options;
    let ready = false;
    this.connects++;
    const { introduced, ...dialled } = dial(endpoint, reach);
    const connection = new Connection({
      ...dialled,
      marks,
      now,
      turnNow: this.#options.turnNow,
      account: () => (shared ? this.account : undefined),
      handshake: handshake(identity, reach),
      onReady: () => {
        ready = true;
        introduced();
      },
      onEnd: (ended, why, cause) => {
        this.#open.delete(ended);
        this.ends++;
        const lanes = this.#lanes.get(identity.key);
        if (lanes?.small === ended || lanes?.large === ended) this.cursorOwner = nextCursorOwner();
        if (lanes?.small === ended) lanes.small = undefined;
        if (lanes?.large === ended) lanes.large = undefined;
        if (lanes && !lanes.small && !lanes.large) this.#lanes.delete(identity.key);
        const scripts = this.#scripts.get(identity.key);
        if (scripts?.includes(ended)) scripts.splice(scripts.indexOf(ended), 1);
        if (scripts?.length === 0) this.#scripts.delete(identity.key);
        // A login or database that a client made up, and the server refuses, says nothing about the server.
        if (cause === 'busy') return; // the server is well: a script runs
        const refused = cause === 'refused' && (identity.login !== undefined || identity.db !== 0);
        if (cause !== 'ours' && !refused)
          onTrouble(this, why, ready && ended.outstanding === 0 ? 'idle' : cause);
      },
    });
    this.#open.add(connection);
    return connection;
  }
}
