// One JSON line on stdout for each request, in batches: lines are put together as text and written at each tick of
// the clock or when they are many. stdout is data here; a reader who does not keep up costs lines (counted), never
// the traffic. Hot: one string for each request.
import { write } from 'node:fs';

export type AccessEntry = {
  readonly time: string;
  readonly listener: string;
  readonly route: string;
  readonly upstream: string;
  readonly client: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly status: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly durationMs: number;
  readonly attempts: number;
  /** From the beginning to the first byte of the answer; 0: there was none. */
  readonly firstByteMs: number;
  /** Empty: none. */
  readonly traceId: string;
  readonly reason: string;
};

const BATCH_CHARACTERS = 65_536;
const MOST_HELD_CHARACTERS = 4 * 1024 * 1024;
/** What JSON has to escape; anything else goes into the line as it is. */
const UNSAFE = /["\\\p{Cc}]/u;

export class AccessLog {
  dropped = 0;
  lines = 0;
  readonly #fd: number;
  readonly #share: number;
  readonly #random: () => number;
  #text = '';
  #writing = false;

  /** @param share of the requests that went well, 0..1; @param random 0 <= random() < 1 */
  constructor(fd: number, share = 1, random: () => number = Math.random) {
    this.#fd = fd;
    this.#share = share;
    this.#random = random;
  }

  add(entry: AccessEntry): void {
    if (this.#share < 1 && entry.status < 500 && entry.reason === '' && this.#random() >= this.#share) return;
    if (this.#text.length > MOST_HELD_CHARACTERS) {
      this.dropped++;
      return;
    }
    this.lines++;
    this.#text += accessLine(entry);
    if (this.#text.length > BATCH_CHARACTERS) this.flush();
  }

  /** Writes what there is, unless a write is under way. */
  flush(): void {
    if (this.#writing || this.#text === '') return;
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    this.#write(bytes);
  }

  get empty(): boolean {
    return this.#text === '' && !this.#writing;
  }

  #write(bytes: Buffer): void {
    this.#writing = true;
    write(this.#fd, bytes, (error, written) => {
      this.#writing = false;
      if (error !== null && error.code !== 'EAGAIN') this.dropped += 1;
      else if (written !== bytes.length) this.#text = bytes.toString('utf8', written ?? 0) + this.#text;
    });
  }
}

export function accessLine(entry: AccessEntry): string {
  return (
    `{"time":"${entry.time}","listener":"${entry.listener}","route":"${entry.route}","upstream":"${entry.upstream}",` +
    `"client":"${entry.client}","method":"${entry.method}","host":${quoted(entry.host)},"path":${quoted(entry.path)},` +
    `"status":${entry.status},"bytes_in":${entry.bytesIn},"bytes_out":${entry.bytesOut},` +
    `"duration_ms":${Math.round(entry.durationMs * 1000) / 1000},"first_byte_ms":${Math.round(entry.firstByteMs * 1000) / 1000},` +
    `"attempts":${entry.attempts}` +
    (entry.traceId === '' ? '' : `,"trace_id":"${entry.traceId}"`) +
    (entry.reason === '' ? '}\n' : `,"reason":"${entry.reason}"}\n`)
  );
}

function quoted(text: string): string {
  return UNSAFE.test(text) ? JSON.stringify(text) : `"${text}"`;
}
