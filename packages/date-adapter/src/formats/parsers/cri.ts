// The log files of container runtimes (Kubernetes' CRI): `<RFC 3339 time> <stdout|stderr> <tags> message`. Hot, pure.
// Tags are `F` (whole) or `P` (the line goes on in the next one), perhaps more behind a colon. Putting partial lines
// together is the business of cri-partials.
import { COLON, isDigit, skipToSpace, startsWith } from '../ascii.ts';
import type { FieldName, FieldNames } from '../field-names.ts';
import type { LineParser } from '../line-parser.ts';
import { type LogRecord, STRING } from '../log-record.ts';

const STDOUT = Buffer.from('stdout ');
const STDERR = Buffer.from('stderr ');
const FULL = 0x46; // F
const PARTIAL = 0x50; // P

export class CriParser implements LineParser {
  readonly #time: FieldName;
  readonly #stream: FieldName;
  readonly #tag: FieldName;
  readonly #message: FieldName;

  constructor(names: FieldNames) {
    this.#time = names.intern('time');
    this.#stream = names.intern('stream');
    this.#tag = names.intern('logtag');
    this.#message = names.intern('message');
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    record.begin(line, start, end);
    const timeEnd = skipToSpace(line, start, end);
    if (timeEnd === end || timeEnd - start < 20 || !isDigit(line[start]))
      return record.fail(start, 'an RFC 3339 time');
    const stream = timeEnd + 1;
    const isStream = startsWith(line, stream, end, STDOUT) || startsWith(line, stream, end, STDERR);
    if (!isStream) return record.fail(stream, 'stdout or stderr');
    const tag = stream + STDOUT.length;
    const tagEnd = skipToSpace(line, tag, end);
    if (!isTag(line, tag, tagEnd)) return record.fail(tag, 'the tag F or P');
    record.time = 0;
    record.add(this.#time, STRING, start, timeEnd);
    record.add(this.#stream, STRING, stream, tag - 1);
    record.add(this.#tag, STRING, tag, tagEnd);
    record.message = 3;
    record.add(this.#message, STRING, Math.min(tagEnd + 1, end), end);
    return true;
  }
}

function isTag(line: Uint8Array, start: number, end: number): boolean {
  if (start >= end || (line[start] !== FULL && line[start] !== PARTIAL)) return false;
  return start + 1 === end || line[start + 1] === COLON;
}

/** Where the parts of a CRI line are, for those who put partial lines together; used again for each line. */
export class CriHead {
  isError = false;
  isPartial = false;
  /** Index of the tag, and of the message. */
  tag = 0;
  message = 0;

  /** False, with nothing changed, for what is no CRI line. */
  read(line: Uint8Array, start: number, end: number): boolean {
    const stream = skipToSpace(line, start, end) + 1;
    const isError = startsWith(line, stream, end, STDERR);
    if (!isError && !startsWith(line, stream, end, STDOUT)) return false;
    const tag = stream + STDOUT.length;
    const tagEnd = skipToSpace(line, tag, end);
    if (!isTag(line, tag, tagEnd)) return false;
    this.isError = isError;
    this.isPartial = line[tag] === PARTIAL;
    this.tag = tag;
    this.message = Math.min(tagEnd + 1, end);
    return true;
  }
}
