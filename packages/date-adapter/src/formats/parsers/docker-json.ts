// Docker's json-file driver: `{"log":"text\n","stream":"stdout","attrs":{...},"time":"..."}`. Hot, pure.
// The line end inside `log` is not part of the message. Where it is missing Docker has cut the line (at 16 KiB), and
// the next one goes on: `isPartial` says so.
import { BACKSLASH } from '../ascii.ts';
import type { FieldNames } from '../field-names.ts';
import type { LineParser } from '../line-parser.ts';
import { JSON_STRING, type LogRecord } from '../log-record.ts';
import { JsonLinesParser } from './json-lines.ts';

export class DockerJsonParser implements LineParser {
  /** Whether the line last parsed goes on in the next one. */
  isPartial = false;
  readonly #lines: JsonLinesParser;

  constructor(names: FieldNames) {
    this.#lines = new JsonLinesParser(names);
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    if (!this.#lines.parse(line, start, end, record)) return false;
    const { message } = record;
    const isLog = message !== -1 && record.names[message]!.text === 'log';
    if (!isLog || record.time === -1) return record.fail(end, '"log" and "time"');
    const length = lineEndLength(record, message);
    this.isPartial = length === 0;
    record.ends[message] = record.ends[message]! - length;
    return true;
  }
}

/** How many bytes `\n` or `\r\n` at the end of a field takes, escaped as it is in JSON. */
function lineEndLength(record: LogRecord, index: number): number {
  if (record.kinds[index] !== JSON_STRING) return 0;
  const source = record.sources[index]!;
  const [start, end] = [record.starts[index]!, record.ends[index]!];
  if (!isEscape(source, start, end, 0x6e)) return 0;
  return isEscape(source, start, end - 2, 0x72) ? 4 : 2;
}

/** Whether source[start, end) ends with a backslash, not itself escaped, and the letter. */
function isEscape(source: Uint8Array, start: number, end: number, letter: number): boolean {
  if (end - start < 2 || source[end - 1] !== letter) return false;
  let backslashes = 0;
  for (let at = end - 2; at >= start && source[at] === BACKSLASH; at--) backslashes++;
  return backslashes % 2 === 1;
}
