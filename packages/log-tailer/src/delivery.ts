// From follow to stdout: while one round of batches is being written, the next is read into the other buffer. What
// was written is acknowledged, and only then does the checkpoint move. The whole way of the data, in one loop.
import path from 'node:path';
import type { ByteKernel } from './byte-kernel.ts';
import type { Batch, FileReader } from './file-reader.ts';
import type { Follow } from './follow.ts';
import type { FollowInput } from './follow-input.ts';
import type { LineFormat } from './line-format.ts';
import { Output } from './output.ts';
import type { StdoutSink } from './stdout-sink.ts';

/** Half a MiB read at a time: less costs throughput on a pipe, more only memory. */
const BUFFER_BYTES = 512 * 1024;
/** Room for a buffer of short lines behind prefixes; memory only once it is written to. */
const OUTPUT_BYTES = 4 * 1024 * 1024;

export type DeliveryOptions = {
  readonly follow: Follow;
  readonly sink: StdoutSink;
  readonly kernel: ByteKernel;
  readonly formats: ReadonlyMap<FollowInput, LineFormat>;
  /** As `tail -v`: a header line whenever the output turns to another file. */
  readonly headers: boolean;
};

export class Delivery {
  #options: DeliveryOptions;
  /** The format whose record the output stands in. */
  #openFormat: LineFormat | undefined;
  #lastPath: string | undefined;
  readonly #names = new Map<string, string>();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** From the next round on. A record under way is closed by the format that began it. */
  useFormats(formats: ReadonlyMap<FollowInput, LineFormat>): void {
    this.#options = { ...this.#options, formats };
  }

  /** Runs until follow ends. @throws StdoutClosed and other errors of the sink */
  async run(): Promise<void> {
    const { follow, sink, kernel } = this.#options;
    const rounds = [newRound(kernel), newRound(kernel)];
    let writing: Promise<void> = Promise.resolve();
    for (let turn = 0; ; turn = 1 - turn) {
      const { buffer, output } = rounds[turn]!;
      const batches = await follow.read(buffer);
      if (batches === undefined) break;
      output.reset();
      for (const batch of batches) this.#encode(batch, output);
      const pieces = output.finish();
      await writing;
      writing = sink.write(pieces).then(() => follow.acknowledge(batches));
      // Whoever waits in read() has to hear of it; the error itself comes with the next await.
      writing.catch(() => follow.stop());
    }
    await writing;
  }

  #encode(batch: Batch, output: Output): void {
    const { formats, headers } = this.#options;
    const format = formats.get(batch.reader.input);
    const closes = this.#openFormat !== undefined && (batch.startsRecord || format !== this.#openFormat);
    if (closes) this.#openFormat!.close(output);
    // An input that was removed by a reload, with a last batch under way.
    if (format === undefined) return output.pass(batch.bytes);
    if (headers && batch.reader.followedPath !== this.#lastPath) this.#header(batch.reader, closes, output);
    format.encode(batch, output);
    this.#openFormat = format.open ? format : undefined;
  }

  /** An empty line before all headers but the first; the newline that closed a line is enough, as in tail. */
  #header({ followedPath, input }: FileReader, closed: boolean, output: Output): void {
    const gap = this.#lastPath === undefined || closed ? '' : '\n';
    const name = this.#names.getOrInsertComputed(
      followedPath,
      (file) => input.include.find((operand) => path.resolve(operand) === file) ?? file,
    );
    output.append(Buffer.from(`${gap}==> ${name} <==\n`));
    this.#lastPath = followedPath;
  }
}

function newRound(kernel: ByteKernel): { buffer: Buffer; output: Output } {
  return { buffer: kernel.allocate(BUFFER_BYTES), output: new Output(kernel.allocate(OUTPUT_BYTES)) };
}
