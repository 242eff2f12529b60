// An expression that is one character of a set, or a run of such: `[0-9]+`, `,`, `[ \t]`. Only for sets that can be told
// byte by byte. Hot; allocates nothing per call.

import type { Finder } from './finder.ts';

export class ClassMatch implements Finder {
  begin = 0;
  end = 0;
  readonly #members: Uint8Array;
  readonly #runs: boolean;

  /** @param members 1 for the bytes of the set @param runs whether as many as there are, or one */
  constructor(members: Uint8Array, runs: boolean) {
    this.#members = members;
    this.#runs = runs;
  }

  forgetRecord(): void {}

  find(bytes: Uint8Array, _start: number, end: number, from: number): boolean {
    const members = this.#members;
    let at = from;
    while (at < end && members[bytes[at]!] === 0) at++;
    if (at >= end) return false;
    this.begin = at++;
    if (this.#runs) while (at < end && members[bytes[at]!] === 1) at++;
    this.end = at;
    return true;
  }
}
