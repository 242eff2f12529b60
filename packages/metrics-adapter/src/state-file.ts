// Counters that go on where they were when the container restarts (--state-file): all series, saved every minute and at the
// end, loaded before anything is received. Written beside and renamed over, so that there is always one that is whole.
// A file that cannot be read is put aside and never keeps the adapter from starting.
import { readFileSync, renameSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { Log } from '@podmate/base/log';
import { restoreLine, snapshot } from './series/snapshot.ts';
import type { SeriesStore } from './series/store.ts';

const HEAD = { what: 'metrics-adapter state', version: 1 };
/** Some 400 series, half a millisecond; after each of them others have their turn. */
const PIECE_CHARACTERS = 65_536;

export class StateFile {
  readonly #path: string;
  readonly #store: SeriesStore;
  readonly #log: Log;
  #saving: Promise<void> = Promise.resolve();

  constructor(path: string, store: SeriesStore, log: Log) {
    this.#path = path;
    this.#store = store;
    this.#log = log;
  }

  load(): void {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      return this.#log.info('no state to go on from', { error });
    }
    try {
      const [head = '', ...lines] = text.trimEnd().split('\n');
      const { what, version }: { what?: string; version?: number } = JSON.parse(head);
      if (what !== HEAD.what || version !== HEAD.version) throw new Error('not a state file of this version');
      for (const line of lines) restoreLine(this.#store, line);
      this.#log.info('state loaded', { file: this.#path, series: this.#store.size });
    } catch (error) {
      this.#log.error('state not loaded, put aside', { file: `${this.#path}.bad`, error });
      renameSync(this.#path, `${this.#path}.bad`);
    }
  }

  /** After the one that is under way, if any. Never rejects: what went wrong is logged. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() =>
      this.#write().catch((error: unknown) => this.#log.error('state not saved', { error })),
    );
    return this.#saving;
  }

  async #write(): Promise<void> {
    const beside = `${this.#path}.new`;
    try {
      const file = await open(beside, 'w', 0o600);
      try {
        let piece = `${JSON.stringify(HEAD)}\n`;
        for (const line of snapshot(this.#store)) {
          piece += `${line}\n`;
          if (piece.length < PIECE_CHARACTERS) continue;
          await file.write(piece);
          piece = '';
        }
        await file.write(piece);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, this.#path);
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined);
      throw error;
    }
  }
}
