// What the application says it wrote: the witness that the books are kept by. Each entry is made after write(2) has taken
// the lines, never before. In the terminal demo the entries go to the parent over IPC; where the application has a
// container of its own they go to a file in a volume that no sidecar mounts, one JSON object a line.

import { createReadStream, existsSync, openSync, writeFileSync } from 'node:fs';
import { linesOf } from './lines.ts';

export type Stream = 'shop' | 'billing' | 'audit';

/** Beside the logs while the application runs, for logrotate's signal. Only an orderly end removes it: no entry is lost. */
export const PID_FILE = 'app.pid';

/** These lines, without their `\n`, are in the stream's file now. */
export type Written = { stream: Stream; lines: string[] };

/** The journal at `path`, to be added to; made when it is not there. */
export class Journal {
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openSync(path, 'a');
  }

  add(entry: Written): void {
    writeFileSync(this.#fd, `${JSON.stringify(entry)}\n`);
  }
}

/** All entries of the journal at `path`, the oldest first; none when there is no journal. */
export async function* entriesOf(path: string): AsyncGenerator<Written> {
  if (!existsSync(path)) return;
  for await (const line of linesOf(createReadStream(path, 'utf8'))) {
    const entry: Written = JSON.parse(line);
    yield entry;
  }
}
