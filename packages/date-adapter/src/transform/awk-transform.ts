// An awk program as a transform: chunks are its main input, what it prints is the output. A record that it cannot do
// (a division by zero) goes the way of lines that cannot be converted, and the run goes on: bad data never ends the
// process.
import type { ChunkSource, StartedProgram } from '../awk/chunk-source.ts';
import { STARVED } from '../awk/chunk-source.ts';
import { ProgramError } from '../awk/interpreter/interpreter.ts';
import type { ByteSink } from '../awk/world.ts';
import type { ByteOutput } from '../byte-output.ts';
import type { FailurePolicy } from './failure-policy.ts';
import type { Ending, LineCounts, LineTransform, Piece } from './line-transform.ts';
import type { ThreadHooks } from './surroundings.ts';

const NEWLINE = Buffer.from('\n');
/** What is fed at once: the engine copies it, and its buffer is to stay small. */
const CHUNK_BYTES = 64 * 1024;

/** awk's own, for a program that goes wrong at its end. */
const FAULT_STATUS = 2;

/**
 * What was pushed last, as the program's input. With `wait` a program that asks for more waits where it is, without it
 * the loop over records is left.
 */
export class PushedChunks implements ChunkSource {
  /** Called before waiting. */
  onWait: () => void = () => {};
  readonly #wait: ThreadHooks['next'] | undefined;
  #source = '';
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #hasEnded = false;

  constructor(wait?: ThreadHooks['next']) {
    this.#wait = wait;
  }

  push({ bytes, start, end, source }: Piece): void {
    this.#source = source;
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  close(): void {
    this.#hasEnded = true;
  }

  next(): string | undefined {
    while (this.#at >= this.#end) {
      if (this.#hasEnded) return undefined;
      if (this.#wait === undefined) throw STARVED;
      this.onWait();
      const message = this.#wait();
      if (message.kind === 'push') this.push(message.piece);
      else if (message.kind === 'end') this.close();
    }
    return this.#source;
  }

  take(): Uint8Array {
    const from = this.#at;
    this.#at = Math.min(this.#end, from + CHUNK_BYTES);
    return this.#bytes.subarray(from, this.#at);
  }
}

/** Standard output of the program: whatever output the transform was handed last. */
export class OutputSink implements ByteSink {
  out: ByteOutput | undefined;
  readonly #thread: ThreadHooks | undefined;

  constructor(thread: ThreadHooks | undefined) {
    this.#thread = thread;
  }

  write(bytes: Uint8Array): void {
    const { out } = this;
    if (out === undefined) return;
    out.range(bytes, 0, bytes.length);
    if (this.#thread?.full(out) === true) this.#thread.flush();
  }

  flush(): void {
    this.#thread?.flush();
  }

  close(): number {
    return 0;
  }
}

export type AwkTransformParts = {
  readonly chunks: PushedChunks;
  readonly sink: OutputSink;
  readonly program: StartedProgram;
  readonly counts: LineCounts;
  /** For records that cannot be done. */
  readonly policy: FailurePolicy;
  /** Records may span chunks: the end of what was pushed is not the end of a record. */
  readonly mayHold: boolean;
};

export class AwkTransform implements LineTransform {
  heldSince = Infinity;
  readonly #parts: AwkTransformParts;
  #ending: Ending | undefined;
  #hasEnded = false;
  /** Records that are in the counts. */
  #counted = 0;

  constructor(parts: AwkTransformParts) {
    this.#parts = parts;
    parts.chunks.onWait = () => this.#count();
  }

  get ending(): Ending | undefined {
    return this.#ending ?? this.#parts.policy.ending;
  }

  begin(out: ByteOutput): void {
    this.#parts.sink.out = out;
    if (this.#parts.program.begin() === 'ended') this.#finish();
  }

  push(piece: Piece, out: ByteOutput, round: number): void {
    if (this.#hasEnded) return;
    const { chunks, sink, mayHold } = this.#parts;
    sink.out = out;
    chunks.push(piece);
    if (mayHold) this.heldSince = round;
    this.#run(piece);
  }

  idle(out: ByteOutput, upTo: number, source?: string): void {
    if (this.#hasEnded || this.heldSince > upTo || !this.#parts.mayHold) return;
    this.#parts.sink.out = out;
    this.#run(undefined, true);
    // As a rule that another follows: what is left of a record may never be completed.
    if (source !== undefined) this.heldSince = Infinity;
  }

  end(out: ByteOutput): void {
    if (this.#hasEnded) return;
    this.#parts.sink.out = out;
    this.#parts.chunks.close();
    this.#run(undefined);
    if (!this.#hasEnded) this.#finish();
  }

  #run(piece: Piece | undefined, isSettled = false): void {
    const { program } = this.#parts;
    for (;;) {
      try {
        const progress = isSettled ? program.settle() : program.records();
        this.#count();
        if (progress === 'ended') this.#finish();
        return;
      } catch (error) {
        if (!(error instanceof ProgramError)) throw error;
        this.#counted++;
        this.#fail(error, piece?.source ?? '');
      }
    }
  }

  #count(): void {
    const { program, counts } = this.#parts;
    counts.converted += program.recordCount - this.#counted;
    this.#counted = program.recordCount;
  }

  /** The record goes the way of lines that cannot be converted; what was printed for it stays. */
  #fail(error: ProgramError, source: string): void {
    const { program, policy, sink } = this.#parts;
    const line = Buffer.concat([program.record(), NEWLINE]);
    if (sink.out !== undefined) policy.handle(line, 0, line.length, source, () => error.message, sink.out);
  }

  #finish(): void {
    const { chunks, program, counts } = this.#parts;
    this.#hasEnded = true;
    chunks.close();
    this.#ending = { reason: 'the program has ended', code: FAULT_STATUS };
    try {
      this.#ending = { ...this.#ending, code: program.end() };
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      counts.error++;
      this.#ending = { reason: error.message, code: FAULT_STATUS };
    }
  }
}
