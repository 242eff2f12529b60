// For the tests of parsers: a line in, its fields as an object out, by way of the JSON output and JSON.parse; and hostile
// inputs. A parser must not look outside of its range: so each line is parsed between different neighbours, and
// whatever it says must be the same.
import { expect } from 'vitest';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { ByteOutput } from '../../src/byte-output.ts';
import { FieldNames } from '../../src/formats/field-names.ts';
import type { LineParser } from '../../src/formats/line-parser.ts';
import { LogRecord } from '../../src/formats/log-record.ts';
import { JsonOutput } from '../../src/formats/outputs/json.ts';

export type Line = string | Uint8Array;

export type Outcome = {
  readonly fields?: unknown;
  /** Names of the fields that are time, level, message and host. */
  readonly roles?: Readonly<Record<string, string>>;
  readonly failedAt?: number;
  readonly expected?: string;
};

const NEIGHBOURS = ['', '"', '0', ' ', ']', 'T', '\\', '\u00ff'];

/** What the parser makes of the line, wherever it stands. */
export function outcomeOf(make: (names: FieldNames) => LineParser, line: Line): Outcome {
  return outcomeBy(make(new FieldNames()), line);
}

function outcomeBy(parser: LineParser, line: Line): Outcome {
  const [first, ...others] = NEIGHBOURS.map((neighbour) => outcomeAmong(parser, line, neighbour));
  const expected = JSON.stringify(first);
  for (const other of others) if (JSON.stringify(other) !== expected) expect(other).toEqual(first);
  return first!;
}

/** The fields only; fails when the line is not taken. */
export function fieldsOf(make: (names: FieldNames) => LineParser, line: Line): unknown {
  const outcome = outcomeOf(make, line);
  if (outcome.fields === undefined) {
    throw new Error(
      `not taken: at ${outcome.failedAt} expected ${outcome.expected}: ${Buffer.from(line).toString()}`,
    );
  }
  return outcome.fields;
}

const record = new LogRecord();
const output = new JsonOutput();

function outcomeAmong(parser: LineParser, line: Line, neighbour: string): Outcome {
  const around = Buffer.from(neighbour.repeat(8), 'latin1');
  const bytes = Buffer.concat([around, Buffer.from(line), around]);
  const start = around.length;
  const end = bytes.length - around.length;
  if (!parser.parse(bytes, start, end, record)) {
    const isInside = record.failedAt >= start && record.failedAt <= end;
    if (record.expected === '' || !isInside)
      throw new Error(`no reason inside the line: ${record.failedAt - start} ${record.expected}`);
    return { failedAt: record.failedAt - start, expected: record.expected };
  }
  expectRangesInside(bytes, start, end);
  const out = new ByteOutput(64);
  output.write(record, out);
  const roles = Object.entries({
    time: record.time,
    level: record.level,
    message: record.message,
    host: record.host,
  }).flatMap(([role, index]) => (index === -1 ? [] : [[role, record.names[index]!.text]]));
  return { fields: JSON.parse(out.toString()), roles: Object.fromEntries(roles) };
}

function expectRangesInside(bytes: Uint8Array, start: number, end: number): void {
  for (let index = 0; index < record.count; index++) {
    const [from, to] = [record.starts[index]!, record.ends[index]!];
    const ofLine = record.sources[index] === bytes;
    const least = ofLine ? start : 0;
    const most = ofLine ? end : record.sources[index]!.length;
    if (from < least || to < from || to > most)
      expect({ from, to }).toBe(`a range within ${least} and ${most}`);
  }
}

/**
 * Every beginning of every line, lines with bytes changed, and noise: nothing is thrown, no byte outside is read.
 * Returns how many of them were taken: the lines themselves at least.
 */
export function hardened(make: (names: FieldNames) => LineParser, lines: readonly Line[], seed = 4): number {
  const random = new SeededRandom(seed);
  const parser = make(new FieldNames());
  let taken = 0;
  const take = (line: Line): void => {
    if (outcomeBy(parser, line).fields !== undefined) taken++;
  };
  for (const line of lines) {
    const bytes = Buffer.from(line);
    for (let length = 0; length <= bytes.length; length++) take(bytes.subarray(0, length));
    for (let round = 0; round < 40; round++) take(mutated(bytes, random));
  }
  for (let round = 0; round < 50; round++) take(noise(random));
  return taken;
}

const TELLING = Buffer.from('"\\ []{}<>=:,-.%0T\n\t\u0000');

function mutated(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const changed = Buffer.from(bytes);
  for (let change = random.integer(1, 4); change > 0 && changed.length > 0; change--) {
    const at = random.integer(0, changed.length - 1);
    changed[at] = random.chance(0.7)
      ? TELLING[random.integer(0, TELLING.length - 1)]!
      : random.integer(0, 255);
  }
  return changed;
}

function noise(random: SeededRandom): Uint8Array {
  return Buffer.from(Array.from({ length: random.integer(0, 60) }, () => random.integer(0, 255)));
}
