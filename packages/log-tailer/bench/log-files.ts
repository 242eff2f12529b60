// The log files of the races: lines of 120 bytes as a web server writes them, each with a serial number of its own, so
// that a lost, doubled or moved line changes the hash of the output. Made in a directory that is gone afterwards.

import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const LINE_BYTES = 120;
const LINES_PER_WRITE = 8192;
const SERIAL_OFFSET = 60;
const SERIAL_DIGITS = 9;

const TEMPLATE = `${'10.0.3.17 - - [20/Nov/2026:14:00:00 +0000] "GET /items/?serial='.slice(0, SERIAL_OFFSET).padEnd(SERIAL_OFFSET)}${'0'.repeat(SERIAL_DIGITS)} HTTP/1.1" 200 4821 "-" "curl/8.5.0" 0.0`;

export class LogFiles implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'podmate-race-'));
  readonly #made = new Map<string, number>();

  /** The path of a file of `bytes` (rounded down to whole lines) called `name`, made at the first call. */
  ofBytes(name: string, bytes: number): string {
    const path = join(this.directory, name);
    const lines = Math.floor(bytes / LINE_BYTES);
    if (this.#made.get(path) !== lines) writeLines(path, lines);
    this.#made.set(path, lines);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** One line with this serial number, its `\n` included. */
export function lineOf(serial: number): Buffer {
  const line = Buffer.alloc(LINE_BYTES, 'x');
  line.write(TEMPLATE, 'latin1');
  line.write(String(serial).padStart(SERIAL_DIGITS, '0'), SERIAL_OFFSET, 'latin1');
  line[LINE_BYTES - 1] = 0x0a;
  return line;
}

function writeLines(path: string, lines: number): void {
  const fd = openSync(path, 'w');
  const block = Buffer.concat(Array.from({ length: LINES_PER_WRITE }, (_, i) => lineOf(i)));
  for (let first = 0; first < lines; first += LINES_PER_WRITE) {
    const count = Math.min(LINES_PER_WRITE, lines - first);
    for (let i = 0; i < count; i += 1) writeSerial(block, i * LINE_BYTES + SERIAL_OFFSET, first + i);
    writeSync(fd, block, 0, count * LINE_BYTES);
  }
  fsyncSync(fd); // or the kernel would write it out under the race
  closeSync(fd);
}

function writeSerial(block: Buffer, offset: number, serial: number): void {
  let rest = serial;
  for (let i = SERIAL_DIGITS - 1; i >= 0; i -= 1) {
    block[offset + i] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}
