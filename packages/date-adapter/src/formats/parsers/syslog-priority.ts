// `<PRI>` at the head of a syslog message (RFC 5424, section 6.2.1; RFC 3164, section 4.1.1), for both formats. Pure.
import { decimal, GREATER, LESS, skipDigits } from '../ascii.ts';
import type { FieldName, FieldNames } from '../field-names.ts';
import { type LogRecord, NUMBER, STRING } from '../log-record.ts';
import { FACILITIES, SEVERITIES } from '../severity.ts';

const MOST_PRIORITY = 191;

const FACILITY_WORDS = FACILITIES.map((name) => Buffer.from(name));
const SEVERITY_WORDS = SEVERITIES.map((name) => Buffer.from(name));

export class SyslogPriority {
  readonly #priority: FieldName;
  readonly #facility: FieldName;
  readonly #severity: FieldName;

  constructor(names: FieldNames) {
    this.#priority = names.intern('priority');
    this.#facility = names.intern('facility');
    this.#severity = names.intern('severity');
  }

  /** Adds number, facility and severity (the record's level); returns the index behind `>`, or -1. */
  parse(line: Uint8Array, start: number, end: number, record: LogRecord): number {
    if (start >= end || line[start] !== LESS) return fail(record, start, '<priority>');
    const at = skipDigits(line, start + 1, end);
    const digits = at - start - 1;
    if (digits < 1 || digits > 3) return fail(record, start + 1, 'a priority of one to three digits');
    if (at >= end || line[at] !== GREATER) return fail(record, at, '> behind the priority');
    const priority = decimal(line, start + 1, at);
    if (priority > MOST_PRIORITY) return fail(record, start + 1, 'a priority of at most 191');
    record.add(this.#priority, NUMBER, start + 1, at);
    addWord(record, this.#facility, FACILITY_WORDS[priority >> 3]!);
    record.level = record.count;
    addWord(record, this.#severity, SEVERITY_WORDS[priority & 7]!);
    return at + 1;
  }
}

function addWord(record: LogRecord, name: FieldName, word: Uint8Array): void {
  record.addFrom(name, STRING, word, 0, word.length);
}

function fail(record: LogRecord, at: number, expected: string): -1 {
  record.fail(at, expected);
  return -1;
}
