// The hot loops over bytes in WebAssembly (kernel.wat), and the one memory they and the compiled program work in.
// For heap.ts, which gives out the memory. One instance for each run of a program: no state is shared between runs.
import { KERNEL_CODE } from './kernel-code.ts';

/** What of the WebAssembly API is used; its types come only with those of a browser. */
type WebAssemblyApi = {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Kernel };
};
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };

/** Addresses are offsets into the memory, ranges are [at, end); see kernel.wat for each function. */
export type Kernel = {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  positions(at: number, end: number, byte: number, out: number, max: number): number;
  blankFields(at: number, end: number, out: number, max: number): number;
  separatedFields(at: number, end: number, set: number, out: number, max: number): number;
  byteFields(at: number, end: number, byte: number, out: number, max: number): number;
  mapCase(at: number, end: number, to: number, first: number): void;
  find(at: number, end: number, literal: number, length: number): number;
  seek(at: number, end: number, literal: number, length: number, separator: number): number;
  sift(
    at: number,
    end: number,
    literal: number,
    length: number,
    separator: number,
    what: number,
    to: number,
  ): number;
  findLast(at: number, end: number, byte: number): number;
  countByte(at: number, end: number, byte: number): number;
  findMember(at: number, end: number, set: number): number;
  findPair(at: number, end: number, set: number, set2: number): number;
  copy(at: number, end: number, to: number): number;
  join(pairs: number, count: number, glue: number, to: number): number;
  isAscii(at: number, end: number): number;
  reading(at: number, end: number): number;
  advance(at: number, end: number, count: number): number;
  findAny(at: number, end: number, set: number, set2: number, list: number, count: number): number;
  replaceRuns(
    at: number,
    end: number,
    set: number,
    notSet: number,
    text: number,
    length: number,
    to: number,
  ): number;
};

/** Second results, as indices into the memory's 32-bit integers: see kernel.wat. */
export const SCANNED = 16 >> 2;
export const REPLACED = 20 >> 2;
export const SOUGHT_START = 24 >> 2;
export const SOUGHT_END = 28 >> 2;
export const SOUGHT_AFTER = 32 >> 2;
export const SIFTED_TO = 24 >> 2;
export const SIFTED_WITH = 28 >> 2;
export const SIFTED_WITHOUT = 32 >> 2;

/** What kernel.reading finds in a range. */
export const READS_AS_OTHER = 0;
export const READS_AS_UTF8 = 1;
export const READS_AS_ASCII = 2;

export const ADVANCED = 36 >> 2;
export const FOUND_LENGTH = 36 >> 2;

let module: object | undefined;

export function instantiateKernel(): Kernel {
  module ??= new WebAssembly.Module(Buffer.from(KERNEL_CODE, 'base64'));
  return new WebAssembly.Instance(module).exports;
}
