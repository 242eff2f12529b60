// Everything one run of a program holds: its variables, its record, its streams, what it has to say at the end.
// Made once for each run; evaluator, executor and builtins share it. Invariant: a variable is found by its scope and
// index only; names matter for assignments from the command line and for SYMTAB.
import type { Program, SpecialName, Variable } from '../ast.ts';
import { SPECIALS } from '../specials.ts';
import { changedEnvironment, mayChangeEnvironment } from '../command-environment.ts';
import type { CommandEnvironment, World } from '../world.ts';
import { textCodec, type TextCodec } from './bytes.ts';
import { Random } from './random.ts';
import { Regexes } from './regexes.ts';
import { SpecialVariables } from './special-variables.ts';
import { Streams } from './streams.ts';
import { FunctionTable, type NamedVariable, SymbolTable } from './symbol-table.ts';
import {
  assignedValue,
  AwkArray,
  inputValue,
  RunError,
  type Scalar,
  type Slot,
  toText,
  Untyped,
} from './values.ts';

/** The parameters of the function that runs; empty outside functions. */
export type Frame = Slot[];

export type RunOptions = {
  /** Characters are those of UTF-8, else bytes. */
  readonly utf8: boolean;
  /** gawk's --csv: records and fields as RFC 4180 has them. */
  readonly csv: boolean;
  /**
   * Where somebody else (another thread) asks the run to end: loops and functions look at element 0 and leave as by
   * `exit` when it is not 0, so END runs; they set it back to 0. What was asked before END begins does not leave END.
   */
  readonly interrupt?: Int32Array;
};

export class RunState {
  readonly program: Program;
  readonly world: World;
  readonly codec: TextCodec;
  readonly regexes: Regexes;
  readonly specials: SpecialVariables;
  readonly streams: Streams;
  readonly random = new Random();
  readonly globals: Slot[];
  readonly arrays: ReadonlyMap<SpecialName, AwkArray>;
  /** Which ranges are open. */
  readonly inRange: boolean[];
  exitStatus = 0;
  returned: Scalar;
  readonly #interrupt: Int32Array | undefined;
  /** Where in the program the run is, for messages. */
  at = 0;

  constructor(program: Program, world: World, options: RunOptions) {
    this.program = program;
    this.world = world;
    this.#interrupt = options.interrupt;
    this.codec = textCodec(options.utf8);
    this.regexes = new Regexes(this.codec, program.posix);
    this.specials = new SpecialVariables(this.regexes, this.codec, {
      posix: program.posix,
      csv: options.csv,
    });
    this.streams = new Streams(world, this.codec, () => this.commandEnvironment());
    this.globals = program.globals.map(({ shape }) => (shape === 'array' ? new AwkArray() : undefined));
    this.arrays = new Map(
      SPECIALS.filter(({ shape }) => shape === 'array').map(({ name }) => [name, this.#arrayOf(name)]),
    );
    this.inRange = Array.from({ length: program.rangeCount }, () => false);
    this.#fillArrays();
  }

  /** Whether the run was asked to end, which is forgotten then. */
  takeInterrupt(): boolean {
    return this.#interrupt !== undefined && Atomics.exchange(this.#interrupt, 0, 0) !== 0;
  }

  /** For a command that starts now. */
  commandEnvironment(): CommandEnvironment {
    const { program, world, codec, numberFormat } = this;
    if (!mayChangeEnvironment(program)) return undefined;
    const current = new Map<string, string>();
    for (const [name, value] of this.specialArray('ENVIRON').elements) {
      if (!(value instanceof AwkArray))
        current.set(codec.toModel(name), codec.toModel(toText(value, numberFormat)));
    }
    return changedEnvironment(world.environment, current);
  }

  /** TZ. The program may change its zone by assigning ENVIRON["TZ"]. */
  zone(): string {
    const zone = this.specialArray('ENVIRON').elements.get('TZ');
    return zone === undefined || zone instanceof AwkArray ? '' : toText(zone, this.numberFormat);
  }

  get numberFormat(): string {
    return this.specials.numberFormat;
  }

  specialArray(name: SpecialName): AwkArray {
    return this.arrays.get(name)!;
  }

  get(variable: Variable, frame: Frame): Slot {
    switch (variable.scope) {
      case 'global':
        return this.globals[variable.index];
      case 'local':
        return frame[variable.index];
      default:
        return variable.shape === 'array'
          ? this.specialArray(variable.name)
          : this.specials.get(variable.name);
    }
  }

  /** Puts anything into a slot; specials take scalars only. */
  put(variable: Variable, frame: Frame, slot: Slot): void {
    if (variable.scope === 'global') this.globals[variable.index] = slot;
    else if (variable.scope === 'local') frame[variable.index] = slot;
    else if (!(slot instanceof AwkArray || slot instanceof Untyped)) this.specials.set(variable.name, slot);
  }

  /** The value of a variable that is no array. @throws RunError */
  scalar(variable: Variable, frame: Frame): Scalar {
    const slot = this.get(variable, frame);
    if (slot instanceof Untyped) {
      if (slot.array === undefined) {
        slot.isScalar = true;
        return undefined;
      }
    } else if (!(slot instanceof AwkArray)) return slot;
    throw new RunError(`array ${variable.name} used as a scalar`);
  }

  /** @throws RunError when it is an array */
  assign(variable: Variable, frame: Frame, value: Scalar): void {
    const slot = variable.scope === 'special' ? undefined : this.get(variable, frame);
    if (slot instanceof AwkArray || (slot instanceof Untyped && slot.array !== undefined)) {
      throw new RunError(`array ${variable.name} used as a scalar`);
    }
    this.put(variable, frame, value);
  }

  /** The array a variable is, or becomes now. @throws RunError when it is a scalar */
  array(variable: Variable, frame: Frame): AwkArray {
    const slot = this.get(variable, frame);
    if (slot instanceof AwkArray) return slot;
    if (slot instanceof Untyped) {
      if (slot.isScalar) throw new RunError(`scalar ${variable.name} used as an array`);
      return (slot.array ??= new AwkArray());
    }
    if (slot !== undefined) throw new RunError(`scalar ${variable.name} used as an array`);
    const array = new AwkArray();
    this.put(variable, frame, array);
    return array;
  }

  /** gawk's PROCINFO["NONFATAL"], for all or for one output: what cannot be written is no end of the program. */
  isNonFatal(output: string): boolean {
    if (this.program.posix) return false;
    const { elements } = this.specialArray('PROCINFO');
    return elements.has('NONFATAL') || elements.has(`${output}${this.specials.subscriptSeparator}NONFATAL`);
  }

  /** `name=value` of the command line; a name the program does not know changes nothing. */
  assignByName(name: string, text: string): void {
    const value = assignedValue(this.codec.fromModel(text), this.program.posix);
    const special = SPECIALS.find((known) => known.name === name);
    if (special !== undefined && !(this.program.posix && special.origin === 'gawk')) {
      if (special.shape === 'array') throw new RunError(`cannot assign to ${name}: it is an array`);
      this.specials.set(special.name, value);
      return;
    }
    if (this.program.functions.some((known) => known.name === name)) {
      throw new RunError(`cannot assign to ${name}: it is a function`);
    }
    const global = this.program.globals.find((known) => known.name === name);
    if (global !== undefined) this.assign(global, [], value);
  }

  #arrayOf(name: SpecialName): AwkArray {
    if (name === 'SYMTAB') return new AwkArray(new SymbolTable(this.#namedVariables()));
    if (name === 'FUNCTAB')
      return new AwkArray(new FunctionTable(this.program.functions.map((one) => one.name)));
    return new AwkArray();
  }

  #namedVariables(): NamedVariable[] {
    const { globals, specials } = this.program;
    const scalars = SPECIALS.filter(({ shape }) => shape === 'scalar').map(({ name }) => name);
    return [
      ...scalars.map((name) => ({
        name,
        read: () => this.specials.get(name),
        write: (value: Scalar) => this.specials.set(name, value),
      })),
      ...specials
        .filter(({ shape, name }) => shape === 'array' && name !== 'SYMTAB')
        .map(({ name }) => ({ name, read: () => this.specialArray(name), write: refuseArray })),
      ...globals.map((variable) => ({
        name: variable.name,
        read: () => {
          const slot = this.get(variable, []);
          return slot instanceof Untyped ? slot.array : slot;
        },
        write: (value: Scalar) => this.assign(variable, [], value),
      })),
    ];
  }

  #fillArrays(): void {
    const { world, codec } = this;
    const argv = this.specialArray('ARGV').elements;
    world.argv.forEach((text, index) => argv.set(String(index), inputValue(codec.fromModel(text))));
    this.specials.set('ARGC', world.argv.length);
    const environment = this.specialArray('ENVIRON').elements;
    for (const [name, value] of world.environment) {
      environment.set(codec.fromModel(name), inputValue(codec.fromModel(value)));
    }
    const processInformation = this.specialArray('PROCINFO').elements;
    for (const [name, value] of world.processIds) processInformation.set(name, value);
    processInformation.set('FS', 'FS');
    processInformation.set('version', '5.3.0');
    processInformation.set('strftime', '%a %b %e %H:%M:%S %Z %Y');
  }
}

function refuseArray(): void {
  throw new RunError('SYMTAB: an array cannot be assigned to');
}
