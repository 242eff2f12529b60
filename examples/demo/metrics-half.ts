// The metrics half of the demo: an application that counts by StatsD, metrics-adapter beside it, and a scrape each second.
// Invariant: at the end a scrape shows exactly what the application says it has sent, or the kernel's count of dropped
// packets says why not.

import { type ChildProcess, type ChildProcessByStdio, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { bundle } from '../../docker/bundle.ts';
import { selectImages } from '../../docker/images.ts';
import type { Half, Verdict } from './half.ts';
import { ended } from './processes.ts';
import { announce, Voice } from './screen.ts';
import type { Sent } from './till.ts';

const FLAGS = ['--statsd.listen-udp=127.0.0.1:0', '--statsd.listen-tcp=', '--web.listen-address=127.0.0.1:0'];
const MAPPING =
  'mappings: [{match: till.orders.*, name: till_orders_total, labels: {city: $1}}, ' +
  '{match: till.payment, name: till_payment_seconds, observer_type: histogram}]';
/** What a second's scrape shows of all it got. */
const SHOWN = ['till_orders_total{city="oslo"}', 'till_payment_seconds_count{card="visa"}', 'till_queue'];
const ORDERS = 'till_orders_total{city="oslo"}';
const PAYMENTS = 'till_payment_seconds_count{card="visa"}';
const PACKETS = 'metrics_adapter_statsd_udp_packets_total';
const DROPS = 'metrics_adapter_statsd_udp_packet_drops_total';
const LAST_SCRAPES = 50;

/** Builds what the half needs and starts it: the adapter first, as a native sidecar. */
export async function startMetricsHalf(): Promise<Half> {
  const [image] = selectImages('metrics-adapter');
  if (image === undefined) throw new Error('docker/images.ts has no metrics-adapter');
  const { file } = await bundle(image);
  const voice = new Voice('metrics', 'magenta');
  voice.tell(`metrics-adapter ${FLAGS.join(' ')}`);
  // In a process group of its own: the Ctrl-C that ends the demo must not end the adapter before the application.
  const adapter = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...FLAGS], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    env: { ...process.env, STATSD_MAPPING: MAPPING },
  });
  const { udp, web } = await ports(adapter, voice);
  return new MetricsHalf(adapter, voice, web, udp);
}

/** Those that it says it has got. @throws when it ends before that */
async function ports(
  adapter: ChildProcessByStdio<null, null, Readable>,
  voice: Voice,
): Promise<{ udp: string; web: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ udp: string; web: string }>();
  let [udp, web] = ['', ''];
  createInterface(adapter.stderr).on('line', (line) => {
    voice.tell(line);
    udp ||= /listener="udp \S+:(\d+)"/.exec(line)?.[1] ?? '';
    web ||= /msg=serving address=(\S+)/.exec(line)?.[1] ?? '';
    if (udp !== '' && line.includes('msg=started')) resolve({ udp, web });
  });
  adapter.once('exit', (code) => reject(new Error(`metrics-adapter did not start: ${code}`)));
  return promise;
}

class MetricsHalf implements Half {
  readonly #adapter: ChildProcess;
  readonly #web: string;
  readonly #voices: { app: Voice; adapter: Voice };
  readonly #application: ChildProcess;
  readonly #told: Promise<unknown>;
  #sent: Sent = { packets: 0, orders: 0, payments: 0 };
  #page = new Map<string, number>();

  constructor(adapter: ChildProcess, voice: Voice, web: string, udp: string) {
    this.#adapter = adapter;
    this.#web = web;
    this.#voices = { app: new Voice('till', 'yellow'), adapter: voice };
    this.#application = fork(join(import.meta.dirname, 'till.ts'), [udp]);
    this.#application.on('message', (sent: Sent) => (this.#sent = sent));
    this.#told = once(this.#application, 'disconnect');
    this.#voices.app.tell(
      `counts orders and payments by StatsD to 127.0.0.1:${udp}; scrapes at http://${web}/metrics`,
    );
  }

  eachSecond(): void {
    for (const voice of Object.values(this.#voices)) voice.nextSecond();
    this.#scrape().then(
      (page) =>
        this.#voices.adapter.sample(SHOWN.map((series) => `${series} ${page.get(series)}`).join('   ')),
      (error: unknown) => announce(`no scrape: ${String(error)}`),
    );
  }

  summary(): string {
    return `${this.#sent.packets} StatsD packets sent, ${this.#page.get(PACKETS) ?? 0} counted at the last scrape`;
  }

  async end(): Promise<Verdict> {
    await Promise.all([this.#told, ended(this.#application)]);
    this.#voices.app.tell('has ended');
    const faults = await this.#compare();
    const exitCode = await ended(this.#adapter);
    if (exitCode === 0) this.#voices.adapter.tell('ended with exit code 0');
    else faults.push(`the adapter ended with ${exitCode}`);
    const count = `${this.#page.get(ORDERS) ?? 0} orders and ${this.#page.get(PAYMENTS) ?? 0} payments scraped`;
    if (faults.length > 0) return { ok: false, lines: [...faults, count] };
    return {
      ok: true,
      lines: [
        `${count}: as many as the application sent, but for packets the kernel counts as dropped (${this.#page.get(DROPS)}).`,
      ],
    };
  }

  abort(): void {
    this.#application.kill('SIGKILL');
    this.#adapter.kill('SIGKILL');
  }

  /** What came last may still be on its way when the application has ended. */
  async #compare(): Promise<string[]> {
    for (let look = 0; look < LAST_SCRAPES; look += 1) {
      const page = await this.#scrape();
      if ((page.get(PACKETS) ?? 0) + (page.get(DROPS) ?? 0) === this.#sent.packets) break;
    }
    const { packets, orders, payments } = this.#sent;
    const dropped = this.#page.get(DROPS) ?? 0;
    const wanted = [
      [PACKETS, packets - dropped],
      [ORDERS, orders - 3 * dropped],
      [PAYMENTS, payments - dropped],
    ] as const;
    return wanted
      .filter(([series, value]) => this.#page.get(series) !== value)
      .map(([series, value]) => `${series} is ${this.#page.get(series)}, and ${value} were sent`);
  }

  async #scrape(): Promise<Map<string, number>> {
    const text = await (await fetch(`http://${this.#web}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    this.#page = new Map(
      lines.map((line): [string, number] => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))];
      }),
    );
    return this.#page;
  }
}
