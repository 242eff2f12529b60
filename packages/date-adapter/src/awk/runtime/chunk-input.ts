// Main input of a compiled program that is pushed: chunks of several files in any order, each file with its FNR and
// its FILENAME. In place of main-input.ts; the machine and `nextfile` see no difference.
// Where records are lines a chunk holds whole ones, so one reader does for all files: a file's ends with its turn. Where
// RS is another, a record may span turns, and each file keeps its reader (`keepsReaders`).
import { type ChunkSource, OTHER_FILE } from '../chunk-source.ts';
import type { ByteSource } from '../world.ts';
import { BUFFER_BYTES, LIST_LENGTH, type RecordInput } from './main-input.ts';
import { RecordReader } from './record-reader.ts';
import { detach } from './record.ts';
import type { Runtime } from './runtime.ts';

type PushedFile = {
  readonly name: string;
  FNR: number;
  /** What is left of it between two turns. */
  reader: RecordReader | undefined;
  /** By nextfile: nothing of it is read any more. */
  isSkipped: boolean;
};

export type ChunkInputOptions = {
  readonly chunks: ChunkSource;
  /** Several readers, each for a file; only where the loop over records may be left in the middle. */
  readonly keepsReaders: boolean;
};

export class ChunkInput implements RecordInput {
  readonly #runtime: Runtime;
  readonly #chunks: ChunkSource;
  readonly #keepsReaders: boolean;
  readonly #files = new Map<string, PushedFile>();
  #current: PushedFile | undefined;
  #hasEnded = false;

  constructor(runtime: Runtime, { chunks, keepsReaders }: ChunkInputOptions) {
    this.#runtime = runtime;
    this.#chunks = chunks;
    this.#keepsReaders = keepsReaders;
  }

  /** Goes to the file that the next chunk is of. @throws STARVED */
  openNext(): boolean {
    this.#leave();
    for (;;) {
      const name = this.#chunks.next();
      if (name === undefined) return this.#openRest();
      const file = this.#files.get(name) ?? this.#begin(name);
      if (!file.isSkipped) {
        this.#enter(file);
        return true;
      }
      this.#chunks.take();
    }
  }

  /** After OTHER_FILE. */
  turn(): void {
    const file = this.#current;
    if (file === undefined) return;
    file.reader = this.#runtime.machine.reader;
    this.#runtime.machine.reader = undefined;
    this.#leave();
  }

  /** Goes to each file that has something left, as to one to which nothing comes any more for now. */
  *settled(): Generator<void> {
    for (const file of this.#files.values()) {
      if (file.isSkipped || (file !== this.#current && file.reader === undefined)) continue;
      if (file !== this.#current) {
        this.turn();
        this.#enter(file);
      }
      const { reader } = this.#runtime.machine;
      if (reader !== undefined) reader.isSettled = true;
      yield;
    }
  }

  endFile(): void {
    const file = this.#current;
    if (file === undefined || file.isSkipped) return;
    file.isSkipped = true;
    this.#runtime.hooks.endFile();
    this.#leave();
  }

  #leave(): void {
    const file = this.#current;
    if (file === undefined) return;
    const { machine } = this.#runtime;
    file.FNR = machine.FNR;
    this.#current = undefined;
    if (machine.reader === undefined) return;
    detach(machine);
    machine.reader.close();
    machine.reader = undefined;
  }

  #begin(name: string): PushedFile {
    const file: PushedFile = { name, FNR: 0, reader: undefined, isSkipped: false };
    this.#files.set(name, file);
    this.#name(file);
    if (!this.#runtime.hooks.beginFile()) file.isSkipped = true;
    return file;
  }

  #name(file: PushedFile): void {
    this.#runtime.setSpecial('FILENAME', file.name);
    this.#runtime.machine.FNR = file.FNR;
  }

  #enter(file: PushedFile): void {
    const runtime = this.#runtime;
    this.#name(file);
    this.#current = file;
    const flush = (): void => runtime.flushStandard();
    runtime.machine.reader =
      file.reader ??
      new RecordReader(runtime.machine, this.#sourceOf(file), flush, BUFFER_BYTES, LIST_LENGTH);
    file.reader = undefined;
  }

  #sourceOf(file: PushedFile): ByteSource {
    return {
      read: () => {
        const name = this.#chunks.next();
        if (name === file.name) return this.#chunks.take();
        if (name !== undefined && this.#keepsReaders) throw OTHER_FILE;
        return undefined;
      },
      close: () => 0,
    };
  }

  /** At the end of everything: what readers still hold, then ENDFILE of each file. */
  #openRest(): boolean {
    for (const file of this.#files.values()) {
      if (file.reader === undefined || file.isSkipped) continue;
      this.#enter(file);
      return true;
    }
    if (this.#hasEnded) return false;
    this.#hasEnded = true;
    for (const file of this.#files.values()) {
      if (file.isSkipped) continue;
      this.#name(file);
      this.#runtime.hooks.endFile();
    }
    return false;
  }
}
