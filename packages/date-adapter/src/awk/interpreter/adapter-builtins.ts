// What no awk has: strptime, convtime, json, logfmt, now. For both engines; absent with --posix, and a program's own
// function or variable of the same name comes first (builtins.ts).
// Dates are those of the rules (dates/date-functions.ts), JSON and logfmt those of the outputs (formats/).
import { ByteOutput, Constant } from '../../byte-output.ts';
import { DateFunctions } from '../../dates/date-functions.ts';
import { isJsonNumber, MOST_ESCAPED_BYTES, writeEscaped } from '../../formats/json-text.ts';
import { appendPair, logfmtKey } from '../../formats/outputs/logfmt.ts';
import { integerText } from '../numbers.ts';
import { knownZone } from '../time-functions.ts';
import { type Arguments, ArgumentReader, type BuiltinTable } from './builtin-call.ts';
import type { Evaluator } from './evaluator.ts';
import type { Frame, RunState } from './run-state.ts';
import { NumericText, RunError, type Scalar, toText } from './values.ts';

const QUOTE = 0x22;
const OPEN = new Constant('{');
const CLOSE = new Constant('}');
const COMMA = new Constant(',');
const COLON = new Constant(':');
const SPACE = new Constant(' ');

export function adapterBuiltins(evaluator: Evaluator): BuiltinTable {
  const { state } = evaluator;
  const read = new ArgumentReader(evaluator);
  let made: DateFunctions | undefined;
  const dates = (): DateFunctions => (made ??= new DateFunctions({ now: () => state.world.clock() }));
  const bytes = (args: Arguments, index: number, frame: Frame): Uint8Array =>
    state.codec.encode(read.text(args, index, frame));
  /** Layouts and zones are text, not bytes of the C locale. */
  const name = (args: Arguments, index: number, frame: Frame): string =>
    index < args.length ? state.codec.toModel(read.text(args, index, frame)) : '';
  return {
    now: () => state.world.clock(),
    strptime: (args, frame) => {
      const stamp = bytes(args, 0, frame);
      const layout = name(args, 1, frame);
      const zone = name(args, 2, frame) || usualZone(state);
      const seconds = explained('strptime', () => dates().strptime(stamp, layout, zone));
      return Number.isNaN(seconds) ? '' : seconds;
    },
    convtime: (args, frame) => {
      const stamp = bytes(args, 0, frame);
      const [from, to] = [name(args, 1, frame), name(args, 2, frame)];
      const zones = { from: name(args, 3, frame) || usualZone(state), ...toZone(name(args, 4, frame)) };
      const text = explained('convtime', () => dates().convtime(stamp, from, to, zones));
      return state.codec.decode(text ?? stamp);
    },
    json: (args, frame) => withPairs(args, frame, evaluator, jsonObject),
    logfmt: (args, frame) => withPairs(args, frame, evaluator, logfmtLine),
  };
}

/** Where neither the stamp nor the call says: that of TZ, as for mktime. */
function usualZone(state: RunState): string {
  return knownZone(state.zone()) ?? 'UTC';
}

function toZone(zone: string): { to?: string } {
  return zone === '' ? {} : { to: zone };
}

/** A layout or zone that is none is a fault of the program. */
function explained<T>(name: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new RunError(`${name}: ${error.message}`, { cause: error });
  }
}

type Pair = { readonly key: Uint8Array; readonly value: Scalar; readonly text: Uint8Array };

function withPairs(
  args: Arguments,
  frame: Frame,
  evaluator: Evaluator,
  write: (pairs: readonly Pair[], out: ByteOutput) => void,
): string {
  const { codec, numberFormat } = evaluator.state;
  const read = new ArgumentReader(evaluator);
  const values = args.map((_, index) => read.value(args, index, frame));
  const pairs: Pair[] = [];
  for (let index = 0; index + 1 < values.length; index += 2) {
    const value = values[index + 1];
    const key = codec.encode(toText(values[index], numberFormat));
    pairs.push({ key, value, text: codec.encode(numberOrText(value, numberFormat)) });
  }
  const out = new ByteOutput(256);
  write(pairs, out);
  return codec.decode(out.bytes.subarray(0, out.length));
}

/** All digits a number has: CONVFMT is for people. */
function numberOrText(value: Scalar, format: string): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return toText(value, format);
  return Number.isInteger(value) ? integerText(value) : String(value);
}

/** Numbers, and numeric strings that JSON writes the same way, are numbers; 007 stays a string, NaN is null. */
function jsonObject(pairs: readonly Pair[], out: ByteOutput): void {
  out.constant(OPEN);
  for (const [index, { key, value, text }] of pairs.entries()) {
    if (index > 0) out.constant(COMMA);
    jsonString(key, out);
    out.constant(COLON);
    const isNumber = typeof value === 'number' || value instanceof NumericText;
    if (isNumber && isJsonNumber(text, 0, text.length)) out.range(text, 0, text.length);
    else if (typeof value === 'number') out.constant(NULL);
    else jsonString(text, out);
  }
  out.constant(CLOSE);
}

const NULL = new Constant('null');

function jsonString(text: Uint8Array, out: ByteOutput): void {
  out.byte(QUOTE);
  out.reserve(text.length * MOST_ESCAPED_BYTES);
  out.length = writeEscaped(out.bytes, out.length, text, 0, text.length);
  out.byte(QUOTE);
}

function logfmtLine(pairs: readonly Pair[], out: ByteOutput): void {
  const line = new ByteOutput(256);
  for (const { key, text } of pairs) {
    appendPair(line, logfmtKey(Buffer.from(key).toString()), text, 0, text.length);
  }
  // Each pair begins with the space that separates it from the one before.
  out.range(line.bytes, Math.min(SPACE.length, line.length), line.length);
}
