// Main input: the files among ARGV one after the other, with the assignments between them, or standard input when
// no file is named. For the main loop and for getline without a file. POSIX awk, "Input Files" and "Variables".
// Invariant: ARGV and ARGC are read when they are reached, so a program may change both while it runs.
import { numberText } from '../numbers.ts';
import { resolveEscapes } from '../escapes.ts';
import { type ByteSource, WorldError } from '../world.ts';
import { RecordReader } from './record-reader.ts';
import type { RunState } from './run-state.ts';
import { AwkArray, RunError, toText } from './values.ts';

/** gawk's BEGINFILE and ENDFILE; `handlesErrors` when a BEGINFILE exists and so may skip what cannot be read. */
export interface FileHooks {
  readonly handlesErrors: boolean;
  /** @returns false to skip the file (nextfile) */
  beginFile(): boolean;
  endFile(): void;
}

/** Main input as the loop over records, getline and `nextfile` ask for it. */
export interface RecordInput {
  /** The next record's text; NR, FNR and RT are set. @returns undefined at the end of all input */
  read(): string | undefined;
  /** nextfile: @returns after ENDFILE has run */
  skipFile(): void;
}

const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;

export class MainInput implements RecordInput {
  readonly #state: RunState;
  readonly #hooks: FileHooks;
  readonly #warn: (message: string) => void;
  #reader: RecordReader | undefined;
  /** Of ARGV, the last one looked at. */
  #index = 0;
  #hasOpened = false;
  #isDone = false;

  constructor(state: RunState, hooks: FileHooks, warn: (message: string) => void) {
    this.#state = state;
    this.#hooks = hooks;
    this.#warn = warn;
  }

  read(): string | undefined {
    const { specials, codec } = this.#state;
    while (this.#reader !== undefined || this.#openNext()) {
      if (this.#reader === undefined) continue;
      const found = this.#readFrom(this.#reader);
      if (found !== undefined) {
        const text = codec.decode(found.record);
        specials.set('RT', codec.decode(found.terminator));
        specials.count('NR');
        specials.count('FNR');
        return text;
      }
      this.#endFile();
    }
    return undefined;
  }

  skipFile(): void {
    if (this.#reader !== undefined) this.#endFile();
  }

  #readFrom(reader: RecordReader): ReturnType<RecordReader['read']> {
    try {
      return reader.read(this.#state.specials.recordSeparator());
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      const name = this.#state.specials.text('FILENAME');
      throw new RunError(`cannot read ${name}: ${error.message}`, { cause: error });
    }
  }

  #endFile(): void {
    const reader = this.#reader;
    this.#hooks.endFile();
    reader?.close();
    this.#reader = undefined;
  }

  /** @returns false when there is no more */
  #openNext(): boolean {
    if (this.#isDone) return false;
    const name = this.#nextOperand();
    if (name === undefined) {
      this.#isDone = true;
      if (this.#hasOpened) return false;
      return this.#open('-');
    }
    return this.#open(name);
  }

  /** The next file among ARGV; assignments on the way to it take effect. */
  #nextOperand(): string | undefined {
    const state = this.#state;
    const argv = state.specialArray('ARGV').elements;
    while (++this.#index < state.specials.number('ARGC')) {
      const value = argv.get(numberText(this.#index, '%d'));
      const operand = value instanceof AwkArray ? '' : toText(value, state.numberFormat);
      const assignment = ASSIGNMENT.exec(operand);
      if (assignment !== null) {
        state.assignByName(
          assignment[1]!,
          resolveEscapes(state.codec.toModel(assignment[2]!), { posix: state.program.posix }),
        );
      } else if (operand !== '') {
        state.specials.set('ARGIND', this.#index);
        return operand;
      }
    }
    return undefined;
  }

  #open(name: string): boolean {
    const { specials, streams } = this.#state;
    this.#hasOpened = true;
    specials.set('FILENAME', name);
    specials.set('FNR', 0);
    const source = this.#openSource(name);
    specials.set('ERRNO', typeof source === 'string' ? source : '');
    this.#reader =
      typeof source === 'string' ? undefined : new RecordReader(source, () => streams.flushStandard());
    const isWanted = this.#hooks.beginFile();
    if (typeof source === 'string') {
      if (isWanted) this.#refuse(name, source);
    } else if (!isWanted) {
      this.#reader?.close();
      this.#reader = undefined;
    }
    return true;
  }

  /** @returns the reason when it cannot be opened */
  #openSource(name: string): ByteSource | string {
    try {
      return this.#state.streams.openFile(name);
    } catch (error) {
      if (error instanceof WorldError) return error.message;
      throw error;
    }
  }

  /** A directory is skipped with a warning, as in gawk; what does not exist ends the program. */
  #refuse(name: string, reason: string): void {
    if (reason !== 'Is a directory' || this.#state.program.posix || this.#hooks.handlesErrors) {
      throw new RunError(`cannot open file ${name} for reading: ${reason}`);
    }
    this.#warn(`${name} is a directory: skipped`);
  }
}
