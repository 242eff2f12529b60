// Reads what a container prints, as it prints it and to its last byte: both streams by line to whoever watches, and whole
// for tests, over all restarts of the container, as `kubectl logs` and its `--previous` would show together.
// The invariant: every byte once. The engine's `logs --follow` may drop the last lines of a container that ends while it
// prints (seen with 20.10: 24 of 36 containers on a busy machine), so after the end the log is read again, from where it was.

import { once } from 'node:events';
import { startDocker } from './engine.ts';

export type Stream = 'stdout' | 'stderr';

export type OutputOptions = {
  readonly onLine: (stream: Stream, line: string) => void;
  /** Whether to keep all of it in memory. */
  readonly keep: boolean;
};

const STREAMS = ['stdout', 'stderr'] as const;

export class ContainerOutput {
  readonly #kept: Record<Stream, Buffer[]> = { stdout: [], stderr: [] };
  readonly #options: OutputOptions;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  get stdout(): string {
    return Buffer.concat(this.#kept.stdout).toString();
  }

  get stderr(): string {
    return Buffer.concat(this.#kept.stderr).toString();
  }

  /**
   * Reads the log of one life of the container from its beginning; `ended` is that life's end. Resolves when all of it is
   * read, throws when that cannot be done.
   */
  async follow(engineName: string, ended: Promise<unknown>): Promise<void> {
    const readers = { stdout: this.#reader('stdout'), stderr: this.#reader('stderr') };
    const following = startDocker(['logs', '--follow', engineName]);
    for (const stream of STREAMS)
      following[stream].on('data', (chunk: Buffer) => readers[stream].take(chunk));
    await Promise.all([once(following, 'close'), ended.finally(() => following.kill())]);
    const rest = startDocker(['logs', engineName]);
    for (const stream of STREAMS) {
      let known = readers[stream].bytes;
      rest[stream].on('data', (chunk: Buffer) => {
        readers[stream].take(chunk.subarray(known));
        known = Math.max(0, known - chunk.length);
      });
    }
    const [code]: (number | null)[] = await once(rest, 'close');
    if (code !== 0)
      throw new Error(`its output cannot be read to the end: docker logs ended with code ${code}`);
    for (const stream of STREAMS) readers[stream].end();
  }

  #reader(stream: Stream): LineReader {
    const kept = this.#options.keep ? this.#kept[stream] : undefined;
    return new LineReader(kept, (line) => this.#options.onLine(stream, line));
  }
}

/** Lines end with a newline and nothing else: `node:readline` also cuts at a lone \r and at U+2028, which JSON may contain. */
class LineReader {
  bytes = 0;
  readonly #kept: Buffer[] | undefined;
  readonly #onLine: (line: string) => void;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #rest = '';

  constructor(kept: Buffer[] | undefined, onLine: (line: string) => void) {
    this.#kept = kept;
    this.#onLine = onLine;
  }

  take(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.#kept?.push(chunk);
    const [first = '', ...others] = this.#decoder.decode(chunk, { stream: true }).split('\n');
    const lines = [this.#rest + first, ...others];
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line);
  }

  end(): void {
    const last = this.#rest + this.#decoder.decode();
    if (last !== '') this.#onLine(last);
  }
}
