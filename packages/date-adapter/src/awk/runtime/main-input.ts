// Main input of the compiled program: the files among ARGV one after the other, with the assignments between them, or
// standard input when no file is named. POSIX awk, "Input Files". As the interpreter's, over the machine's reader.
// Invariant: ARGV and ARGC are read when they are reached, so a program may change both while it runs.
import { resolveEscapes } from '../escapes.ts';
import { RunError } from '../interpreter/values.ts';
import { type ByteSource, WorldError } from '../world.ts';
import { AwkArray } from './awk-array.ts';
import { toModel } from './byte-text.ts';
import { RecordReader } from './record-reader.ts';
import { closeReader } from './record.ts';
import type { Runtime } from './runtime.ts';
import { toNumber, toText } from './value.ts';

export const BUFFER_BYTES = 256 * 1024;
export const LIST_LENGTH = 16 * 1024;
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;

/** Main input as the machine and `nextfile` ask for it. */
export interface RecordInput {
  /** Ends what is read, if anything, and opens the next. @returns false when there is no more */
  openNext(): boolean;
  /** Also nextfile. */
  endFile(): void;
}

export class MainInput implements RecordInput {
  readonly #runtime: Runtime;
  /** Of ARGV, the last one looked at. */
  #index = 0;
  #hasOpened = false;
  #isDone = false;
  /** A file was begun and not ended yet. */
  #inFile = false;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Ends the file that is read, if any, and opens the next. @returns false when there is no more */
  openNext(): boolean {
    if (this.#inFile) this.endFile();
    if (this.#isDone) return false;
    const name = this.#nextOperand();
    if (name === undefined) {
      this.#isDone = true;
      if (this.#hasOpened) return false;
      this.#open('-');
      return true;
    }
    this.#open(name);
    return true;
  }

  /** Also nextfile. The record stays, so the buffers of the reader do as well, until the next file is opened. */
  endFile(): void {
    if (!this.#inFile) return;
    this.#inFile = false;
    this.#runtime.hooks.endFile();
    this.#closeReader();
  }

  #closeReader(): void {
    closeReader(this.#runtime.machine);
  }

  #nextOperand(): string | undefined {
    const { runtime } = this;
    const argv = runtime.specialArray('ARGV');
    while (++this.#index < toNumber(runtime.special('ARGC'))) {
      const entry = argv.findText(String(this.#index));
      const value = entry === -1 ? '' : argv.get(entry);
      const operand = value instanceof AwkArray ? '' : toText(value, runtime.machine.convfmt);
      const assignment = ASSIGNMENT.exec(operand);
      if (assignment !== null) {
        const text = resolveEscapes(toModel(assignment[2]!), { posix: runtime.program.posix });
        runtime.assignByName(assignment[1]!, text);
      } else if (operand !== '') {
        runtime.setSpecial('ARGIND', this.#index);
        return operand;
      }
    }
    return undefined;
  }

  get runtime(): Runtime {
    return this.#runtime;
  }

  #open(name: string): void {
    const { machine, hooks } = this.#runtime;
    const runtime = this.#runtime;
    this.#hasOpened = true;
    runtime.setSpecial('FILENAME', name);
    machine.FNR = 0;
    const source = this.#openSource(name);
    runtime.setSpecial('ERRNO', typeof source === 'string' ? source : '');
    if (typeof source !== 'string') {
      machine.reader = new RecordReader(
        machine,
        source,
        () => runtime.flushStandard(),
        BUFFER_BYTES,
        LIST_LENGTH,
      );
      this.#inFile = true;
    }
    const isWanted = hooks.beginFile();
    if (typeof source === 'string') {
      if (isWanted) this.#refuse(name, source);
    } else if (!isWanted) {
      this.#inFile = false;
      this.#closeReader();
    }
  }

  #openSource(name: string): ByteSource | string {
    try {
      return this.#explained(this.#runtime.streams.openFile(name), name);
    } catch (error) {
      if (error instanceof WorldError) return error.message;
      throw error;
    }
  }

  /** A source whose faults name the file. */
  #explained(source: ByteSource, name: string): ByteSource {
    const attempt = <T>(action: () => T): T => {
      try {
        return action();
      } catch (error) {
        if (!(error instanceof WorldError)) throw error;
        throw new RunError(`cannot read ${name}: ${error.message}`, { cause: error });
      }
    };
    const explained: ByteSource = {
      read: () => attempt(() => source.read()),
      close: () => source.close(),
    };
    if (source.readInto === undefined) return explained;
    return { ...explained, readInto: (bytes, at, end) => attempt(() => source.readInto!(bytes, at, end)) };
  }

  /** A directory is skipped with a warning, as in gawk; what does not exist ends the program. */
  #refuse(name: string, reason: string): void {
    if (reason !== 'Is a directory' || this.#runtime.program.posix || this.#runtime.hooks.handlesErrors) {
      throw new RunError(`cannot open file ${name} for reading: ${reason}`);
    }
    this.#runtime.warn(`${name} is a directory: skipped`);
  }
}
