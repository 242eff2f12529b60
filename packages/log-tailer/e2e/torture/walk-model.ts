// The model of the random walk: which lines can still be read by anyone, whatever tailer there is.
// A file generation is visible while it has a name that a tailer looks at. Hidden (unlinked, or linked nowhere), it
// can be read only by a process that holds it open: the model knows that a run holds it once it has delivered a line
// of it. What becomes unreadable is excused in the ledger, and nothing else is.

import type { Account, Range } from './ledger.ts';

type Generation = { readonly number: number; readonly range: Range; hidden: boolean };

export class WalkModel {
  readonly #account: Account;
  #past: Generation[] = [];
  #running = false;

  constructor(account: Account) {
    this.#account = account;
  }

  started(): void {
    this.#account.run += 1;
    this.#running = true;
  }

  /** It ended after draining: whatever it held open it has delivered, or it is a fault. */
  drained(): void {
    this.#running = false;
  }

  /** It was killed: what it alone held open is gone. */
  killed(): void {
    this.#running = false;
    for (const generation of this.#past) if (generation.hidden) this.#account.excuse(generation.range);
  }

  /** The writer goes on in another generation; the past one keeps a name (rotated or copied), or has none. */
  passed(range: Range, fate: 'visible' | 'hidden'): void {
    const generation: Generation = { number: this.#account.generation, range, hidden: false };
    this.#past.push(generation);
    if (fate === 'hidden') this.#hide(generation);
  }

  /** The generation's content was destroyed in place: only what has come out has come out. */
  destroyed(range: Range): void {
    this.#account.excuse(range);
  }

  /** The eldest rotated file lost its name. */
  eldestDeleted(): void {
    const eldest = this.#past.find((generation) => !generation.hidden);
    if (eldest !== undefined) this.#hide(eldest);
  }

  get visible(): number {
    return this.#past.filter((generation) => !generation.hidden).length;
  }

  #hide(generation: Generation): void {
    generation.hidden = true;
    const held = this.#running && this.#account.heardInThisRun(generation.number);
    if (!held) this.#account.excuse(generation.range);
  }
}
