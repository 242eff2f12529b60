// The variables that the language gives a meaning, as scalars: reading NF splits the record, assigning FS decides how
// the next one is split, and so on. Their array cousins (ENVIRON, ARGV ...) are ordinary arrays filled at the start.
// Invariant: what a program assigns it reads back, whatever its type; meaning is derived at assignment.
import { INITIAL_VALUES, SPECIALS, specialIndex } from '../specials.ts';
import type { SpecialName } from '../ast.ts';
import { CurrentRecord, type RecordFormat } from './current-record.ts';
import type { TextCodec } from './bytes.ts';
import type { RecordSeparator } from './record-reader.ts';
import type { Regexes } from './regexes.ts';
import { readSeparator, readWidths, type Separator } from './separators.ts';
import { isTrue, type Scalar, toNumber, toText, TypedRegex } from './values.ts';

export class SpecialVariables implements RecordFormat {
  readonly record: CurrentRecord;
  outputFieldSeparator = ' ';
  outputRecordSeparator = '\n';
  /** CONVFMT. */
  numberFormat = '%.6g';
  /** OFMT. */
  outputNumberFormat = '%.6g';
  subscriptSeparator = '\u001c';
  readonly #csv: boolean;
  readonly #posix: boolean;
  readonly #codec: TextCodec;
  readonly #regexes: Regexes;
  readonly #values: Scalar[] = SPECIALS.map(() => undefined);
  /** Which variable says how records are split: the one assigned last. */
  #splitBy: 'FS' | 'FPAT' | 'FIELDWIDTHS' = 'FS';
  #separator: Separator | undefined;
  /** FS alone. */
  #splitSeparator: Separator | undefined;
  #recordSeparator: RecordSeparator | undefined;

  constructor(regexes: Regexes, codec: TextCodec, options: { posix: boolean; csv: boolean }) {
    this.#regexes = regexes;
    this.#codec = codec;
    this.#posix = options.posix;
    this.#csv = options.csv;
    for (const [name, value] of INITIAL_VALUES) this.#values[indexOf(name)] = value;
    this.record = new CurrentRecord(this, regexes);
  }

  get(name: SpecialName): Scalar {
    return name === 'NF' ? this.record.count : this.#values[indexOf(name)];
  }

  /** @throws RunError, RegexError for a value that means nothing */
  set(name: SpecialName, value: Scalar): void {
    if (name === 'NF') {
      this.record.count = Math.trunc(toNumber(value));
      return;
    }
    this.#settle(name);
    this.#values[indexOf(name)] = value;
    this.#apply(name, value);
  }

  number(name: SpecialName): number {
    return toNumber(this.get(name));
  }

  text(name: SpecialName): string {
    return toText(this.get(name), this.numberFormat);
  }

  #settle(name: SpecialName): void {
    if (name === 'OFS' || name === 'CONVFMT') this.record.settle();
  }

  #apply(name: SpecialName, value: Scalar): void {
    switch (name) {
      case 'CONVFMT':
        this.numberFormat = this.text(name);
        break;
      case 'OFMT':
        this.outputNumberFormat = this.text(name);
        break;
      case 'OFS':
        this.outputFieldSeparator = this.text(name);
        break;
      case 'ORS':
        this.outputRecordSeparator = this.text(name);
        break;
      case 'SUBSEP':
        this.subscriptSeparator = this.text(name);
        break;
      case 'IGNORECASE':
        this.#regexes.ignoreCase = !this.#posix && isTrue(value);
        this.#separator = undefined;
        this.#splitSeparator = undefined;
        this.#recordSeparator = undefined;
        break;
      case 'FS':
      case 'FPAT':
      case 'FIELDWIDTHS':
        this.#splitBy = name;
        this.#separator = undefined;
        this.#splitSeparator = undefined;
        break;
      case 'RS':
        this.#separator = undefined;
        this.#splitSeparator = undefined;
        this.#recordSeparator = undefined;
        break;
      default:
        break;
    }
  }

  /** How a record that comes now will be split. */
  separator(): Separator {
    this.#separator ??= this.#readSeparator();
    return this.#separator;
  }

  #readSeparator(): Separator {
    if (this.#csv) return { kind: 'csv' };
    if (this.#splitBy === 'FPAT') return { kind: 'pattern', regex: this.#regexes.compile(this.text('FPAT')) };
    if (this.#splitBy === 'FIELDWIDTHS') return readWidths(this.text('FIELDWIDTHS'));
    const text = this.text('FS');
    if (this.get('FS') instanceof TypedRegex) return { kind: 'regex', regex: this.#regexes.compile(text) };
    return this.text('RS') === '' ? this.#paragraphSeparator(text) : readSeparator(text, this.#regexes);
  }

  /** In paragraphs a newline separates fields, too; not beside a regex, whatever POSIX says (all awks). */
  #paragraphSeparator(text: string): Separator {
    const separator = readSeparator(text, this.#regexes);
    if (separator.kind !== 'literal') return separator;
    return { kind: 'regex', regex: this.#regexes.compile(`${literalSource(text)}|\n`) };
  }

  /** FS as the builtin split uses it when nothing else is said. */
  fieldSeparator(): Separator {
    // The newline that separates fields of a paragraph is none of FS (gawk, mawk, goawk).
    this.#splitSeparator ??= readSeparator(this.text('FS'), this.#regexes);
    return this.#splitSeparator;
  }

  /** How the next record ends. */
  recordSeparator(): RecordSeparator {
    this.#recordSeparator ??= this.#readRecordSeparator();
    return this.#recordSeparator;
  }

  #readRecordSeparator(): RecordSeparator {
    const text = this.text('RS');
    if (this.#csv && text === '\n') return { kind: 'csv' };
    if (this.get('RS') instanceof TypedRegex) return { kind: 'regex', regex: this.#regexes.compile(text) };
    if (text === '') return { kind: 'paragraph' };
    const first = String.fromCodePoint(text.codePointAt(0)!);
    // POSIX leaves more than one character open; gawk --posix takes the first only.
    if (text === first || this.#posix) return { kind: 'literal', bytes: this.#codec.encode(first) };
    return { kind: 'regex', regex: this.#regexes.compile(text) };
  }

  /** A record has come: NR and, from main input, FNR count it. */
  count(name: 'NR' | 'FNR'): void {
    this.#values[indexOf(name)] = this.number(name) + 1;
  }
}

/** A character as a regex that matches it alone. */
function literalSource(character: string): string {
  return /[\^\\]/.test(character) ? `\\${character}` : `[${character}]`;
}

function indexOf(name: SpecialName): number {
  return specialIndex(name, false)!;
}
