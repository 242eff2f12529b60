// What the clients do: seeded pipelines of random depth over registers, lists and counters that all of them share, in
// transactions and blocking pops too, and what each reply means for the history. A client that loses its connection makes a
// new one.
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '@podmate/testkit/seeded-random';
import { ErrorReply, RawClient, type Reply } from './client.ts';
import type { Operation } from './history.ts';

const REGISTERS = 12;
const LISTS = 3;
/** Registers whose values are gone after EXPIRY_MS: that nothing is there proves nothing. */
const EXPIRING = 3;
const EXPIRY_MS = 30;
const READ_SCRIPT = "return redis.call('GET', KEYS[1])";
const WRITE_SCRIPT = "return redis.call('SET', KEYS[1], ARGV[1])";
/** A list is left alone after so many pushes, as reads of it grow. */
const LONGEST_LIST = 40;

export type WorkloadOptions = {
  readonly port: number;
  readonly random: SeededRandom;
  readonly clients: number;
  /** Most commands in one pipeline. */
  readonly depth: number;
};

/** The commands of all clients, as they go on. */
export class Workload {
  readonly operations: Operation[] = [];
  readonly #options: WorkloadOptions;
  readonly #stopping = new AbortController();
  readonly #pushes = new Map<number, number>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: WorkloadOptions) {
    this.#options = options;
  }

  start(): void {
    const { clients, random } = this.#options;
    this.#running = Promise.all(
      Array.from({ length: clients }, (_, id) => this.#live(id, random.branch(`client ${id}`))),
    );
  }

  /** Ends when every command was answered. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #live(id: number, random: SeededRandom): Promise<void> {
    const client = new RawClient(this.#options.port);
    const hand = new Hand(id, this.#options.clients, random, this.operations, (list) =>
      this.#generation(list),
    );
    while (!this.#stopping.signal.aborted) {
      if (!client.connected)
        await client.connect().then(
          () => hand.begin(client),
          () => sleep(20),
        );
      else await hand.batch(client, this.#options.depth);
      if (random.chance(0.05)) await sleep(random.integer(0, 30));
    }
    client.close();
  }

  /** Lists are used up by all clients together. */
  #generation(list: number): number {
    const pushes = (this.#pushes.get(list) ?? 0) + 1;
    this.#pushes.set(list, pushes);
    return Math.floor(pushes / LONGEST_LIST);
  }
}

type Step = {
  readonly words: readonly string[];
  readonly operation: Operation;
  /** Whether this can be the reply to it. */
  readonly fits: (reply: Reply) => boolean;
  /** Of a command about several keys: what each of its replies is to. */
  readonly parts?: readonly Step[];
};

/** One client's commands: made up, sent, and entered into the history with what came of them. */
class Hand {
  /** Another with each connection: that is what is promised to see its own writes, not who makes them one after another. */
  #id: number;
  readonly #random: SeededRandom;
  readonly #operations: Operation[];
  readonly #generation: (list: number) => number;
  readonly #database: string;
  /** How far apart its numbers are. */
  readonly #connections: number;
  #index = 0;

  constructor(
    id: number,
    connections: number,
    random: SeededRandom,
    operations: Operation[],
    generation: (list: number) => number,
  ) {
    this.#id = id;
    this.#connections = connections;
    this.#random = random;
    this.#operations = operations;
    this.#generation = generation;
    this.#database = id % 3 === 2 ? '1' : '0';
  }

  /** What a new connection begins with. */
  async begin(client: RawClient): Promise<void> {
    this.#id += this.#connections;
    const select = this.#plain(['SELECT', this.#database], 'OK');
    await this.#send(client, [select]);
    if (select.operation.outcome === 'ok') return;
    client.close(); // what came next would be in another database
    await sleep(20);
  }

  async batch(client: RawClient, depth: number): Promise<void> {
    const kind = this.#random.weighted([
      ['pipeline', 20],
      ['slow', 1],
      ['transaction', 2],
      ['patient transaction', 1],
      ['pop', 1],
    ] as const);
    if (kind === 'transaction') return this.#transaction(client, 0);
    if (kind === 'patient transaction') return this.#transaction(client, this.#random.integer(5, 40));
    if (kind === 'pop') return this.#send(client, [this.#pop()]);
    const steps = Array.from({ length: this.#random.integer(1, depth) }, () => this.#single());
    if (kind !== 'slow') return this.#send(client, steps);
    client.pause();
    const sent = this.#send(client, steps);
    await sleep(this.#random.integer(1, 40));
    client.resume();
    return sent;
  }

  #single(): Step {
    const kind = this.#random.weighted([
      ['get', 8],
      ['set', 3],
      ['push', 1],
      ['list', 1],
      ['add', 1],
      ['echo', 1],
      ['get several', 1],
      ['get by script', 0.5],
      ['set by script', 0.5],
      ['get expiring', 1],
      ['set expiring', 1],
    ] as const);
    switch (kind) {
      case 'get':
        return this.#get();
      case 'set':
        return this.#set();
      case 'get several':
        return this.#getSeveral();
      case 'get by script':
        return this.#getByScript();
      case 'set by script':
        return this.#setByScript();
      case 'get expiring':
        return this.#get(`x${this.#random.integer(0, EXPIRING - 1)}`);
      case 'set expiring':
        return this.#setExpiring();
      case 'push':
        return this.#push();
      case 'list':
        return this.#list();
      case 'add':
        return this.#add();
      default:
        return this.#plain(['ECHO', `${this.#id}.${this.#index}`], `${this.#id}.${this.#index}`);
    }
  }

  #operation(kind: Operation['kind'], name: string): Operation {
    const index = this.#index++;
    const value = `${name}=${this.#id}.${index}`;
    return {
      client: this.#id,
      index,
      kind,
      key: `${this.#database}/${name}`,
      value,
      invoked: Number.NaN,
      completed: Infinity,
      outcome: 'doubt',
      result: null,
    };
  }

  #plain(words: readonly string[], expected: string): Step {
    return { words, operation: this.#operation('echo', 'echo'), fits: (reply) => reply === expected };
  }

  #register(): string {
    return `r${this.#random.integer(0, REGISTERS - 1)}`;
  }

  #get(name = this.#register()): Step {
    return { words: ['GET', name], operation: this.#operation('read', name), fits: isValueOf(name) };
  }

  #set(): Step {
    const operation = this.#operation('write', this.#register());
    const words = ['SET', operation.key.slice(2), operation.value];
    if (this.#random.chance(0.01)) words[2] += '.'.repeat(100_000); // on the lane for large values
    return { words, operation, fits: (reply) => reply === 'OK' };
  }

  #getSeveral(): Step {
    const parts = Array.from({ length: this.#random.integer(1, 4) }, () => this.#get());
    const words = ['MGET', ...parts.map(({ words: [, name = ''] }) => name)];
    const fits = (reply: Reply): boolean => Array.isArray(reply) && reply.length === parts.length;
    return { words, operation: this.#operation('echo', 'echo'), fits, parts };
  }

  /** At a replica, which may not know the script. */
  #getByScript(): Step {
    const get = this.#get();
    return { ...get, words: ['EVAL_RO', READ_SCRIPT, '1', ...get.words.slice(1)] };
  }

  #setByScript(): Step {
    const operation = this.#operation('write', this.#register());
    const words = ['EVAL', WRITE_SCRIPT, '1', operation.key.slice(2), operation.value];
    return { words, operation, fits: (reply) => reply === 'OK' };
  }

  #setExpiring(): Step {
    const operation = this.#operation('write', `x${this.#random.integer(0, EXPIRING - 1)}`);
    const words = ['SET', operation.key.slice(2), operation.value, 'PX', String(EXPIRY_MS)];
    return { words, operation, fits: (reply) => reply === 'OK' };
  }

  #push(): Step {
    const list = this.#random.integer(0, LISTS - 1);
    const operation = this.#operation('push', `l${list}.${this.#generation(list)}`);
    return { words: ['RPUSH', operation.key.slice(2), operation.value], operation, fits: isCount };
  }

  #list(): Step {
    const list = this.#random.integer(0, LISTS - 1);
    const operation = this.#operation('list', `l${list}.${this.#generation(list)}`);
    return {
      words: ['LRANGE', operation.key.slice(2), '0', '-1'],
      operation,
      fits: isListOf(operation.key.slice(2)),
    };
  }

  #pop(): Step {
    const list = this.#random.integer(0, LISTS - 1);
    const operation = this.#operation('pop', `l${list}.${this.#generation(list)}`);
    return {
      words: ['BLPOP', operation.key.slice(2), '0.05'],
      operation,
      fits: isPoppedFrom(operation.key.slice(2)),
    };
  }

  #add(): Step {
    const operation = this.#operation('add', `c${this.#random.integer(0, 1)}`);
    return { words: ['INCR', operation.key.slice(2)], operation, fits: isCount };
  }

  #inner(): Step[] {
    return Array.from({ length: this.#random.integer(1, 5) }, () =>
      this.#random.weighted([
        [() => this.#set(), 3],
        [() => this.#get(), 2],
        [() => this.#push(), 1],
        [() => this.#add(), 1],
      ])(),
    );
  }

  /** MULTI to EXEC, at once or with a rest before EXEC, in which what was queued is not executed yet. */
  async #transaction(client: RawClient, restMs: number): Promise<void> {
    const steps = this.#inner();
    const begin = this.#plain(['MULTI'], 'OK');
    const queued = steps.map(({ words }) => this.#plain(words, 'QUEUED'));
    const all = [begin, ...queued];
    // Their effects are EXEC's; until then they are in doubt like all that was not answered.
    this.#enter(steps);
    const opened = this.#send(client, all);
    if (restMs > 0) {
      await opened;
      await sleep(restMs);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    client.send([['EXEC']], [(reply, at) => resolve(this.#executed(steps, reply, at))]);
    await Promise.all([opened, promise]);
  }

  #executed(steps: readonly Step[], reply: Reply | undefined, at: number): void {
    if (!Array.isArray(reply)) for (const step of steps) settle(step, reply ?? undefined, at);
    else steps.forEach((step, n) => settle(step, reply[n], at));
  }

  #enter(steps: readonly Step[]): void {
    for (const { operation, parts } of steps) {
      operation.invoked = performance.now();
      this.#operations.push(operation);
      if (parts) this.#enter(parts);
    }
  }

  /** Sends them in one write; ends when the last was answered, or cannot be any more. */
  #send(client: RawClient, steps: readonly Step[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#enter(steps);
    let left = steps.length;
    client.send(
      steps.map(({ words }) => words),
      steps.map((step) => (reply: Reply | undefined, at: number) => {
        settle(step, reply, at);
        if (--left === 0) resolve();
      }),
    );
    return promise;
  }
}

/** Errors of commands that were not executed, of Redis and of the ambassador. */
const NOT_EXECUTED =
  /^(TRYAGAIN|READONLY|LOADING|MASTERDOWN|EXECABORT|UNBLOCKED|NOREPLICAS|CLUSTERDOWN)|it was not executed|under way: /;

function settle({ operation, fits, parts }: Step, reply: Reply | undefined, at: number): void {
  if (reply === undefined) return; // in doubt for ever
  parts?.forEach((part, n) => settle(part, Array.isArray(reply) ? reply[n] : reply, at));
  operation.completed = at;
  if (reply instanceof ErrorReply) {
    operation.result = reply.message;
    if (reply.message.includes('may or may not')) operation.completed = Infinity;
    else operation.outcome = NOT_EXECUTED.test(reply.message) ? 'failed' : 'alien';
    return;
  }
  operation.outcome = fits(reply) ? 'ok' : 'alien';
  if (reply === null && operation.kind === 'read' && /\/x\d+$/.test(operation.key))
    operation.outcome = 'doubt';
  operation.result = Array.isArray(reply) ? reply.map(String) : reply;
  if (typeof reply === 'string') operation.result = reply.replace(/\.+$/, '');
  if (operation.kind === 'pop' && Array.isArray(reply) && typeof reply[1] === 'string')
    operation.result = reply[1];
}

const isCount = (reply: Reply): boolean => typeof reply === 'number' && reply > 0;
const isValueOf =
  (name: string) =>
  (reply: Reply): boolean =>
    reply === null || (typeof reply === 'string' && reply.startsWith(`${name}=`));
const isListOf =
  (name: string) =>
  (reply: Reply): boolean =>
    Array.isArray(reply) && reply.every((token) => typeof token === 'string' && token.startsWith(`${name}=`));
const isPoppedFrom =
  (name: string) =>
  (reply: Reply): boolean =>
    reply === null || (Array.isArray(reply) && reply[0] === name && isValueOf(name)(reply[1] ?? null));
