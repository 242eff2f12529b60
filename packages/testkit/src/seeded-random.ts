// Random choices that can be replayed: every test that rolls dice logs its seed and takes one.
// The generator is splitmix32 (a 32-bit counter put through an avalanche): small, fast, good enough to pick
// test inputs, never for secrets. The same seed gives the same sequence on every machine and Node version.

export class SeededRandom {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#state = this.seed;
  }

  /** An integer of 32 uniform bits. */
  bits(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    return avalanche(this.#state);
  }

  /** A number in [0, 1). */
  fraction(): number {
    return this.bits() / 0x1_0000_0000;
  }

  /** An integer in [least, most], both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One of the choices; throws RangeError when there are none. */
  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError('nothing to pick from');
    return choices[this.integer(0, choices.length - 1)]!;
  }

  /** One of the choices, each as likely as its weight says. */
  weighted<T>(choices: readonly (readonly [choice: T, weight: number])[]): T {
    let left = this.fraction() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return this.pick(choices)[0];
  }

  /** Printable ASCII without newline, `length` characters. */
  text(length: number): string {
    const characters = Buffer.allocUnsafe(length);
    for (let i = 0; i < length; i++) characters[i] = 32 + (this.bits() % 95);
    return characters.toString('latin1');
  }

  /** A generator of its own, so that one part's choices do not depend on how often another part rolled. */
  branch(label: string): SeededRandom {
    return new SeededRandom(hash(`${this.seed}/${label}`));
  }
}

/** A seed to log and to give to `new SeededRandom`; different in each run. */
export function freshSeed(): number {
  return Math.floor(Math.random() * 0x1_0000_0000);
}

/** 32 bits that depend on every character of the text (FNV-1a, then the avalanche). */
export function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return avalanche(state >>> 0);
}

/** Spreads every input bit over all 32 output bits (the constants are splitmix32's). */
function avalanche(bits: number): number {
  let mixed = bits;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
