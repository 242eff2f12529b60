// A steady application: appends lines to a file, one write(2) each, at an even rate, and tells on its last line of
// stdout how many it wrote. A process of its own, so that its CPU is nobody's. Usage: FILE LINES_PER_SECOND SECONDS

import { openSync, writeSync } from 'node:fs';
import { lineOf } from './log-files.ts';

const [path = '', rate = '', duration = ''] = process.argv.slice(2);
const linesPerSecond = Number(rate);
const seconds = Number(duration);

const fd = openSync(path, 'a');
const line = lineOf(0);
const pause = new Int32Array(new SharedArrayBuffer(4));
const startedAt = performance.now();
let written = 0;
while (written < linesPerSecond * seconds) {
  const due = Math.min(linesPerSecond * seconds, ((performance.now() - startedAt) / 1000) * linesPerSecond);
  for (; written < due; written += 1) writeSync(fd, line);
  Atomics.wait(pause, 0, 0, 1); // a millisecond's sleep that no event loop delays
}
process.stdout.write(`${written}\n`);
