// The awkward application of the demo: a shop of its time. It writes files, never stdout, and nobody may change it.
//   shop.log          renamed by logrotate, reopened on SIGHUP; now and then a stack trace, now and then a burst
//   billing.log       held open for ever, so logrotate has to copy and truncate it; lines end in CRLF
//   audit-<n>.log     a new file every few seconds, without telling anyone
// Every physical line carries a serial number of its stream, so that the demo can account for each single one; over the
// IPC channel it reports what its write(2) calls have accepted. Usage: legacy-app.ts DIRECTORY, ended by SIGTERM.

import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Stream = 'shop' | 'billing' | 'audit';

/** What the application tells the demo: these lines, without their `\n`, are in the stream's file now. */
export type Written = { stream: Stream; lines: string[] };

const TICK_MS = 40;
const BURST_EVERY_TICKS = 150;
const BURST_LINES = 3000;
const TRACE_EVERY_TICKS = 60;
const AUDIT_FILE_EVERY_TICKS = 110;

const NEWLINE_OF: Record<Stream, string> = { shop: '\n', billing: '\r\n', audit: '\n' };

class LegacyApp {
  readonly #directory: string;
  readonly #serial: Record<Stream, number> = { shop: 0, billing: 0, audit: 0 };
  readonly #fds: Record<Stream, number>;
  #auditFiles = 1;

  constructor(directory: string) {
    this.#directory = directory;
    this.#fds = {
      shop: this.#open('shop.log'),
      billing: this.#open('billing.log'),
      audit: this.#openAudit(),
    };
    writeFileSync(join(directory, 'app.pid'), `${process.pid}\n`);
  }

  /** What its SIGHUP handler does: logrotate has renamed the file under us. */
  reopenShopLog(): void {
    closeSync(this.#fds.shop);
    this.#fds.shop = this.#open('shop.log');
  }

  tick(count: number): void {
    this.#write('shop', 1 + (count % 9), (serial) => `INFO  [shop-${serial}] order ${40_000 + serial} paid`);
    this.#write(
      'billing',
      1 + (count % 4),
      (serial) => `[billing-${serial}] invoice posted;EUR;${serial * 7}`,
    );
    if (count % 5 === 0)
      this.#write('audit', 1, (serial) => `[audit-${serial}] user ${serial % 17} logged in`);
    if (count % TRACE_EVERY_TICKS === 0) this.#stackTrace();
    if (count % BURST_EVERY_TICKS === 0) this.burst();
    if (count % AUDIT_FILE_EVERY_TICKS === 0) this.#nextAuditFile();
  }

  burst(): void {
    this.#write(
      'shop',
      BURST_LINES,
      (serial) => `DEBUG [shop-${serial}] stock of item ${serial % 977} recounted`,
    );
  }

  #stackTrace(): void {
    this.#write(
      'shop',
      1,
      (serial) => `ERROR [shop-${serial}] checkout failed: java.lang.NullPointerException`,
    );
    this.#write(
      'shop',
      4,
      (serial) => `    at com.example.Checkout.step(Checkout.java) [shop-${serial}]`,
      '',
    );
  }

  #nextAuditFile(): void {
    closeSync(this.#fds.audit);
    this.#auditFiles += 1;
    this.#fds.audit = this.#openAudit();
  }

  #openAudit(): number {
    return this.#open(`audit-${this.#auditFiles}.log`);
  }

  #open(name: string): number {
    return openSync(join(this.#directory, name), 'a');
  }

  /** One write(2) per line, as an unbuffered logger does. */
  #write(stream: Stream, count: number, text: (serial: number) => string, time = `${timestamp()} `): void {
    const lines = [];
    for (let i = 0; i < count; i += 1) {
      const line = time + text((this.#serial[stream] += 1));
      writeSync(this.#fds[stream], line + NEWLINE_OF[stream]);
      lines.push(line + NEWLINE_OF[stream].slice(0, -1));
    }
    process.send?.({ stream, lines } satisfies Written);
  }
}

function timestamp(): string {
  return new Date().toISOString();
}

/** The last lines come in the last moment, as at every real end: the sidecar has to drain them. */
async function main(directory: string): Promise<void> {
  const app = new LegacyApp(directory);
  const end = new AbortController();
  process.on('SIGHUP', () => app.reopenShopLog());
  process.on('SIGTERM', () => end.abort());
  process.on('disconnect', () => end.abort()); // the demo was killed
  for (let count = 1; !end.signal.aborted; count += 1) {
    app.tick(count);
    await sleep(TICK_MS);
  }
  app.burst();
  const flushed = new Promise((resolve) => process.send?.(null, undefined, {}, resolve));
  if (process.connected) await flushed;
  process.disconnect?.();
}

const [directory] = process.argv.slice(2);
if (import.meta.main && directory !== undefined) {
  process.on('SIGINT', () => {}); // Ctrl-C is the demo's to handle: it ends us with SIGTERM
  await main(directory);
}
