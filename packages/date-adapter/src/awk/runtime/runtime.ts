// What a running compiled program has besides the machine: special variables, regexes, streams, main input, and the
// interpreter's builtins for all that is rare. Not hot: hot things go through the machine.
// 300 lines: one object that generated code talks to.
// Invariant: what the program does has the interpreter's meaning; where its code is not used, it is the model.
import type { Program, SpecialName } from '../ast.ts';
import { textCodec } from '../interpreter/bytes.ts';
import { readSeparator, readWidths } from '../interpreter/separators.ts';
import { Regexes } from '../interpreter/regexes.ts';
import type { RunOptions } from '../interpreter/run-state.ts';
import { Random } from '../interpreter/random.ts';
import { NOT_OPEN, Streams } from '../interpreter/streams.ts';
import { RunError } from '../interpreter/values.ts';
import { INITIAL_VALUES, SPECIALS, specialIndex } from '../specials.ts';
import { changedEnvironment, mayChangeEnvironment } from '../command-environment.ts';
import { type ByteSink, type CommandEnvironment, type World, WorldError } from '../world.ts';
import { Assistant } from './assistant.ts';
import { AwkArray } from './awk-array.ts';
import { byteSet } from './byte-set.ts';
import { byteString, fromModel, toModel } from './byte-text.ts';
import {
  BlankSplitter,
  ByteSetSplitter,
  type FieldSplitter,
  RegexSplitter,
  TextSplitter,
} from './field-splitter.ts';
import { MainInput, type RecordInput } from './main-input.ts';
import { Machine } from './machine.ts';
import { Pattern } from './pattern.ts';
import { stage } from './ranges.ts';
import { assignRecordRange, detach, setFieldCount, whole } from './record.ts';
import { Replacement } from './substitution.ts';
import { inputValue, isTrue, type Scalar, toNumber, toText, type Value } from './value.ts';

/** BEGINFILE and ENDFILE, as generated code has them. */
export type FileHooks = { readonly handlesErrors: boolean; beginFile(): boolean; endFile(): void };

/** A variable of the program by its name: for assignments of the command line. */
export type GlobalSetter = (value: Scalar) => void;

/** More than programs have, few enough to hold; a program that makes regexes without end starts over. */
const KEPT_PATTERNS = 500;
const BYTES = textCodec(false);
const RSTART = indexOf('RSTART');
const RLENGTH = indexOf('RLENGTH');

export class Runtime {
  readonly program: Program;
  readonly world: World;
  readonly machine: Machine;
  readonly streams: Streams;
  readonly random = new Random();
  #assistant: Assistant | undefined;
  hooks: FileHooks = { handlesErrors: false, beginFile: () => true, endFile: () => {} };
  setters: ReadonlyMap<string, GlobalSetter> = new Map();
  functions: ReadonlyMap<string, (...values: Value[]) => Scalar> = new Map();
  exitStatus = 0;
  /** Where in the program the run is, for messages. */
  at = 0;
  readonly #options: RunOptions;
  readonly #specials: Scalar[] = SPECIALS.map(() => undefined);
  readonly #arrays: ReadonlyMap<SpecialName, AwkArray>;
  /** Where records come from: ARGV, unless a run puts another in its place. */
  input: RecordInput;
  readonly #patterns = new Map<string, Pattern>();
  readonly #constants: Pattern[] = [];
  readonly #separators = new Map<string, FieldSplitter>();
  readonly #regexes: Regexes;
  #ignoreCase = false;
  #splitBy: 'FS' | 'FPAT' | 'FIELDWIDTHS' = 'FS';

  constructor(program: Program, world: World, options: RunOptions) {
    this.program = program;
    this.#options = options;
    this.machine = new Machine(world.stdout, options.utf8);
    this.machine.posix = program.posix;
    this.world = { ...bound(world), stdout: this.#standardOutput(world.stdout) };
    this.streams = new Streams(this.world, BYTES, () => this.#commandEnvironment());
    this.#regexes = new Regexes(textCodec(options.utf8), program.posix);
    for (const [name, value] of INITIAL_VALUES) this.#specials[indexOf(name)] = value;
    this.#arrays = new Map(
      SPECIALS.filter(({ shape }) => shape === 'array').map(({ name }) => [name, new AwkArray()]),
    );
    this.#fillArrays();
    this.input = new MainInput(this);
    this.machine.openNext = () => this.input.openNext();
    this.machine.keepRecord = () => detach(this.machine);
    this.#separate();
    this.#endRecords();
  }

  get utf8(): boolean {
    return this.#options.utf8;
  }

  get interrupt(): Int32Array | undefined {
    return this.#options.interrupt;
  }

  /** Made when it is first called: most programs never do. */
  get assistant(): Assistant {
    this.#assistant ??= new Assistant(this, this.#options);
    return this.#assistant;
  }

  // ---- special variables

  special(name: SpecialName): Scalar {
    switch (name) {
      case 'NF':
        return this.machine.splitAll();
      case 'NR':
        return this.machine.NR;
      case 'FNR':
        return this.machine.FNR;
      default:
        return this.#specials[indexOf(name)];
    }
  }

  /** The same for those that are as they were set, by their place in SPECIALS. */
  specialAt(index: number): Scalar {
    return this.#specials[index];
  }

  /** @throws RunError, RegexError for a value that means nothing */
  setSpecial(name: SpecialName, value: Scalar): void {
    const { machine } = this;
    if (name === 'NF') return setFieldCount(machine, toNumber(value));
    if (name === 'OFS' || name === 'CONVFMT') whole(machine);
    this.#specials[indexOf(name)] = value;
    const text = (): string => toText(value, machine.convfmt);
    switch (name) {
      case 'NR':
        machine.NR = toNumber(value);
        break;
      case 'FNR':
        machine.FNR = toNumber(value);
        break;
      case 'OFS':
        machine.ofs = text();
        machine.ofsByte = machine.ofs.length === 1 ? machine.ofs.charCodeAt(0) : -1;
        break;
      case 'ORS':
        machine.ors = text();
        machine.orsByte = machine.ors.length === 1 ? machine.ors.charCodeAt(0) : -1;
        break;
      case 'CONVFMT':
        machine.convfmt = text();
        break;
      case 'OFMT':
        machine.ofmt = text();
        break;
      case 'SUBSEP':
        machine.subsep = text();
        break;
      case 'FS':
      case 'FPAT':
      case 'FIELDWIDTHS':
        this.#splitBy = name;
        this.#separate();
        break;
      case 'RS':
        this.#separate();
        this.#endRecords();
        break;
      case 'IGNORECASE':
        this.#ignoreCase = !this.program.posix && isTrue(value);
        this.#regexes.ignoreCase = this.#ignoreCase;
        for (const pattern of this.#constants) pattern.setIgnoreCase(this.machine, this.#ignoreCase);
        this.#separators.clear();
        this.#separate();
        this.#endRecords();
        break;
      default:
        break;
    }
  }

  specialArray(name: SpecialName): AwkArray {
    return this.#arrays.get(name)!;
  }

  text(name: SpecialName): string {
    return toText(this.special(name), this.machine.convfmt);
  }

  get ignoreCase(): boolean {
    return this.#ignoreCase;
  }

  /** How records that come from now on are split; the one that is there is split the old way first. */
  #separate(): void {
    const { machine } = this;
    if (machine.splitter !== undefined) machine.splitAll();
    machine.splitter = this.#readSplitter();
  }

  #readSplitter(): FieldSplitter {
    const { machine } = this;
    if (this.#options.csv) return new TextSplitter({ kind: 'csv' }, this.#regexes);
    if (this.#splitBy === 'FPAT') {
      const regex = this.#regexes.compile(this.#model(this.text('FPAT')));
      return new TextSplitter({ kind: 'pattern', regex }, this.#regexes);
    }
    if (this.#splitBy === 'FIELDWIDTHS')
      return new TextSplitter(readWidths(this.text('FIELDWIDTHS')), this.#regexes);
    const text = this.text('FS');
    const isParagraph = this.text('RS') === '';
    if (!isParagraph || text === ' ' || text === '') return this.separator(text);
    const single = this.#singleByte(text);
    if (single !== -1) return new ByteSetSplitter(machine, byteSet([single, 10]));
    if (readSeparator(this.#model(text), this.#regexes).kind !== 'literal') return this.separator(text);
    return this.patternSplitter(this.pattern(`${literalSource(text)}|\n`));
  }

  /** A text in the model the interpreter's pieces work in. */
  #model(text: string): string {
    return this.utf8 ? toModel(text) : text;
  }

  #singleByte(text: string): number {
    const isLetter = /^[A-Za-z]$/.test(text);
    const isByte = text.length === 1 && (text.charCodeAt(0) < 0x80 || !this.utf8);
    return isByte && !(this.#ignoreCase && isLetter) ? text.charCodeAt(0) : -1;
  }

  /** FS, or the third argument of split, as POSIX reads it. */
  separator(text: string): FieldSplitter {
    const known = this.#separators.get(text);
    if (known !== undefined) return known;
    const made = this.#makeSeparator(text);
    if (this.#separators.size > KEPT_PATTERNS) this.#separators.clear();
    this.#separators.set(text, made);
    return made;
  }

  #makeSeparator(text: string): FieldSplitter {
    if (text === ' ') return new BlankSplitter();
    if (text === '') return new TextSplitter({ kind: 'characters' }, this.#regexes);
    const single = this.#singleByte(text);
    if (single !== -1) return new ByteSetSplitter(this.machine, byteSet([single]));
    if (readSeparator(this.#model(text), this.#regexes).kind === 'literal') {
      return this.patternSplitter(this.pattern(literalSource(text)));
    }
    return this.patternSplitter(this.pattern(text));
  }

  /** split by a regex constant. */
  patternSplitter(pattern: Pattern): FieldSplitter {
    const { shape } = pattern;
    if (shape.kind === 'set') return new ByteSetSplitter(this.machine, shape.set);
    if (shape.kind === 'literal' && shape.bytes.length === 1)
      return new ByteSetSplitter(this.machine, byteSet(shape.bytes));
    pattern.pinned = true;
    return new RegexSplitter(pattern);
  }

  /** FS as the builtin split uses it when nothing else is said. */
  fieldSeparator(): FieldSplitter {
    // The newline that separates fields of a paragraph is none of FS (gawk, mawk, goawk).
    return this.separator(this.text('FS'));
  }

  #endRecords(): void {
    const { machine } = this;
    const text = this.text('RS');
    const literal = (bytes: string): void => {
      machine.separator = { kind: 'literal', bytes: Buffer.from(bytes, 'latin1') };
    };
    const model = this.#model(text);
    const [first = ''] = model;
    if (this.#options.csv && text === '\n') machine.separator = { kind: 'csv' };
    else if (text === '') machine.separator = { kind: 'paragraph' };
    else if (model === first && !(this.#ignoreCase && first.toLowerCase() !== first.toUpperCase()))
      literal(text);
    else if (this.program.posix) literal(this.utf8 ? fromModel(first) : first);
    else machine.separator = { kind: 'regex', regex: this.pattern(text).regex };
    machine.reader?.restart();
  }

  /** Sets RT after a record; called only by programs that look at it. */
  noteTerminator(): void {
    const { reader, strings } = this.machine;
    if (reader !== undefined)
      this.#specials[indexOf('RT')] = strings.latin1Slice(reader.e, reader.terminatorEnd);
  }

  // ---- regexes

  /** A regex by its bytes. @throws RegexError */
  pattern(source: string): Pattern {
    const key = this.#ignoreCase ? `i${source}` : `c${source}`;
    let pattern = this.#patterns.get(key);
    if (pattern === undefined) {
      pattern = this.#newPattern(source);
      if (this.#patterns.size >= KEPT_PATTERNS) this.#forgetPatterns();
      this.#patterns.set(key, pattern);
    }
    return pattern;
  }

  /** Those that separate fields somewhere stay as they are. */
  #forgetPatterns(): void {
    for (const pattern of this.#patterns.values()) if (!pattern.pinned) pattern.release(this.machine);
    this.#patterns.clear();
  }

  /** A regex constant of the program: it stays, and follows IGNORECASE. @throws RegexError */
  constantPattern(source: string): Pattern {
    const pattern = this.#newPattern(source);
    this.#constants.push(pattern);
    return pattern;
  }

  #newPattern(source: string): Pattern {
    const options = { posix: this.program.posix, utf8: this.utf8, ignoreCase: this.#ignoreCase };
    return new Pattern(this.machine, Buffer.from(source, 'latin1'), options);
  }

  /** A replacement that is a constant of the program. */
  constantReplacement(text: string): Replacement {
    return new Replacement(text, (bytes) => this.machine.constant(bytes), this.program.posix);
  }

  /** One for now: its bytes last as long as the record. */
  replacement(text: string): Replacement {
    const { machine } = this;
    return new Replacement(
      text,
      (bytes) => {
        const at = machine.room(bytes.length);
        machine.bytes.set(bytes, at);
        machine.take(at + bytes.length);
        return at;
      },
      this.program.posix,
    );
  }

  // ---- input

  nextFile(): void {
    this.input.endFile();
  }

  /** getline: @returns 1, or 0 at the end */
  getline(): number {
    return this.machine.next() ? 1 : 0;
  }

  /** getline x. @returns undefined at the end */
  getlineValue(): Scalar {
    const { machine } = this;
    detach(machine);
    const reader = machine.read();
    if (reader === undefined) return undefined;
    return inputValue(machine.strings.latin1Slice(reader.s, reader.e), machine.boxed);
  }

  /** getline <file and command | getline. @param take what to do with the record's bytes @returns 1, 0 or -1 */
  getlineFrom(kind: 'file' | 'command', name: string, take: (text: string) => void): number {
    try {
      const found = this.streams.input(kind, name).read(this.machine.separator);
      if (found === undefined) return 0;
      const text = byteString(found.record);
      this.#specials[indexOf('RT')] = byteString(found.terminator);
      take(text);
      return 1;
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      this.setSpecial('ERRNO', fromModel(error.message));
      return -1;
    }
  }

  assignRecord(text: string): void {
    stage(this.machine, text);
    assignRecordRange(this.machine, this.machine.rs, this.machine.re);
  }

  // ---- builtins

  /** After match: RSTART and RLENGTH. */
  matched(start: number): number {
    this.#specials[RSTART] = start;
    this.#specials[RLENGTH] = this.machine.rs;
    return start;
  }

  /** The splitter of a regex constant, which is made once. */
  constantSplitter(pattern: Pattern): FieldSplitter {
    pattern.splitter ??= this.patternSplitter(pattern);
    return pattern.splitter;
  }

  /** The subscripts for a loop, as PROCINFO["sorted_in"] says. */
  keys(array: AwkArray): string[] {
    return this.assistant.keys(array, (name, values) => {
      const called = this.functions.get(name);
      if (called === undefined) throw new RunError(`function ${name} is not defined`);
      return called(...values);
    });
  }

  system(command: string): number {
    this.streams.flushAll();
    return this.world.system(toModel(command), this.#commandEnvironment());
  }

  /** For a command that starts now. */
  #commandEnvironment(): CommandEnvironment {
    if (!mayChangeEnvironment(this.program)) return undefined;
    const environment = this.specialArray('ENVIRON');
    const current = new Map<string, string>();
    for (const name of environment.keys()) {
      const value = environment.get(environment.findText(name));
      if (!(value instanceof AwkArray))
        current.set(toModel(name), toModel(toText(value, this.machine.convfmt)));
    }
    return changedEnvironment(this.world.environment, current);
  }

  close(name: string): number {
    const status = this.streams.close(name);
    if (status === undefined) this.setSpecial('ERRNO', NOT_OPEN);
    return status ?? -1;
  }

  flush(name: string): number {
    if (name !== '') return this.streams.flush(name) ? 0 : -1;
    this.streams.flushAll();
    return 0;
  }

  // ---- output

  /** Where a redirected print goes. @throws RunError */
  output(kind: 'write' | 'append' | 'pipe', name: string): ByteSink {
    if (name === '') throw new RunError('the name to write to is empty');
    try {
      return this.streams.output(kind, name);
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      this.setSpecial('ERRNO', fromModel(error.message));
      if (this.#isNonFatal(name)) return NOWHERE;
      throw new RunError(`cannot write to ${name}: ${error.message}`, { cause: error });
    }
  }

  /** gawk's PROCINFO["NONFATAL"], for all or for one output: what cannot be written is no end of the program. */
  #isNonFatal(output: string): boolean {
    const procinfo = this.specialArray('PROCINFO');
    const own = `${output}${this.text('SUBSEP')}NONFATAL`;
    return !this.program.posix && [own, 'NONFATAL'].some((key) => procinfo.findText(key) !== -1);
  }

  flushStandard(): void {
    this.streams.flushStandard();
  }

  warn(message: string): void {
    this.flushStandard();
    this.world.stderr.write(Buffer.from(fromModel(`awk: warning: ${message}\n`), 'latin1'));
  }

  /** Standard output as the streams see it: behind what the machine has already printed. */
  #standardOutput(sink: ByteSink): ByteSink {
    const { machine } = this;
    return {
      write: (bytes) => {
        machine.drain();
        sink.write(bytes);
      },
      flush: () => {
        machine.drain();
        sink.flush();
      },
      close: () => {
        machine.drain();
        return sink.close();
      },
    };
  }

  // ---- variables by name

  /** `name=value` of the command line, escapes resolved; a name the program does not know changes nothing. */
  assignByName(name: string, text: string): void {
    const value = inputValue(fromModel(text), this.machine.boxed);
    const special = SPECIALS.find((known) => known.name === name);
    if (special !== undefined && !(this.program.posix && special.origin === 'gawk')) {
      if (special.shape === 'array') throw new RunError(`cannot assign to ${name}: it is an array`);
      this.setSpecial(special.name, value);
      return;
    }
    if (this.program.functions.some((known) => known.name === name)) {
      throw new RunError(`cannot assign to ${name}: it is a function`);
    }
    this.setters.get(name)?.(value);
  }

  /** What the program does not mention stays empty: nobody sees it. */
  #fillArrays(): void {
    const { world, program } = this;
    const mentioned = new Set(program.specials.map(({ name }) => name));
    const fill = (name: SpecialName, key: string, value: Value): void => {
      const array = this.specialArray(name);
      array.set(array.entryText(fromModel(key)), value);
    };
    world.argv.forEach((text, index) => fill('ARGV', String(index), outsideValue(text)));
    this.#specials[indexOf('ARGC')] = world.argv.length;
    if (mentioned.has('ENVIRON')) {
      for (const [name, value] of world.environment) fill('ENVIRON', name, outsideValue(value));
    }
    if (!mentioned.has('PROCINFO')) return;
    for (const [name, value] of world.processIds) fill('PROCINFO', name, value);
    fill('PROCINFO', 'FS', 'FS');
    fill('PROCINFO', 'version', '5.3.0');
    fill('PROCINFO', 'strftime', '%a %b %e %H:%M:%S %Z %Y');
  }
}

/** What is written to an output that could not be opened and need not be. */
const NOWHERE: ByteSink = { write: () => {}, flush: () => {}, close: () => -1 };

/** Text from outside, always with its string: it is not looked at often. */
function outsideValue(text: string): Scalar {
  return inputValue(fromModel(text), true);
}

function indexOf(name: SpecialName): number {
  return specialIndex(name, false)!;
}

/** A character as a regex that matches it alone. */
function literalSource(character: string): string {
  if (character.length > 1) return character;
  return /[\^\\]/.test(character) ? `\\${character}` : `[${character}]`;
}

/** The world as an object of its own, whose members can be replaced. */
function bound(world: World): World {
  return {
    argv: world.argv,
    environment: world.environment,
    processIds: world.processIds,
    stdin: world.stdin,
    stdout: world.stdout,
    stderr: world.stderr,
    openSource: (path) => world.openSource(path),
    openSink: (path, append) => world.openSink(path, append),
    openCommandSource: (command, environment) => world.openCommandSource(command, environment),
    openCommandSink: (command, environment) => world.openCommandSink(command, environment),
    system: (command, environment) => world.system(command, environment),
    clock: () => world.clock(),
  };
}
