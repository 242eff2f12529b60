// rand and srand: a seed gives the same numbers on every machine. Pure.
// The generator is xorshift128+ (Vigna, "Further scramblings of Marsaglia's xorshift generators", 2016), its upper
// 53 bits as a fraction; the state is filled from the seed by splitmix64, as its author recommends.

const MASK = (1n << 64n) - 1n;

export class Random {
  /** gawk's and busybox's first seed. */
  #seed = 1;
  #low = 0n;
  #high = 0n;

  constructor() {
    this.#fill(this.#seed);
  }

  /** srand: @returns the seed before */
  seed(seed: number): number {
    const before = this.#seed;
    this.#seed = seed;
    this.#fill(seed);
    return before;
  }

  /** rand: 0 <= number < 1. */
  next(): number {
    let first = this.#low;
    const second = this.#high;
    this.#low = second;
    first ^= (first << 23n) & MASK;
    this.#high = first ^ second ^ (first >> 18n) ^ (second >> 5n);
    return Number(((this.#high + second) & MASK) >> 11n) / 2 ** 53;
  }

  #fill(seed: number): void {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setFloat64(0, seed);
    let state = bits.getBigUint64(0);
    const step = (): bigint => {
      state = (state + 0x9e3779b97f4a7c15n) & MASK;
      let mixed = state;
      mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
      mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & MASK;
      return mixed ^ (mixed >> 31n);
    };
    this.#low = step();
    this.#high = step();
  }
}
