// Lines that a log4j or logback pattern has written, read back by the same pattern. Hot, pure.
// A text ends where the literal behind it begins, at its first place (a message: at its last). Blanks that pad a value
// to its width are left out; an empty value gives no field.
import { indexOfWord, isBlank, isDigit, isLetter, startsWith } from '../ascii.ts';
import type { FieldName, FieldNames } from '../field-names.ts';
import type { LineParser } from '../line-parser.ts';
import { type LogRecord, NUMBER, STRING } from '../log-record.ts';
import { type PatternStep, readLogPattern } from './log-pattern-source.ts';
import { StampShape } from './stamp-shape.ts';

type Step = {
  readonly kind: PatternStep['kind'];
  readonly name: FieldName | undefined;
  /** Of a literal: itself; else the literal behind it, or empty at the end. */
  readonly literal: Uint8Array;
  readonly shape: StampShape | undefined;
  readonly minWidth: number;
  readonly expected: string;
};

export class LogPatternParser implements LineParser {
  /** The date pattern of the record's time (`ISO8601`, `HH:mm:ss.SSS`, empty for the default), or undefined. */
  readonly dates: string | undefined;
  readonly #steps: readonly Step[];

  /** @throws Error for a pattern that cannot be read back */
  constructor(names: FieldNames, pattern: string) {
    const steps = readLogPattern(pattern);
    this.dates = steps.flatMap((step) => (step.kind === 'stamp' ? [step.dates] : []))[0];
    this.#steps = steps.map((step, index) => compiled(step, steps[index + 1], names));
  }

  parse(line: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    record.begin(line, start, end);
    let at = start;
    for (const step of this.#steps) {
      const next = this.#step(step, line, at, end, record);
      if (next === -1) return record.fail(at, step.expected);
      at = next;
    }
    return at === end || record.fail(at, 'the end of the line');
  }

  #step(step: Step, line: Uint8Array, at: number, end: number, record: LogRecord): number {
    const { kind, literal, minWidth } = step;
    if (kind === 'literal') {
      if (startsWith(line, at, end, literal)) return at + literal.length;
      return isCutShort(literal, line, at, end) ? end : -1;
    }
    if (kind === 'stamp') return addStamp(step, line, at, end, record);
    if (kind === 'text' || kind === 'message') {
      const to = textEnd(step, line, at, end);
      if (to !== -1) addTrimmed(step, line, at, to, record);
      return to;
    }
    let from = at;
    while (from < end && from - at < minWidth && isBlank(line[from])) from++;
    let to = from;
    while (to < end && (kind === 'number' ? isDigit(line[to]) || line[to] === 0x3f : isLetter(line[to])))
      to++;
    if (to === from) return -1;
    addTrimmed(step, line, from, to, record);
    while (to < end && to - at < minWidth && isBlank(line[to])) to++;
    return to;
  }
}

function compiled(step: PatternStep, next: PatternStep | undefined, names: FieldNames): Step {
  if (step.kind === 'literal') {
    const literal = Buffer.from(step.text);
    const expected = JSON.stringify(step.text);
    return { kind: 'literal', name: undefined, literal, shape: undefined, minWidth: 0, expected };
  }
  const { kind, field, minWidth } = step;
  const shape = kind === 'stamp' ? new StampShape(step.dates) : undefined;
  const literal = Buffer.from(next?.kind === 'literal' ? next.text : '');
  const how = kind === 'stamp' && step.dates !== '' ? ` like ${step.dates}` : '';
  const behind =
    literal.length > 0 && shape === undefined ? ` and ${JSON.stringify(literal.toString())}` : '';
  return { kind, name: names.intern(field), literal, shape, minWidth, expected: `${field}${how}${behind}` };
}

function addStamp(step: Step, line: Uint8Array, at: number, end: number, record: LogRecord): number {
  const to = step.shape!.match(line, at, end);
  if (to === -1) return -1;
  if (record.time === -1) record.time = record.count;
  record.add(step.name!, STRING, at, to);
  let behind = to;
  while (behind < end && behind - at < step.minWidth && isBlank(line[behind])) behind++;
  return behind;
}

/** Where the text at `at` ends, with its padding; or -1 when the literal that must follow is nowhere. */
function textEnd({ kind, literal, minWidth }: Step, line: Uint8Array, at: number, end: number): number {
  if (literal.length === 0) return end;
  if (kind === 'message') return lastIndexOfWord(line, literal, at, end);
  const found = indexOfWord(line, literal, Math.min(at + minWidth, end), end);
  if (found !== -1) return found;
  // The last value of a line may be empty, and the blanks behind it gone: ` : ` at the end became ` :`.
  const tail = Math.max(at, end - literal.length);
  for (let from = tail; from < end; from++) if (isCutShort(literal, line, from, end)) return from;
  return -1;
}

function lastIndexOfWord(line: Uint8Array, word: Uint8Array, from: number, end: number): number {
  for (let at = end - word.length; at >= from; at--) if (startsWith(line, at, end, word)) return at;
  return -1;
}

/** Whether line[at, end) is the literal but for blanks at its end, which somebody has trimmed. */
function isCutShort(literal: Uint8Array, line: Uint8Array, at: number, end: number): boolean {
  const there = end - at;
  if (there >= literal.length) return false;
  for (let index = 0; index < there; index++) if (line[at + index] !== literal[index]) return false;
  for (let index = there; index < literal.length; index++) if (!isBlank(literal[index])) return false;
  return true;
}

function addTrimmed(step: Step, line: Uint8Array, start: number, end: number, record: LogRecord): void {
  let from = start;
  let to = end;
  const { kind } = step;
  if (kind !== 'message') {
    while (from < to && isBlank(line[from])) from++;
    while (to > from && isBlank(line[to - 1])) to--;
    if (from === to) return;
  }
  if (kind === 'level' && record.level === -1) record.level = record.count;
  else if (kind === 'message' && record.message === -1) record.message = record.count;
  record.add(step.name!, kind === 'number' ? NUMBER : STRING, from, to);
}
