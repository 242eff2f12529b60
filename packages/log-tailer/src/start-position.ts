// Where to begin in a file that was there before us: `tail -n 10`, `-n +1`, `-c 100`, `--start-at end`.
import fs from 'node:fs';
import type { Framer } from './line-framer.ts';

export type StartPosition =
  | { readonly kind: 'beginning' }
  | { readonly kind: 'end' }
  | { readonly kind: 'lastLines' | 'fromLine' | 'lastBytes' | 'fromByte'; readonly count: number };

const CHUNK_BYTES = 64 * 1024;

/**
 * Offset in an open file of `size` bytes, whose lines `lines` tells apart. Lines and bytes are counted from 1, as
 * tail does: fromLine 1 is the beginning. Bytes of a two-byte encoding are counted down to whole units.
 */
export function startOffset(fd: number, size: number, position: StartPosition, lines: Framer): number {
  const { kind } = position;
  if (kind === 'beginning') return 0;
  if (kind === 'end') return size;
  const { count } = position;
  if (kind === 'fromByte') return wholeUnits(Math.min(size, Math.max(0, count - 1)), lines);
  if (kind === 'lastBytes') return wholeUnits(Math.max(0, size - count), lines);
  if (lines.width > 1) return startOfWideLine(fd, size, { kind, count }, lines);
  if (kind === 'fromLine') return count <= 1 ? 0 : afterLines(fd, size, count - 1, lines.newlineByte);
  return count === 0 ? size : beforeLastLines(fd, size, count, lines.newlineByte);
}

const wholeUnits = (offset: number, { width }: Framer): number => offset - (offset % width);

/** Lines of a two-byte encoding, read from the beginning: backwards the units would have to be found first. */
function startOfWideLine(
  fd: number,
  size: number,
  { kind, count }: { kind: 'fromLine' | 'lastLines'; count: number },
  lines: Framer,
): number {
  const starts = [0];
  for (const end of lineEnds(fd, size, lines)) {
    starts.push(end);
    if (kind === 'fromLine' && starts.length >= count) return starts.at(count - 1) ?? 0;
    if (starts.length > count + 1 && kind === 'lastLines') starts.shift();
  }
  if (kind === 'fromLine') return count <= 1 ? 0 : size;
  const begun = starts.filter((start) => start < size);
  return count === 0 ? size : (begun.at(-count) ?? begun[0] ?? size);
}

function* lineEnds(fd: number, size: number, lines: Framer): Generator<number> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let offset = 0; offset < size; offset += CHUNK_BYTES) {
    const got = fs.readSync(fd, chunk, 0, CHUNK_BYTES, offset);
    for (let at = lines.firstEnd(chunk, 0, got); at !== -1; at = lines.firstEnd(chunk, at, got))
      yield offset + at;
  }
}

function afterLines(fd: number, size: number, lines: number, newline: number): number {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let left = lines;
  for (let offset = 0; offset < size;) {
    const got = fs.readSync(fd, chunk, 0, CHUNK_BYTES, offset);
    if (got === 0) break;
    for (let at = chunk.indexOf(newline); at !== -1 && at < got; at = chunk.indexOf(newline, at + 1)) {
      if (--left === 0) return offset + at + 1;
    }
    offset += got;
  }
  return size;
}

function beforeLastLines(fd: number, size: number, lines: number, newline: number): number {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let left = lines;
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const got = fs.readSync(fd, chunk, 0, end - start, start);
    for (let at = got - 1; at >= 0; at--) {
      at = chunk.lastIndexOf(newline, at);
      if (at === -1) break;
      // The terminator of the very last line ends it; it does not begin another.
      if (start + at !== size - 1 && --left === 0) return start + at + 1;
    }
    end = start;
  }
  return 0;
}
