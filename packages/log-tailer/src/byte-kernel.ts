// The hot loops over bytes in WebAssembly, and the memory they work in: read buffers and output chunks are cut from
// it, so that nothing is copied to get there. Against the loops in line-format and record-format, which remain for
// everything the kernel does not take: counting lines 0.05 s instead of 0.35 s per GB, JSON 0.6 s instead of 3.5 s.
import { KERNEL_CODE } from './byte-kernel-code.ts';

/** What of the WebAssembly API is used; its types come only with those of a browser. */
type WebAssemblyApi = {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Exports };
};
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };

type Exports = {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly consumed: { readonly value: number };
  count(at: number, end: number, byte: number): number;
  prefix(at: number, end: number, out: number, outEnd: number, head: number, headLength: number): number;
  json(
    at: number,
    end: number,
    out: number,
    outEnd: number,
    head: number,
    headLength: number,
    escapes: number,
  ): number;
};

/** Vectors are stored whole: up to this many bytes behind the end of what was meant. */
const OVERRUN_BYTES = 32;
/** Heads of lines are copied here; longer ones are not for the kernel. */
const HEAD_BYTES = 8192;

/** How far a rewriter came: bytes of the input it took, and of the output it wrote. */
export type Rewritten = { readonly taken: number; readonly written: number };

export class ByteKernel {
  readonly #exports: Exports;
  readonly #memory: ArrayBuffer;
  #allocated = 0;
  readonly #head: Buffer;
  readonly #escapes: Buffer;

  /** @param escapes per byte what JSON makes of it; see json-escape */
  constructor(escapes: Uint8Array) {
    const module = new WebAssembly.Module(Buffer.from(KERNEL_CODE, 'base64'));
    this.#exports = new WebAssembly.Instance(module).exports;
    this.#memory = this.#exports.memory.buffer;
    this.#head = this.allocate(HEAD_BYTES);
    this.#escapes = this.allocate(escapes.length);
    this.#escapes.set(escapes);
  }

  /** A buffer the kernel can reach, for good. @throws RangeError when its memory is used up */
  allocate(bytes: number): Buffer {
    const buffer = Buffer.from(this.#memory, this.#allocated, bytes);
    this.#allocated += bytes + OVERRUN_BYTES;
    return buffer;
  }

  /** Whether these bytes lie in the kernel's memory. */
  reaches(bytes: Buffer): boolean {
    return bytes.buffer === this.#memory;
  }

  count(bytes: Buffer, byte: number): number {
    return this.#exports.count(bytes.byteOffset, bytes.byteOffset + bytes.length, byte);
  }

  /** Each LF-ended line of `lines` behind `head`, into `target`. @param head at most 8 KiB */
  prefix(lines: Buffer, target: Buffer, head: Buffer): Rewritten {
    const { at, end, out, outEnd } = this.#place(lines, target, head);
    const written = this.#exports.prefix(at, end, out, outEnd, this.#head.byteOffset, head.length) - out;
    return { taken: this.#consumed - at, written };
  }

  /** Each LF-ended line of `lines`, which must be UTF-8, escaped between `head` and `"}`, into `target`. */
  json(lines: Buffer, target: Buffer, head: Buffer): Rewritten {
    const { at, end, out, outEnd } = this.#place(lines, target, head);
    const { byteOffset } = this.#head;
    const written =
      this.#exports.json(at, end, out, outEnd, byteOffset, head.length, this.#escapes.byteOffset) - out;
    return { taken: this.#consumed - at, written };
  }

  get #consumed(): number {
    return this.#exports.consumed.value;
  }

  #place(lines: Buffer, target: Buffer, head: Buffer) {
    this.#head.set(head);
    const at = lines.byteOffset;
    const out = target.byteOffset;
    return { at, end: at + lines.length, out, outEnd: out + target.length - OVERRUN_BYTES };
  }
}
