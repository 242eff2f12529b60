// Lines by a pattern: a regular expression with named groups, or grok's `%{NAME:field:type}`, or both. Hot, pure.
// As in grok, the pattern may match anywhere in the line (anchor it with ^ and $), empty captures give no field, and
// of several captures with one name the first that took part counts. Types: int, long, float, double, number, boolean.
import type { FieldName, FieldNames } from '../field-names.ts';
import { expandGrok } from '../grok/grok-expansion.ts';
import { PatternMatcher } from '../grok/pattern-matcher.ts';
import type { LineParser } from '../line-parser.ts';
import { BOOLEAN, type FieldKind, type LogRecord, NUMBER, STRING } from '../log-record.ts';

const NUMBERS = /:(?:int|long|float|double|number)$/;
const BOOLEANS = /:bool(?:ean)?$/;
const TYPES = /:(?:int|long|float|double|number|bool|boolean|string)$/;

export class PatternParser implements LineParser {
  readonly #matcher: PatternMatcher;
  readonly #names: readonly FieldName[];
  readonly #kinds: readonly FieldKind[];

  /**
   * @param definitions patterns of the user's own, by name
   * @throws PatternError with the place in the pattern; Error when no group has a name
   */
  constructor(names: FieldNames, pattern: string, definitions: Readonly<Record<string, string>> = {}) {
    this.#matcher = new PatternMatcher(expandGrok(pattern, definitions));
    const { groups } = this.#matcher;
    if (groups.length === 0)
      throw new Error('pattern: it captures nothing; name what you want: %{INT:status} or (?<status>...)');
    this.#names = groups.map((group) => names.intern(group.replace(TYPES, '')));
    this.#kinds = groups.map((group) =>
      NUMBERS.test(group) ? NUMBER : BOOLEANS.test(group) ? BOOLEAN : STRING,
    );
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    record.begin(line, start, end);
    const matcher = this.#matcher;
    if (!matcher.match(line, start, end)) return record.fail(matcher.failedAt, matcher.expected);
    const { positions } = matcher;
    for (let group = 0; group < this.#names.length; group++) {
      const from = positions[group * 2]!;
      const to = positions[group * 2 + 1]!;
      if (to <= from || from < 0 || this.#isThere(record, this.#names[group]!)) continue;
      const kind = this.#kinds[group]!;
      const isNoBoolean = kind === BOOLEAN && !isBoolean(line, from, to);
      record.addNamed(this.#names[group]!, isNoBoolean ? STRING : kind, line, from, to);
    }
    return true;
  }

  #isThere({ count, names }: LogRecord, name: FieldName): boolean {
    for (let index = 0; index < count; index++) if (names[index] === name) return true;
    return false;
  }
}

function isBoolean(line: Uint8Array, from: number, to: number): boolean {
  const word = to - from <= 5 ? Buffer.from(line.subarray(from, to)).toString('latin1') : '';
  return word === 'true' || word === 'false';
}
