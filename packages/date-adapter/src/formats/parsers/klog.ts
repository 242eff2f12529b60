// klog and glog (Kubernetes' components, Go, C++): `I0919 19:40:49.924011    1234 file.go:12] message`. Hot, pure.
// The level is written out (info, warning, error, fatal), for nobody's tool knows `I`. glog's later form with the
// year (`I20230919 ...`) is taken, too. The message of klog's structured calls stays as it is, pairs and all.
import { COLON, decimal, DOT, isDigit, RIGHT_BRACKET, skipBlanks, skipDigits, SPACE } from '../ascii.ts';
import type { FieldName, FieldNames } from '../field-names.ts';
import type { LineParser } from '../line-parser.ts';
import { type LogRecord, NUMBER, STRING } from '../log-record.ts';

const LEVELS = new Map(
  ['debug', 'info', 'warning', 'error', 'fatal'].map((word) => [
    word.toUpperCase().charCodeAt(0),
    Buffer.from(word),
  ]),
);

export class KlogParser implements LineParser {
  readonly #level: FieldName;
  readonly #timestamp: FieldName;
  readonly #thread: FieldName;
  readonly #file: FieldName;
  readonly #line: FieldName;
  readonly #message: FieldName;

  constructor(names: FieldNames) {
    this.#level = names.intern('level');
    this.#timestamp = names.intern('timestamp');
    this.#thread = names.intern('thread');
    this.#file = names.intern('file');
    this.#line = names.intern('line');
    this.#message = names.intern('message');
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    record.begin(line, start, end);
    const level = start < end ? LEVELS.get(line[start]!) : undefined;
    if (level === undefined) return record.fail(start, 'one of I, W, E, F, D');
    const stampEnd = klogStampEnd(line, start + 1, end);
    if (stampEnd === -1) return record.fail(start + 1, 'mmdd hh:mm:ss.uuuuuu');
    record.level = 0;
    record.addFrom(this.#level, STRING, level, 0, level.length);
    record.time = 1;
    record.add(this.#timestamp, STRING, start + 1, stampEnd);
    const threadStart = skipBlanks(line, stampEnd, end);
    const threadEnd = skipDigits(line, threadStart, end);
    if (threadStart === stampEnd || threadEnd === threadStart) return record.fail(threadStart, 'a thread id');
    if (threadEnd >= end || line[threadEnd] !== SPACE)
      return record.fail(threadEnd, 'a space and file:line]');
    record.add(this.#thread, NUMBER, threadStart, threadEnd);
    return this.#place(line, threadEnd + 1, end, record);
  }

  /** `file.go:12] message` */
  #place(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    let at = start;
    while (at < end && line[at] !== RIGHT_BRACKET && line[at] !== SPACE) at++;
    if (at >= end || line[at] !== RIGHT_BRACKET) return record.fail(at, 'file:line]');
    let colon = at - 1;
    while (colon > start && isDigit(line[colon])) colon--;
    if (colon <= start || line[colon] !== COLON || colon + 1 === at) return record.fail(start, 'file:line]');
    record.add(this.#file, STRING, start, colon);
    record.add(this.#line, NUMBER, colon + 1, at);
    record.message = record.count;
    record.add(this.#message, STRING, at + 1 < end && line[at + 1] === SPACE ? at + 2 : at + 1, end);
    return true;
  }
}

/** `0919 19:40:49.924011`, or with the year before it; index behind it, or -1. */
function klogStampEnd(line: Uint8Array, start: number, end: number): number {
  const dateEnd = skipDigits(line, start, end);
  const digits = dateEnd - start;
  if ((digits !== 4 && digits !== 8) || dateEnd + 9 > end || line[dateEnd] !== SPACE) return -1;
  const month = decimal(line, dateEnd - 4, dateEnd - 2);
  if (month < 1 || month > 12) return -1;
  for (let column = 1; column <= 8; column++) {
    const byte = line[dateEnd + column];
    if (column % 3 === 0 ? byte !== COLON : !isDigit(byte)) return -1;
  }
  const at = dateEnd + 9;
  if (at >= end || line[at] !== DOT) return -1;
  const fractionEnd = skipDigits(line, at + 1, end);
  return fractionEnd === at + 1 ? -1 : fractionEnd;
}
