// $0, $1.. and NF: three views of one record, each made from the others when asked for. For main input and getline.
// Invariants: fields are split by the separator that held when the record came (POSIX: a new FS is for the next
// record); $0 is put together by the OFS that holds when a field or NF is assigned, not when $0 is read.
import { splitText, type Separator } from './separators.ts';
import type { Regexes } from './regexes.ts';
import { inputValue, RunError, toText, type Scalar } from './values.ts';

/** What the record needs from the variables of the program. */
export interface RecordFormat {
  /** How a record that comes now will be split. */
  separator(): Separator;
  readonly outputFieldSeparator: string;
  readonly numberFormat: string;
}

/** gawk's limit is the memory; a typing error such as $1e9 = 1 should not take it all. */
const MOST_FIELDS = 50_000_000;

export class CurrentRecord {
  readonly #format: RecordFormat;
  readonly #regexes: Regexes;
  /** Undefined: to be put together from the fields. */
  #whole: Scalar = '';
  #isWhole = true;
  /** fields[0] is $1; undefined: to be split. */
  #fields: Scalar[] | undefined;
  #separator: Separator = { kind: 'blanks' };

  constructor(format: RecordFormat, regexes: Regexes) {
    this.#format = format;
    this.#regexes = regexes;
  }

  /** A record from input, or `$0 = value`: it keeps its type (all awks); its fields are input again. */
  assign(value: Scalar): void {
    this.#whole =
      typeof value === 'number' ? inputValue(toText(value, this.#format.numberFormat)) : (value ?? '');
    this.#isWhole = true;
    this.#fields = undefined;
    this.#separator = this.#format.separator();
  }

  get whole(): Scalar {
    if (!this.#isWhole) this.settle();
    return this.#whole;
  }

  /** @throws RunError for a negative place */
  field(place: number): Scalar {
    if (place === 0) return this.whole;
    checkPlace(place);
    // Beyond the last it is an empty string, not uninitialised, whatever POSIX says (all awks).
    return this.#split()[place - 1] ?? '';
  }

  /** @throws RunError for a negative place */
  setField(place: number, value: Scalar): void {
    if (place === 0) return this.assign(value);
    checkPlace(place);
    const fields = this.#split();
    while (fields.length < place) fields.push('');
    // Nothing assigned is an empty string as a field, not uninitialised.
    fields[place - 1] = value ?? '';
    this.#isWhole = false;
  }

  get count(): number {
    return this.#split().length;
  }

  /** `NF = count`. @throws RunError */
  set count(count: number) {
    if (count < 0) throw new RunError('NF set to negative value');
    checkPlace(count);
    const fields = this.#split();
    if (fields.length > count) fields.length = count;
    while (fields.length < count) fields.push('');
    this.#isWhole = false;
  }

  /** Puts $0 together if a field was assigned; before OFS or CONVFMT change. */
  settle(): void {
    if (this.#isWhole || this.#fields === undefined) return;
    const { outputFieldSeparator, numberFormat } = this.#format;
    this.#whole = this.#fields.map((field) => toText(field, numberFormat)).join(outputFieldSeparator);
    this.#isWhole = true;
  }

  #split(): Scalar[] {
    if (this.#fields === undefined) {
      const text = toText(this.#whole, this.#format.numberFormat);
      this.#fields = splitText(text, this.#separator, this.#regexes).fields.map(inputValue);
    }
    return this.#fields;
  }
}

function checkPlace(place: number): void {
  if (place < 0) throw new RunError(`attempt to access field ${place}`);
  if (place > MOST_FIELDS) throw new RunError(`attempt to access field ${place}: too many fields`);
}
