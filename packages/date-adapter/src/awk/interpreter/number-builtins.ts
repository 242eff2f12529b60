// The builtins that calculate: POSIX awk, "Arithmetic Functions"; gawk manual, "Bit-Manipulation Functions".
import { type Arguments, ArgumentReader, type BuiltinTable } from './builtin-call.ts';
import type { Evaluator } from './evaluator.ts';
import type { Frame } from './run-state.ts';
import { RunError } from './values.ts';

export function numberBuiltins(evaluator: Evaluator): BuiltinTable {
  const { state } = evaluator;
  const read = new ArgumentReader(evaluator);
  const of = (calculate: (value: number) => number) => (args: Arguments, frame: Frame) =>
    calculate(read.number(args, 0, frame));
  const bits =
    (name: string, combine: (left: bigint, right: bigint) => bigint) => (args: Arguments, frame: Frame) =>
      fromBits(args.map((_, index) => toBits(name, read.number(args, index, frame))).reduce(combine));
  return {
    atan2: (args, frame) => {
      const y = read.number(args, 0, frame);
      return Math.atan2(y, read.number(args, 1, frame));
    },
    cos: of(Math.cos),
    sin: of(Math.sin),
    exp: of(Math.exp),
    log: of(Math.log),
    sqrt: of(Math.sqrt),
    int: of(Math.trunc),
    rand: () => state.random.next(),
    srand: (args, frame) =>
      state.random.seed(args.length > 0 ? read.number(args, 0, frame) : Math.floor(state.world.clock())),
    and: bits('and', (left, right) => left & right),
    or: bits('or', (left, right) => left | right),
    xor: bits('xor', (left, right) => left ^ right),
    compl: of((value) => fromBits(BigInt.asUintN(64, ~toBits('compl', value)))),
    lshift: (args, frame) => shift('lshift', read.number(args, 0, frame), read.number(args, 1, frame), true),
    rshift: (args, frame) => shift('rshift', read.number(args, 0, frame), read.number(args, 1, frame), false),
    mkbool: of((value) => (value === 0 ? 0 : 1)),
  };
}

/** @throws RunError for a negative number */
function toBits(name: string, value: number): bigint {
  if (!(value >= 0) || value === Infinity) throw new RunError(`${name}: ${value} is no number of bits`);
  return BigInt.asUintN(64, BigInt(Math.trunc(value)));
}

/** Of 64 bits as many of the lower ones as a double holds exactly, 53 from the lowest that is set (gawk). */
function fromBits(bits: bigint): number {
  let width = 53;
  for (let rest = bits; width < 64 && (rest & 1n) === 0n; rest >>= 1n) width++;
  return Number(BigInt.asUintN(width, bits));
}

function shift(name: string, value: number, by: number, left: boolean): number {
  const bits = toBits(name, value);
  const places = toBits(name, by);
  if (places >= 64n) return 0;
  return fromBits(left ? BigInt.asUintN(64, bits << places) : bits >> places);
}
