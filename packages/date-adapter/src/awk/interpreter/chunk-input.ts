// Main input of an interpreted program that is pushed: chunks of several files in any order, each file with its FNR,
// its FILENAME and what is left of it between two turns. In place of main-input.ts. The reader of a file that has
// nothing now throws STARVED and has lost nothing by it.
import { type ChunkSource, OTHER_FILE } from '../chunk-source.ts';
import type { FileHooks, RecordInput } from './main-input.ts';
import { RecordReader } from './record-reader.ts';
import type { RunState } from './run-state.ts';

type PushedFile = {
  readonly name: string;
  readonly reader: RecordReader;
  FNR: number;
  isSkipped: boolean;
};

export class ChunkInput implements RecordInput {
  readonly #state: RunState;
  readonly #hooks: FileHooks;
  readonly #chunks: ChunkSource;
  readonly #files = new Map<string, PushedFile>();
  #current: PushedFile | undefined;
  #hasEnded = false;

  constructor(state: RunState, hooks: FileHooks, chunks: ChunkSource) {
    this.#state = state;
    this.#hooks = hooks;
    this.#chunks = chunks;
  }

  read(): string | undefined {
    const { specials, codec } = this.#state;
    while (this.#current !== undefined || this.#openNext()) {
      const file = this.#current;
      if (file === undefined) continue;
      const found = this.#readFrom(file);
      if (found === 'turn') continue;
      if (found !== undefined) {
        const text = codec.decode(found.record);
        specials.set('RT', codec.decode(found.terminator));
        specials.count('NR');
        specials.count('FNR');
        return text;
      }
      this.#hooks.endFile();
      this.#files.delete(file.name);
      this.#current = undefined;
    }
    return undefined;
  }

  skipFile(): void {
    if (this.#current === undefined) return;
    this.#current.isSkipped = true;
    this.#hooks.endFile();
    this.#current = undefined;
  }

  /** @returns 'turn' when the next bytes are another file's @throws STARVED */
  #readFrom(file: PushedFile): ReturnType<RecordReader['read']> | 'turn' {
    try {
      return file.reader.read(this.#state.specials.recordSeparator());
    } catch (error) {
      if (error !== OTHER_FILE) throw error;
      file.FNR = this.#state.specials.number('FNR');
      this.#current = undefined;
      return 'turn';
    }
  }

  #openNext(): boolean {
    const name = this.#chunks.next();
    if (name === undefined) return this.#openRest();
    const file = this.#files.get(name) ?? this.#begin(name);
    if (file.isSkipped) this.#chunks.take();
    else this.#enter(file);
    return true;
  }

  #begin(name: string): PushedFile {
    const source = {
      read: () => {
        const next = this.#chunks.next();
        if (next === name) return this.#chunks.take();
        if (next !== undefined) throw OTHER_FILE;
        return undefined;
      },
      close: () => 0,
    };
    const reader = new RecordReader(source, () => this.#state.streams.flushStandard());
    const file: PushedFile = { name, reader, FNR: 0, isSkipped: false };
    this.#files.set(name, file);
    this.#enter(file);
    if (!this.#hooks.beginFile()) file.isSkipped = true;
    return file;
  }

  #enter(file: PushedFile): void {
    const { specials } = this.#state;
    specials.set('FILENAME', file.name);
    specials.set('FNR', file.FNR);
    this.#current = file;
  }

  /** At the end of everything each file says what it still holds, and has its ENDFILE. */
  #openRest(): boolean {
    if (this.#hasEnded) return false;
    for (const file of this.#files.values()) {
      if (file.isSkipped) continue;
      this.#enter(file);
      return true;
    }
    this.#hasEnded = true;
    return false;
  }
}
