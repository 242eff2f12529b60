// Files as lines, through log-tailer's engine: growing, rotated, truncated, remembered by a checkpoint. With `once` one
// engine follows the other, so that each operand is read to its end before the next one begins.
import path from 'node:path';
import { explain } from '@podmate/base/errors';
import type { Log } from '@podmate/base/log';
import type { Batch, Follow, FollowedPath } from '@podmate/log-tailer/follow';
import type { Piece } from '../transform/line-transform.ts';
import type { LineInput, Round } from './line-input.ts';

/** Half a MiB read at a time, as log-tailer does. */
const BUFFER_BYTES = 512 * 1024;

export type FollowedInputOptions = {
  /** One; with `once` one for each operand. */
  readonly follows: readonly Follow[];
  /** As the operator named them: what FILENAME is. */
  readonly files: readonly string[];
  readonly once: boolean;
  readonly lingerMs: number;
  readonly log: Log;
};

export class FollowedInput implements LineInput {
  readonly follows: readonly Follow[];
  readonly #options: FollowedInputOptions;
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  readonly #names = new Map<string, string>();
  #current = 0;

  constructor(options: FollowedInputOptions) {
    this.#options = options;
    this.follows = options.follows;
    for (const file of options.files) this.#names.set(path.resolve(file), file);
  }

  get readBytes(): number {
    return this.follows.reduce((sum, { stats }) => sum + stats.readBytes, 0);
  }

  start(): void {
    const follow = this.follows[this.#current];
    follow?.start();
    if (this.#options.once) follow?.finish();
  }

  async read(): Promise<Round | undefined> {
    for (; this.#current < this.follows.length; this.#current++, this.start()) {
      const follow = this.follows[this.#current]!;
      const batches = await follow.read(this.#buffer);
      if (batches === undefined) continue;
      const pieces = batches.map((batch) => this.#pieceOf(batch));
      return { pieces, acknowledge: () => follow.acknowledge(batches) };
    }
    return undefined;
  }

  drain(): void {
    for (const follow of this.follows) follow.drain(this.#options.lingerMs);
  }

  stop(): void {
    this.#current = this.follows.length;
    for (const follow of this.follows) follow.stop();
  }

  close(): void {
    for (const follow of this.follows) follow.close();
  }

  ready(): string[] {
    const anyReadable = this.#paths().some((followed) => followed.current !== undefined);
    return anyReadable ? [] : this.warnings();
  }

  warnings(): string[] {
    const problems: string[] = [];
    for (const { path: file, problem } of this.#paths()) {
      if (problem !== undefined) problems.push(`cannot read ${file}: ${explain(problem.cause ?? problem)}`);
    }
    return problems;
  }

  isIncomplete(): boolean {
    const missing = this.#paths().filter(
      ({ everPresent, generations, problem }) =>
        !everPresent && generations.length === 0 && problem === undefined,
    );
    for (const { path: file } of missing) this.#options.log.error('no such file', { path: file });
    return missing.length > 0 || this.warnings().length > 0;
  }

  #paths(): FollowedPath[] {
    return this.follows.flatMap(({ paths }) => [...paths]);
  }

  #pieceOf({ bytes, reader, startsRecord, endsRecord }: Batch): Piece {
    const source = this.#names.get(reader.followedPath) ?? reader.followedPath;
    return { bytes, start: 0, end: bytes.length, source, startsLine: startsRecord, endsLine: endsRecord };
  }
}
