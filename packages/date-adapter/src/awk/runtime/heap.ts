// The one memory of a running program, given out in regions: input, output, constants, lists of positions. Because
// all bytes are in one place, a range of bytes is two numbers wherever it comes from, and every loop of the kernel
// reaches it. Hot: `bytes` and `ints` are read all the time.
// Invariant: behind each region are SLACK bytes, into which the kernel's vectors may read and write.
import { RunError } from '../interpreter/values.ts';
import { instantiateKernel, type Kernel } from './kernel.ts';

/** The kernel reads and writes whole vectors: up to 63 bytes too far; the lists take the hits of some vectors more. */
export const SLACK = 320;
const PAGE = 65536;
const MAX_PAGES = 32768;
/** Below it: nothing. Address 0 is never a region. */
const FIRST_ADDRESS = 64;

export class Heap {
  readonly kernel: Kernel = instantiateKernel();
  /** All of the memory; another object after the memory has grown. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(this.kernel.memory.buffer);
  ints: Int32Array<ArrayBuffer> = new Int32Array(this.kernel.memory.buffer);
  #top = FIRST_ADDRESS;
  readonly #free = new Map<number, number[]>();
  #grown: () => void = () => {};

  /** @param notice called whenever `bytes` and `ints` have become other objects */
  onGrown(notice: () => void): void {
    this.#grown = notice;
  }

  /** A region of at least `size` bytes, aligned to 64; its contents are arbitrary. @throws RunError beyond 2 GiB */
  allocate(size: number): number {
    const whole = roundUp(size);
    const reused = this.#free.get(whole)?.pop();
    if (reused !== undefined) return reused;
    const address = this.#top;
    this.#reserve(address + whole + SLACK);
    this.#top = address + whole + SLACK;
    return address;
  }

  /** Gives a region back. @param size what was asked for */
  release(address: number, size: number): void {
    const whole = roundUp(size);
    const list = this.#free.get(whole);
    if (list === undefined) this.#free.set(whole, [address]);
    else list.push(address);
  }

  /** A larger region with the first `used` bytes of the old one, which is given back. */
  enlarge(address: number, size: number, newSize: number, used: number): number {
    const larger = this.allocate(newSize);
    this.bytes.copyWithin(larger, address, address + used);
    this.release(address, size);
    return larger;
  }

  #reserve(end: number): void {
    const missing = Math.ceil((end - this.bytes.length) / PAGE);
    if (missing <= 0) return;
    const pages = this.bytes.length / PAGE;
    // A quarter more at a time, so that growing stays cheap.
    const wanted = Math.min(Math.max(missing, pages >> 2), MAX_PAGES - pages);
    if (wanted < missing)
      throw new RunError('a record, or what was made of it, is too long: all together has 2 GiB');
    this.kernel.memory.grow(wanted);
    this.bytes = new Uint8Array(this.kernel.memory.buffer);
    this.ints = new Int32Array(this.kernel.memory.buffer);
    this.#grown();
  }
}

/** Regions are powers of two, so that one given back fits the next request. */
function roundUp(size: number): number {
  let whole = 64;
  while (whole < size) whole *= 2;
  return whole;
}
