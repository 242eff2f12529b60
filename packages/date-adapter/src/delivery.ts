// From input through the transform to stdout, in one loop: while what came of one round is being written, the next is
// read and transformed. A round is acknowledged when its bytes are out, also those that the transform held back.
// Output leaves with its round: nothing waits for more to come but what a joiner holds, and that only for a while.
import type { StdoutSink } from '@podmate/log-tailer/stdout-sink';
import { ByteOutput } from './byte-output.ts';
import type { LineInput, Round } from './input/line-input.ts';
import type { Outlet, Stage } from './stage.ts';
import type { Ending } from './transform/line-transform.ts';

/** After an outburst the buffer for it is given back. */
const KEPT_BYTES = 4 * 1024 * 1024;
const FIRST_BYTES = 64 * 1024;

type Numbered = { readonly round: Round; readonly number: number; readonly atMs: number };

export type DeliveryOptions = {
  readonly input: LineInput;
  readonly stage: Stage;
  readonly sink: StdoutSink;
  /** What is held back leaves when nothing came for this long. */
  readonly idleMs: number;
};

export class Delivery {
  writtenBytes = 0;
  /** How often another transform was put to use. */
  reloads = 0;
  readonly #options: DeliveryOptions;
  readonly #outlet: Outlet;
  #stage: Stage;
  #next: Stage | undefined;
  #writing: Promise<void> = Promise.resolve();
  #outputs = [new ByteOutput(FIRST_BYTES), new ByteOutput(FIRST_BYTES)];
  #turn = 0;
  /** Rounds, numbered as they came, that are not acknowledged, because of bytes held back. */
  #waiting: Numbered[] = [];
  #rounds = 0;
  /** Nothing came since the transform was told so. */
  #hasIdled = false;
  /** Under way, also while something else is done meanwhile. */
  #reading: Promise<Round | undefined> | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#stage = options.stage;
    const outputs = (): ByteOutput => this.#out;
    const flush = async (): Promise<void> => {
      await this.#write([]);
      await this.#writing;
    };
    this.#outlet = {
      get out() {
        return outputs();
      },
      flush,
    };
  }

  /** The transform, to be asked how it does. */
  get stage(): Stage {
    return this.#stage;
  }

  /** The deadline has come: nothing more is transformed. */
  terminate(): void {
    this.#stage.terminate();
  }

  /** From the next round on; what the old one holds back leaves first. */
  useStage(stage: Stage): void {
    this.#next = stage;
  }

  /** Runs until the input or the transform ends. @throws what the sink and the transform do */
  async run(): Promise<Ending | undefined> {
    const { input } = this.#options;
    await this.#stage.begin(this.#outlet);
    await this.#write([]);
    while (this.#stage.ending === undefined) {
      const round = await this.#read();
      if (round === undefined) break;
      if (this.#next !== undefined) await this.#change(this.#next);
      if (round === 'idle') await this.#idle();
      else await this.#deliver(round);
    }
    await this.#stage.end(this.#outlet);
    await this.#write(this.#waiting.splice(0));
    await this.#writing;
    input.stop();
    return this.#stage.ending;
  }

  get #out(): ByteOutput {
    return this.#outputs[this.#turn]!;
  }

  async #read(): Promise<Round | 'idle' | undefined> {
    this.#reading ??= this.#options.input.read();
    const { promise: quiet, resolve } = Promise.withResolvers<'idle'>();
    const isHeld = this.#stage.heldSince < Infinity && !this.#hasIdled;
    const timer = isHeld ? setTimeout(() => resolve('idle'), this.#options.idleMs) : undefined;
    const first = timer === undefined ? await this.#reading : await Promise.race([this.#reading, quiet]);
    clearTimeout(timer);
    if (first !== 'idle') this.#reading = undefined;
    return first;
  }

  async #deliver(round: Round): Promise<void> {
    const stage = this.#stage;
    const number = ++this.#rounds;
    this.#hasIdled = false;
    for (const piece of round.pieces) {
      const pushed = stage.push(piece, this.#outlet, number);
      if (pushed !== undefined) await pushed;
      if (stage.ending !== undefined) break;
    }
    const nowMs = performance.now();
    this.#waiting.push({ round, number, atMs: nowMs });
    const late = this.#waiting.findLast(({ atMs }) => atMs <= nowMs - this.#options.idleMs);
    // Of a file that has gone quiet while others have not.
    if (late !== undefined && stage.ending === undefined) await stage.idle(this.#outlet, late.number);
    await this.#write(this.#released());
  }

  async #idle(): Promise<void> {
    this.#hasIdled = true;
    await this.#stage.idle(this.#outlet, Infinity);
    await this.#write(this.#released());
  }

  /** Rounds of which nothing is held back any more. */
  #released(): Numbered[] {
    const { heldSince } = this.#stage;
    const kept = this.#waiting.findIndex(({ number }) => number >= heldSince);
    return this.#waiting.splice(0, kept === -1 ? this.#waiting.length : kept);
  }

  async #change(stage: Stage): Promise<void> {
    this.#next = undefined;
    this.reloads++;
    await this.#stage.end(this.#outlet);
    this.#stage = stage;
    await stage.begin(this.#outlet);
  }

  /** Hands the output over, once the one before is out; these rounds are acknowledged when it is. */
  async #write(rounds: readonly Numbered[]): Promise<void> {
    const out = this.#out;
    if (out.length === 0 && rounds.length === 0) return;
    await this.#writing;
    const { length } = out;
    this.#turn = 1 - this.#turn;
    this.#writing = this.#send(out).then(() => {
      this.writtenBytes += length;
      for (const { round } of rounds) round.acknowledge();
    });
    // Whoever waits for input has to hear of it; the error itself comes with the next await.
    this.#writing.catch(() => this.#options.input.stop());
  }

  async #send(out: ByteOutput): Promise<void> {
    if (out.length > 0)
      await this.#options.sink.write([Buffer.from(out.bytes.buffer, out.bytes.byteOffset, out.length)]);
    if (out.bytes.length > KEPT_BYTES)
      this.#outputs[this.#outputs.indexOf(out)] = new ByteOutput(FIRST_BYTES);
    out.clear();
  }
}
