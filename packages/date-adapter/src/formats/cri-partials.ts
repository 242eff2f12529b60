// Puts the partial lines (P) of a container's log file together: `<time> stdout P a`, `<time> stdout F b` become
// `<time> stdout F ab`, with the time of the first. Hot, pure. stdout and stderr are apart, for they interleave.
// A line that would become too long goes as it is so far, and the rest as another. What is no CRI line passes.
import { ByteOutput } from '../byte-output.ts';
import type { LineJoiner, RecordSink } from './line-joiner.ts';
import { CriHead } from './parsers/cri.ts';

const MOST_BYTES = 1024 * 1024;
const FULL = 0x46; // F

export class CriPartials implements LineJoiner {
  readonly #deliver: RecordSink;
  readonly #maxBytes: number;
  readonly #head = new CriHead();
  readonly #stdout = new ByteOutput(1024);
  readonly #stderr = new ByteOutput(1024);

  constructor(deliver: RecordSink, maxBytes = MOST_BYTES) {
    this.#deliver = deliver;
    this.#maxBytes = maxBytes;
  }

  get holds(): boolean {
    return this.#stdout.length > 0 || this.#stderr.length > 0;
  }

  push(line: Uint8Array, start: number, end: number): void {
    const head = this.#head;
    const isCri = head.read(line, start, end);
    const held = head.isError ? this.#stderr : this.#stdout;
    if (!isCri || (held.length === 0 && !head.isPartial)) return this.#deliver(line, start, end, end);
    if (held.length + end - head.message > this.#maxBytes) this.#release(held);
    if (held.length === 0) {
      held.range(line, start, head.tag);
      held.byte(FULL);
      held.range(line, head.tag + 1, head.message);
    }
    held.range(line, head.message, end);
    if (!head.isPartial) this.#release(held);
  }

  flush(): void {
    this.#release(this.#stdout);
    this.#release(this.#stderr);
  }

  #release(held: ByteOutput): void {
    const { length } = held;
    if (length === 0) return;
    held.clear();
    this.#deliver(held.bytes, 0, length, length);
  }
}
