// The counters that HotSpot keeps in a memory-mapped file, for readers that never touch the process: collections,
// heap, threads, classes, safepoints. Pure: bytes in, counters out. Layout 2.0: hotspot, runtime/perfMemory.hpp and
// perfData.hpp. The JVM writes while we read; single counters are whole, as they are aligned words.

export type PerfCounter = {
  readonly name: string;
  readonly value: number | string;
  readonly unit: 'none' | 'bytes' | 'ticks' | 'events' | 'string' | 'hertz';
  /** Whether it only grows. */
  readonly monotonic: boolean;
};

export class PerfDataError extends Error {
  override readonly name = 'PerfDataError';
}

const MAGIC = 0xcafec0c0;
const HEADER_BYTES = 32;
const ENTRY_BYTES = 20;
const UNITS = ['none', 'none', 'bytes', 'ticks', 'events', 'string', 'hertz'] as const;
const MONOTONIC = 2;

/** @throws PerfDataError when this is no such file, or the JVM has not finished making it. */
export function perfCounters(bytes: Buffer): PerfCounter[] {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32BE(0) !== MAGIC)
    throw new PerfDataError('not a hsperfdata file');
  if (bytes[5] !== 2) throw new PerfDataError(`hsperfdata of version ${bytes[5]}: 2 is known`);
  if (bytes[7] !== 1) throw new PerfDataError('the JVM is still making the file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = bytes[4] === 1;
  const counters: PerfCounter[] = [];
  let at = view.getInt32(24, little);
  for (let left = view.getInt32(28, little); left > 0; left--) {
    if (at < HEADER_BYTES || at + ENTRY_BYTES > bytes.length)
      throw new PerfDataError('an entry lies outside the file');
    const length = view.getInt32(at, little);
    if (length < ENTRY_BYTES || at + length > bytes.length)
      throw new PerfDataError(`an entry of ${length} bytes`);
    const counter = readEntry(bytes.subarray(at, at + length), little);
    if (counter !== undefined) counters.push(counter);
    at += length;
  }
  return counters;
}

/** undefined for a type of data that counters do not have. */
function readEntry(entry: Buffer, little: boolean): PerfCounter | undefined {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
  const nameAt = view.getInt32(4, little);
  const vectorLength = view.getInt32(8, little);
  const dataAt = view.getInt32(16, little);
  const type = String.fromCharCode(entry[12] ?? 0);
  if (nameAt < 0 || dataAt < 0 || dataAt > entry.length)
    throw new PerfDataError('a name or value lies outside its entry');
  const name = text(entry.subarray(nameAt));
  const unit = UNITS[entry[14] ?? 0] ?? 'none';
  const monotonic = entry[15] === MONOTONIC;
  if (type === 'J' && vectorLength === 0 && dataAt + 8 <= entry.length) {
    return { name, value: Number(view.getBigInt64(dataAt, little)), unit, monotonic };
  }
  if (type === 'B' && vectorLength > 0)
    return { name, value: text(entry.subarray(dataAt, dataAt + vectorLength)), unit, monotonic };
  return undefined;
}

/** Up to the NUL. */
function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}
