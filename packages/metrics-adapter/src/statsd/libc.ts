// The handful of Linux socket calls that Node core has none for, by node:ffi (Node 26.1, stability 1): unix datagram sockets
// and recvmmsg(2), which takes up to 64 packets with one call. The only file that knows the C side: constants and struct
// layouts are those of 64-bit Linux (x86_64, arm64: the same for all that is used here), from the kernel's uapi headers.
// Invariant: where any of it is missing, loadLibc() says why and the caller goes on without.
import type { dlopen } from 'node:ffi';
import { arch, platform } from 'node:os';
import { getSystemErrorMessage } from 'node:util';

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
const SOCK_DGRAM_CLOEXEC = 0x8_0002;
const [SOL_SOCKET, SO_ERROR_NONE] = [1, 0];
export const [SO_RCVBUF, SO_RCVTIMEO, SO_RCVBUFFORCE] = [8, 20, 33];
const [IPPROTO_IPV6, IPV6_V6ONLY] = [41, 26];
export const MSG_WAITFORONE = 0x1_0000;
export const MSG_DONTWAIT = 0x40;
/** struct mmsghdr: a msghdr of 56 bytes, the length received, padding. */
export const MMSGHDR_BYTES = 64;
export const MMSGHDR_LENGTH_AT = 56;
const IOVEC_BYTES = 16;

const FUNCTIONS = {
  socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
  bind: { arguments: ['i32', 'pointer', 'u32'], return: 'i32' },
  connect: { arguments: ['i32', 'pointer', 'u32'], return: 'i32' },
  close: { arguments: ['i32'], return: 'i32' },
  getsockname: { arguments: ['i32', 'pointer', 'pointer'], return: 'i32' },
  setsockopt: { arguments: ['i32', 'i32', 'i32', 'pointer', 'u32'], return: 'i32' },
  getsockopt: { arguments: ['i32', 'i32', 'i32', 'pointer', 'pointer'], return: 'i32' },
  recvmmsg: { arguments: ['i32', 'pointer', 'u32', 'i32', 'pointer'], return: 'i32' },
  poll: { arguments: ['pointer', 'u64', 'i32'], return: 'i32' },
  inet_pton: { arguments: ['i32', 'string', 'pointer'], return: 'i32' },
  __errno_location: { arguments: [], return: 'pointer' },
} as const;

/** What is used of node:ffi. */
export type Ffi = {
  dlopen: typeof dlopen;
  getInt32: (pointer: bigint) => number;
  getRawPointer: (of: Uint8Array) => bigint;
};
type Calls = ReturnType<typeof dlopen<typeof FUNCTIONS>>['functions'];

/** `ffi`: the module, where this Node has it. @throws Error saying why the calls are not to be had */
export function loadLibc(ffi: Ffi | undefined): Libc {
  if (platform() !== 'linux' || !/^(x64|arm64)$/.test(arch()))
    throw new Error(`not on ${platform()} ${arch()}`);
  if (ffi === undefined) throw new Error('this Node has no node:ffi');
  return new Libc(ffi);
}

export class Libc {
  readonly #calls: Calls;
  readonly #ffi: Ffi;

  constructor(ffi: Ffi) {
    this.#ffi = ffi;
    this.#calls = ffi.dlopen(null, FUNCTIONS).functions;
  }

  datagramSocket(family: number): number {
    return this.#checked('socket', this.#calls.socket(family, SOCK_DGRAM_CLOEXEC, SO_ERROR_NONE));
  }

  bind(fd: number, address: Uint8Array): void {
    this.#checked('bind', this.#calls.bind(fd, address, address.length));
  }

  /** Whether somebody listens there. */
  answers(fd: number, address: Uint8Array): boolean {
    return this.#calls.connect(fd, address, address.length) === 0;
  }

  close(fd: number): void {
    this.#calls.close(fd);
  }

  /** The port that a socket of AF_INET or AF_INET6 is bound to. */
  boundPort(fd: number): number {
    const address = Buffer.alloc(28);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(address.length);
    this.#checked('getsockname', this.#calls.getsockname(fd, address, length));
    return address.readUInt16BE(2);
  }

  /** IPv4 too on an IPv6 socket. */
  acceptBoth(fd: number): void {
    this.#checked('setsockopt', this.#calls.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, Buffer.alloc(4), 4));
  }

  /** Asks for a receive buffer beyond rmem_max first (needs CAP_NET_ADMIN). @returns bytes granted, as the kernel counts */
  receiveBuffer(fd: number, bytes: number): number {
    const value = Buffer.alloc(4);
    value.writeInt32LE(Math.min(bytes, 2 ** 30));
    if (this.#calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, value, 4) < 0)
      this.#calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, value, 4);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(4);
    this.#checked('getsockopt', this.#calls.getsockopt(fd, SOL_SOCKET, SO_RCVBUF, value, length));
    return value.readInt32LE();
  }

  /** A receive on this socket gives up after so long. */
  receiveTimeout(fd: number, ms: number): void {
    const timeval = Buffer.alloc(16);
    timeval.writeBigInt64LE(BigInt(Math.floor(ms / 1000)), 0);
    timeval.writeBigInt64LE(BigInt((ms % 1000) * 1000), 8);
    this.#checked('setsockopt', this.#calls.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval, 16));
  }

  /** sockaddr_in, sockaddr_in6. */
  internetAddress(host: string, port: number): Uint8Array {
    const six = host.includes(':');
    const address = Buffer.alloc(six ? 28 : 16);
    address.writeUInt16LE(six ? AF_INET6 : AF_INET, 0);
    address.writeUInt16BE(port, 2);
    const at = Buffer.alloc(16);
    if (this.#calls.inet_pton(six ? AF_INET6 : AF_INET, host, at) !== 1)
      throw new Error(`${host} is no IP address`);
    at.copy(address, six ? 8 : 4, 0, six ? 16 : 4);
    return address;
  }

  /** sockaddr_un; `@name` is in the abstract namespace. */
  unixAddress(path: string): Uint8Array {
    const name = Buffer.from(path);
    if (name.length > 107) throw new Error('longer than the 107 bytes that a unix socket may have');
    const address = Buffer.alloc(2 + name.length + (path.startsWith('@') ? 0 : 1));
    address.writeUInt16LE(AF_UNIX, 0);
    name.copy(address, 2);
    if (path.startsWith('@')) address[2] = 0;
    return address;
  }

  /** Lays out one mmsghdr for each slot of `slotBytes`, so that recvmmsg fills the slots; both stay where they are. */
  layOut(headers: Uint8Array, vectors: Uint8Array, slots: Uint8Array, slotBytes: number): void {
    const [vectorsAt, slotsAt] = [this.#ffi.getRawPointer(vectors), this.#ffi.getRawPointer(slots)];
    const [header, vector] = [view(headers), view(vectors)];
    for (let slot = 0; slot * slotBytes < slots.length; slot++) {
      vector.setBigUint64(slot * IOVEC_BYTES, slotsAt + BigInt(slot * slotBytes), true);
      vector.setBigUint64(slot * IOVEC_BYTES + 8, BigInt(slotBytes), true);
      header.setBigUint64(slot * MMSGHDR_BYTES + 16, vectorsAt + BigInt(slot * IOVEC_BYTES), true);
      header.setBigUint64(slot * MMSGHDR_BYTES + 24, 1n, true);
    }
  }

  pointer(of: Uint8Array): bigint {
    return this.#ffi.getRawPointer(of);
  }

  /** @returns packets received, or -1 when there was none in time. */
  receiveMany(fd: number, headers: bigint, most: number, flags: number): number {
    return this.#calls.recvmmsg(fd, headers, most, flags, null);
  }

  /** @returns how many of these are readable, 0 when none was in time. */
  poll(descriptors: Uint8Array, count: number, timeoutMs: number): number {
    return this.#calls.poll(descriptors, BigInt(count), timeoutMs);
  }

  #checked(call: string, result: number): number {
    if (result >= 0) return result;
    const errno = this.#ffi.getInt32(this.#calls['__errno_location']());
    throw new Error(`${call}: ${getSystemErrorMessage(-errno)}`);
  }
}

const view = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
