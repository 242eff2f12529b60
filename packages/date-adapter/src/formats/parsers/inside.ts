// A format inside another: what the application wrote, in the lines of the container runtime (`cri+json`). Hot, pure.
// The fields are the application's; those of the runtime follow, where they have other names, and its time counts
// where the application gave none. The raw line is what the application wrote.
// A message that is not of the inner format stays the message of the outer one.
import type { LineParser } from '../line-parser.ts';
import { fieldKind, LogRecord } from '../log-record.ts';

export class InsideParser implements LineParser {
  readonly #outer: LineParser;
  readonly #inner: LineParser;
  readonly #around = new LogRecord();

  /** Both are made with the same names. */
  constructor(outer: LineParser, inner: LineParser) {
    this.#outer = outer;
    this.#inner = inner;
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    const around = this.#around;
    if (!this.#outer.parse(line, start, end, around)) {
      record.begin(line, start, end);
      return record.fail(around.failedAt, around.expected);
    }
    const { message } = around;
    if (message === -1) return this.#outer.parse(line, start, end, record);
    around.unescape(message);
    const source = around.sources[message]!;
    if (!this.#inner.parse(source, around.starts[message]!, around.ends[message]!, record)) {
      return this.#outer.parse(line, start, end, record);
    }
    for (let index = 0; index < around.count; index++) if (index !== message) this.#add(index, record);
    return true;
  }

  #add(index: number, record: LogRecord): void {
    const around = this.#around;
    const name = around.names[index]!;
    for (let other = 0; other < record.count; other++) if (record.names[other] === name) return;
    if (index === around.time && record.time === -1) record.time = record.count;
    const kind = around.kinds[index]!;
    record.addFrom(name, fieldKind(kind), around.sources[index]!, around.starts[index]!, around.ends[index]!);
  }
}
