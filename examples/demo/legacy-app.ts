// The awkward application of the demo: a shop of its time. It writes files, never stdout, and nobody may change it.
//   shop.log          renamed by logrotate, reopened on SIGHUP; now and then a stack trace, now and then a burst
//   billing.log       held open for ever, so logrotate has to copy and truncate it; lines end in CRLF
//   audit-<n>.log     a new file every few seconds, without telling anyone; n: the serial number of its first line
// Every physical line carries a serial number of its stream, so that the demo can account for each single one. What its
// write(2) calls have accepted it reports to its parent over IPC, or to a journal; with a journal, the serial numbers go
// on where it ended the last time. Usage: legacy-app.ts DIRECTORY [JOURNAL], ended by SIGTERM.

import { closeSync, existsSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { entriesOf, Journal, PID_FILE, type Stream, type Written } from './journal.ts';

const TICK_MS = 40;
const BURST_EVERY_TICKS = 150;
const BURST_LINES = 3000;
const TRACE_EVERY_TICKS = 60;
const AUDIT_FILE_EVERY_TICKS = 110;

const NEWLINE_OF: Record<Stream, string> = { shop: '\n', billing: '\r\n', audit: '\n' };

/** The highest serial number of each stream. */
type Serials = Record<Stream, number>;

class LegacyApp {
  readonly #directory: string;
  readonly #report: (written: Written) => void;
  readonly #serial: Serials;
  readonly #fds: Record<Stream, number>;
  readonly #pidFile: string;

  /** Throws when there is a pid file: the one before was killed, so what it wrote last was perhaps never reported. */
  constructor(directory: string, serials: Serials, report: (written: Written) => void) {
    this.#directory = directory;
    this.#report = report;
    this.#serial = serials;
    this.#pidFile = join(directory, PID_FILE);
    if (existsSync(this.#pidFile))
      throw new Error(
        `${this.#pidFile}: it was killed, and its last lines are in no journal; remove all its files`,
      );
    this.#fds = {
      shop: this.#open('shop.log'),
      billing: this.#open('billing.log'),
      audit: this.#openAudit(),
    };
    writeFileSync(this.#pidFile, `${process.pid}\n`);
  }

  /** The end, with nothing left to report. */
  close(): void {
    rmSync(this.#pidFile);
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
    this.#fds.audit = this.#openAudit();
  }

  /** Named after the serial number that its first line will have. */
  #openAudit(): number {
    return this.#open(`audit-${this.#serial.audit + 1}.log`);
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
    this.#report({ stream, lines });
  }
}

function timestamp(): string {
  return new Date().toISOString();
}

/** How far the one before us came; every line has the next number. */
async function lastSerials(journal: string | undefined): Promise<Serials> {
  const serials = { shop: 0, billing: 0, audit: 0 };
  if (journal === undefined) return serials;
  for await (const { stream, lines } of entriesOf(journal)) serials[stream] += lines.length;
  return serials;
}

function reporter(path: string | undefined): (written: Written) => void {
  if (path === undefined) return (written) => process.send?.(written);
  const journal = new Journal(path);
  return (written) => journal.add(written);
}

/** The last lines come in the last moment, as at every real end: the sidecar has to drain them. */
async function main(directory: string, journal: string | undefined): Promise<void> {
  const end = new AbortController();
  process.on('SIGTERM', () => end.abort());
  process.on('disconnect', () => end.abort()); // the demo was killed
  const app = new LegacyApp(directory, await lastSerials(journal), reporter(journal));
  process.on('SIGHUP', () => app.reopenShopLog());
  for (let count = 1; !end.signal.aborted; count += 1) {
    app.tick(count);
    await sleep(TICK_MS);
  }
  app.burst();
  app.close();
  const flushed = new Promise((resolve) => process.send?.(null, undefined, {}, resolve));
  if (process.connected) await flushed;
  process.disconnect?.();
}

const [directory, journal] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: legacy-app.ts DIRECTORY [JOURNAL]');
process.on('SIGINT', () => {}); // Ctrl-C is the demo's to handle: it ends us with SIGTERM
await main(directory, journal);
