// An expression that is a plain text: no automaton, only the search for the text. Hot; allocates nothing per call.

import type { Finder } from './finder.ts';
import { MatchWindow } from './match-window.ts';

export class LiteralMatch implements Finder {
  begin = 0;
  end = 0;
  readonly #text: Uint8Array;
  readonly #window: MatchWindow | undefined = undefined;

  /** @param text not empty @param worthwhile whether it is used often enough to prepare for speed */
  constructor(text: Uint8Array, worthwhile: boolean) {
    this.#text = text;
    if (worthwhile)
      this.#window = MatchWindow.forSets(
        Array.from(text.subarray(0, 9), (byte) => new Uint8Array(256).fill(1, byte, byte + 1)),
      );
  }

  forgetRecord(): void {}

  find(bytes: Uint8Array, _start: number, end: number, from: number): boolean {
    const text = this.#text;
    const window = this.#window;
    const first = text[0]!;
    const last = end - text.length;
    for (let at = from; at <= last; at++) {
      if (window !== undefined) at = window.next(bytes, at, end);
      else while (at <= last && bytes[at] !== first) at++;
      if (at > last) return false;
      let same = 0;
      while (same < text.length && bytes[at + same] === text[same]) same++;
      if (same < text.length) continue;
      this.begin = at;
      this.end = at + text.length;
      return true;
    }
    return false;
  }
}
