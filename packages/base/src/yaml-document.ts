// A YAML file for reading by hand: each value knows its line and its path, so that a fault can name both, and every key
// must be one that somebody reads. The only door to the yaml package; settings-sources.ts loads it where there is a file.
// Invariant: all faults of a file are collected; nothing is thrown before finish().
import { type Document, LineCounter, isAlias, isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import { SettingError, SettingErrors, nearest } from './errors.ts';

/** A text as YAML, with the lines that its offsets are on. Faults are in `document.errors`. */
export function parseYaml(text: string): { document: Document.Parsed; lines: LineCounter } {
  const lines = new LineCounter();
  return { document: parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines };
}

/** Where the value at a path stands, or what is around it. */
export function offsetAt(document: Document.Parsed, keys: readonly (string | number)[]): number | undefined {
  const node = document.getIn(keys, true) ?? document.getIn(keys.slice(0, -1), true);
  return isNode(node) ? node.range?.[0] : undefined;
}

/** One value of the file, with where it stands. */
export class YamlValue {
  readonly #file: YamlFile;
  readonly #node: unknown;
  readonly path: string;
  readonly #offset: number;

  constructor(file: YamlFile, node: unknown, path: string, offset: number) {
    this.#file = file;
    this.#node = isAlias(node) ? node.resolve(file.document) : node;
    this.path = path;
    this.#offset = offset;
  }

  get isAbsent(): boolean {
    return (
      this.#node === undefined || this.#node === null || (isScalar(this.#node) && this.#node.value === null)
    );
  }

  fail(what: string, todo?: string): void {
    const { line, col } = this.#file.lines.linePos(this.#offset);
    this.#file.fail(`${this.#file.name}:${line}:${col} ${this.path}`.trim(), what, todo);
  }

  /** The values of a mapping by key. A key that is not among `known` is a fault; undefined: any key. */
  entries(known?: readonly string[]): Map<string, YamlValue> {
    const entries = new Map<string, YamlValue>();
    if (this.isAbsent) return entries;
    if (!isMap(this.#node)) {
      this.fail('not a mapping', 'write `key: value` lines');
      return entries;
    }
    for (const { key, value } of this.#node.items) {
      const name = isScalar(key) ? String(key.value) : String(key);
      const offset = (isScalar(key) ? key.range?.[0] : undefined) ?? this.#offset;
      const child = new YamlValue(this.#file, value, `${this.path}.${name}`.replace(/^\./, ''), offset);
      if (known === undefined || known.includes(name)) entries.set(name, child);
      else {
        const guess = nearest(name, known);
        child.fail(
          'unknown key',
          guess === undefined ? `there are ${known.join(', ')}` : `did you mean ${guess}?`,
        );
      }
    }
    return entries;
  }

  items(): YamlValue[] {
    if (this.isAbsent) return [];
    if (!isSeq(this.#node)) {
      this.fail('not a list', 'write each after a dash');
      return [];
    }
    return this.#node.items.map((node, index) => {
      const offset = isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
      return new YamlValue(this.#file, node, `${this.path}[${index}]`, offset ?? this.#offset);
    });
  }

  /** A plain value as it is written; '' where there is none. */
  text(): string {
    if (this.isAbsent) return '';
    if (!isScalar(this.#node)) {
      this.fail('not a plain value', 'write a text or a number');
      return '';
    }
    return typeof this.#node.value === 'string'
      ? this.#node.value
      : (this.#node.source ?? String(this.#node.value));
  }

  /** A list of plain values, or one alone; none where it is empty. */
  texts(): string[] {
    const all = isSeq(this.#node) ? this.items().map((item) => item.text()) : [this.text()];
    return all.filter((text) => text !== '');
  }

  number(): number | undefined {
    if (this.isAbsent) return undefined;
    if (isScalar(this.#node) && typeof this.#node.value === 'number') return this.#node.value;
    this.fail('not a number');
    return undefined;
  }

  boolean(): boolean {
    const text = this.text().toLowerCase();
    if (/^(true|yes|on)$/.test(text)) return true;
    if (!/^(false|no|off|)$/.test(text)) this.fail('not true or false');
    return false;
  }

  choice<const Choice extends string>(choices: readonly Choice[]): Choice | undefined {
    const text = this.text();
    const choice = choices.find((each) => each === text);
    if (choice !== undefined || text === '') return choice;
    const guess = nearest(text, choices);
    this.fail(`${text}: not one of ${choices.join(', ')}`, guess && `did you mean ${guess}?`);
    return undefined;
  }
}

export class YamlFile {
  readonly name: string;
  readonly lines: LineCounter;
  readonly document: Document.Parsed;
  readonly #faults: SettingError[] = [];

  constructor(name: string, text: string) {
    this.name = name;
    const { document, lines } = parseYaml(text);
    this.document = document;
    this.lines = lines;
    for (const { pos, message } of this.document.errors) {
      const { line, col } = this.lines.linePos(pos[0]);
      this.fail(`${name}:${line}:${col}`, message);
    }
  }

  get root(): YamlValue {
    return new YamlValue(this, this.#faults.length > 0 ? undefined : this.document.contents, '', 0);
  }

  fail(setting: string, what: string, todo?: string): void {
    this.#faults.push(new SettingError({ setting, what, ...(todo !== undefined && { todo }) }));
  }

  /** @throws SettingErrors with everything that is wrong. */
  finish(): void {
    if (this.#faults.length > 0) throw new SettingErrors(this.#faults);
  }
}
