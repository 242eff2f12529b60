// Runs of NUL bytes that a writer leaves when it keeps its old offset over a truncation: a sparse hole from 0 to
// there. Skipped and counted, never printed. A hole of many gigabytes is jumped by bisection instead of read.
import fs from 'node:fs';

/** Only a run this long is taken for a hole; shorter ones are somebody's binary data. */
const MIN_RUN_BYTES = 512;
const PAGE_BYTES = 4096;
/** Blocks are counted in units of 512 bytes by stat(2), whatever the file system's own are. */
const STAT_BLOCK_BYTES = 512;
/** Read at a time, and what bisecting must save to be worth it. */
const SCAN_BYTES = 1024 * 1024;
const ZEROS = Buffer.alloc(SCAN_BYTES);

/** Length of a run of NULs at bytes[from] that is to be skipped; 0 when it is data. Of any length after a truncation. */
export function nulRun(bytes: Buffer, from: number, to: number, afterTruncation: boolean): number {
  let at = from;
  while (at < to && bytes[at] === 0) at++;
  const run = at - from;
  return afterTruncation || run >= MIN_RUN_BYTES ? run : 0;
}

/**
 * Offset of the first byte that is not NUL at or behind `from` (a run of NULs has led up to it), or a later
 * page boundary up to which all is NUL. Bisects when the block count says that [from, size) is one hole with
 * data after it; reads a page otherwise, and the caller comes again.
 */
export function holeEnd(fd: number, from: number, size: number): number {
  const stat = fs.fstatSync(fd);
  const allocated = stat.blocks * STAT_BLOCK_BYTES;
  if (size - from < allocated + SCAN_BYTES) return firstByte(fd, from, Math.min(size, from + SCAN_BYTES));
  let low = Math.floor(from / PAGE_BYTES);
  let high = Math.ceil(size / PAGE_BYTES);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (pageIsNul(fd, middle)) low = middle + 1;
    else high = middle;
  }
  const found = Math.min(size, Math.max(from, low * PAGE_BYTES));
  // More blocks than lie behind the place found: perhaps there is data in front of it. Go the slow, sure way.
  const isOneHole = Math.ceil(size / PAGE_BYTES) * PAGE_BYTES - low * PAGE_BYTES >= allocated;
  return isOneHole ? firstByte(fd, found, size) : firstByte(fd, from, Math.min(size, from + SCAN_BYTES));
}

function pageIsNul(fd: number, page: number): boolean {
  const bytes = Buffer.allocUnsafe(PAGE_BYTES);
  const got = fs.readSync(fd, bytes, 0, PAGE_BYTES, page * PAGE_BYTES);
  return bytes.subarray(0, got).every((byte) => byte === 0);
}

function firstByte(fd: number, from: number, to: number): number {
  const bytes = Buffer.allocUnsafe(Math.min(to - from, SCAN_BYTES));
  const got = fs.readSync(fd, bytes, 0, bytes.length, from);
  // Compared as a whole first: a look at each byte costs a hundred times as much.
  const at = bytes.equals(ZEROS.subarray(0, got))
    ? -1
    : bytes.subarray(0, got).findIndex((byte) => byte !== 0);
  return at === -1 ? from + got : from + at;
}
