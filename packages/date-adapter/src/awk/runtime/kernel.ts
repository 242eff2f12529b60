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
  readonly scanned: { readonly value: number };
  readonly replaced: { readonly value: number };
  positions(at: number, end: number, byte: number, out: number, max: number): number;
  blankFields(at: number, end: number, out: number, max: number): number;
  separatedFields(at: number, end: number, set: number, out: number, max: number): number;
  find(at: number, end: number, literal: number, length: number): number;
  findMember(at: number, end: number, set: number): number;
  findPair(at: number, end: number, set: number, set2: number): number;
  copy(at: number, end: number, to: number): number;
  join(pairs: number, count: number, glue: number, to: number): number;
  isAscii(at: number, end: number): number;
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

let module: object | undefined;

export function instantiateKernel(): Kernel {
  module ??= new WebAssembly.Module(Buffer.from(KERNEL_CODE, 'base64'));
  return new WebAssembly.Instance(module).exports;
}
