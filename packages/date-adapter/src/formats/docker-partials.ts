// Puts lines together that Docker's json-file driver has cut at 16 KiB: as long as `log` does not end with a line end,
// the next line of the same stream goes on. Hot, pure. The result is one such line again, with the time of the last
// part. What is no such line passes; what would become too long goes as it is so far.
import { startsWith } from './ascii.ts';
import { ByteOutput } from '../byte-output.ts';
import { FieldNames } from './field-names.ts';
import type { LineJoiner, RecordSink } from './line-joiner.ts';
import { LogRecord } from './log-record.ts';
import { DockerJsonParser } from './parsers/docker-json.ts';

const MOST_BYTES = 1024 * 1024;
const STDERR = Buffer.from('stderr');

type Held = {
  readonly text: ByteOutput;
  /** What stands behind `log` in the last part: its quote, the stream, the time, the brace. */
  readonly tail: ByteOutput;
};

export class DockerPartials implements LineJoiner {
  readonly #deliver: RecordSink;
  readonly #maxBytes: number;
  readonly #parser: DockerJsonParser;
  readonly #record = new LogRecord();
  readonly #stream;
  readonly #stdout: Held = { text: new ByteOutput(1024), tail: new ByteOutput(256) };
  readonly #stderr: Held = { text: new ByteOutput(1024), tail: new ByteOutput(256) };

  constructor(deliver: RecordSink, maxBytes = MOST_BYTES) {
    const names = new FieldNames();
    this.#parser = new DockerJsonParser(names);
    this.#stream = names.intern('stream');
    this.#deliver = deliver;
    this.#maxBytes = maxBytes;
  }

  get holds(): boolean {
    return this.#stdout.text.length > 0 || this.#stderr.text.length > 0;
  }

  push(line: Uint8Array, start: number, end: number): void {
    const record = this.#record;
    if (!this.#parser.parse(line, start, end, record)) return this.#deliver(line, start, end, end);
    const held = this.#isError() ? this.#stderr : this.#stdout;
    const { isPartial } = this.#parser;
    if (held.text.length === 0 && !isPartial) return this.#deliver(line, start, end, end);
    const from = record.starts[record.message]!;
    const to = record.ends[record.message]!;
    if (held.text.length + to - from > this.#maxBytes) this.#release(held);
    held.text.range(line, held.text.length === 0 ? start : from, to);
    held.tail.clear();
    held.tail.range(line, to, end);
    if (!isPartial) this.#release(held);
  }

  flush(): void {
    this.#release(this.#stdout);
    this.#release(this.#stderr);
  }

  #isError(): boolean {
    const { count, names, sources, starts, ends } = this.#record;
    for (let index = 0; index < count; index++) {
      if (names[index] !== this.#stream) continue;
      return startsWith(sources[index]!, starts[index]!, ends[index]!, STDERR);
    }
    return false;
  }

  #release({ text, tail }: Held): void {
    if (text.length === 0) return;
    text.range(tail.bytes, 0, tail.length);
    const { length } = text;
    text.clear();
    this.#deliver(text.bytes, 0, length, length);
  }
}
