// Several parsers tried in order, the last one that took a line first. Hot, pure. For formats that come in a few
// shapes, and for files that several programs write.
// A line that none takes is reported as by the parser that came farthest.
import type { LineParser } from '../line-parser.ts';
import type { LogRecord } from '../log-record.ts';

export class AnyOfParser implements LineParser {
  readonly #parsers: readonly LineParser[];
  #last = 0;

  constructor(parsers: readonly LineParser[]) {
    this.#parsers = parsers;
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    const last = this.#parsers[this.#last];
    if (last?.parse(line, start, end, record) === true) return true;
    let failedAt = last === undefined ? start : record.failedAt;
    let expected = last === undefined ? 'a format' : record.expected;
    for (let index = 0; index < this.#parsers.length; index++) {
      if (index === this.#last) continue;
      if (this.#parsers[index]!.parse(line, start, end, record)) {
        this.#last = index;
        return true;
      }
      if (record.failedAt <= failedAt) continue;
      failedAt = record.failedAt;
      expected = record.expected;
    }
    return record.fail(failedAt, expected);
  }
}
