// The holder of a pod: a container that owns the pod's network and keeps its volumes mounted, from before the first of
// the pod's containers until after the last. What Kubernetes calls the sandbox or pause container, with a small program
// inside (holder-program.ts) that probes the pod's address and writes its volumes, wherever the engine runs.
// The invariant: it ends when its stdin does, so an aborted runner leaves no holder behind.

import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { flagsOf } from '../containers.ts';
import { docker } from './engine.ts';
import type { HolderAnswer, HolderGreeting, HolderRequest } from './holder-program.ts';

/** Any image with Node from version 24 on; this one is what our images are built from, so it is there. */
const HOLDER_IMAGE = process.env['NODE_IMAGE'] ?? 'node:26-bookworm-slim';

const PROGRAM = readFileSync(join(import.meta.dirname, 'holder-program.ts'), 'utf8');

const GONE: HolderAnswer = { ok: false, detail: "the pod's network is gone" };

export type HolderOptions = {
  readonly name: string;
  readonly network: string;
  /** Further names under which the pod is found in its network. */
  readonly aliases: readonly string[];
  readonly hostname: string;
  readonly hostAliases: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
  /** Volume of the pod -> volume of the engine. */
  readonly volumes: ReadonlyMap<string, string>;
  /** As `docker run --publish` has them. */
  readonly publish: readonly string[];
};

export class Holder implements AsyncDisposable {
  readonly name: string;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (answer: HolderAnswer) => void>();
  #addresses: HolderGreeting | undefined;
  #requests = 0;
  #isGone = false;
  #words = '';

  /** Starts the container; resolves when it answers. Throws with the engine's words when it does not start. */
  static async start(options: HolderOptions): Promise<Holder> {
    const holder = new Holder(options);
    try {
      await holder.#greeted();
    } catch (error) {
      await holder[Symbol.asyncDispose]();
      throw error;
    }
    return holder;
  }

  private constructor({ name, network, aliases, hostname, hostAliases, volumes, publish }: HolderOptions) {
    this.name = name;
    const flags = flagsOf({
      interactive: true,
      rm: true,
      name,
      network,
      'network-alias': aliases,
      hostname,
      'add-host': hostAliases.flatMap(({ ip, hostnames }) => hostnames.map((host) => `${host}:${ip}`)),
      ipc: 'shareable',
      volume: [...volumes].map(([volume, engineName]) => `${engineName}:/volumes/${volume}`),
      publish,
      entrypoint: 'node',
    });
    const program = [
      '--input-type=module-typescript',
      '--disable-warning=ExperimentalWarning',
      '--eval',
      PROGRAM,
    ];
    this.#process = spawn('docker', ['run', ...flags, HOLDER_IMAGE, ...program], { detached: true }); // see engine.ts
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => (this.#words += text));
    this.#process.stdin.on('error', () => {}); // it has ended: every open request is answered so, below
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#heard(JSON.parse(line)));
    this.ended = once(this.#process, 'close').then(
      () => this.#gone(),
      (error: Error) => this.#gone(error.message), // there is no docker to be run
    );
  }

  get addresses(): HolderGreeting {
    if (this.#addresses === undefined) throw new Error(`${this.name}: not started`);
    return this.#addresses;
  }

  /** Asks the program inside. Resolves to its answer, also when that is that the holder has ended. */
  ask(request: HolderRequest): Promise<HolderAnswer> {
    if (this.#isGone) return Promise.resolve(GONE);
    const id = (this.#requests += 1);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#process.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
    });
  }

  /** Asks for what must not fail. */
  async order(request: HolderRequest): Promise<void> {
    const { ok, detail } = await this.ask(request);
    if (!ok) throw new Error(`${this.name}: ${request.ask}: ${detail}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end();
    await docker(['rm', '--force', this.name]).catch(() => {}); // --rm may have been quicker
    await this.ended;
  }

  #gone(words = ''): void {
    this.#words += words;
    this.#isGone = true;
    for (const answer of this.#waiting.values()) answer(GONE);
    this.#waiting.clear();
  }

  #heard(message: HolderGreeting | (HolderAnswer & { id: number })): void {
    if ('podIP' in message) {
      this.#addresses = message;
      this.#process.emit('greeted');
      return;
    }
    this.#waiting.get(message.id)?.(message);
    this.#waiting.delete(message.id);
  }

  async #greeted(): Promise<void> {
    await Promise.race([once(this.#process, 'greeted'), this.ended]);
    if (this.#isGone) throw new Error(`the pod's network cannot be made: ${this.#words.trim()}`);
  }
}
