// A real name server for tests, Debian's dnsmasq on a loopback port, authoritative for whatever it is told and for
// nothing else. Its records change by a restart at the same port, which takes a few milliseconds.

import { findCommand } from './debian.ts';
import { eventually } from './eventually.ts';
import { freePort, RunningImage } from './image.ts';
import { Resolver } from 'node:dns/promises';

/** As dnsmasq's own options, without the dashes: `host-record=a.test,127.0.0.2,5`, `srv-host=_http._tcp.a.test,...`. */
export type Records = readonly string[];

const ALIVE = 'alive.test';

export class NameServer implements AsyncDisposable {
  readonly port: number;
  #process: RunningImage | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  /** What is below `test` and has no record does not exist. */
  static async start(records: Records): Promise<NameServer> {
    const server = new NameServer(await freePort());
    await server.serve(records);
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (this.#process === undefined) throw new Error('the name server is stopped');
    return this.#process.pid;
  }

  /** From now on these, and no others. */
  async serve(records: Records): Promise<void> {
    await this.stop();
    const args = ['keep-in-foreground', 'conf-file=/dev/null', 'no-resolv', 'no-hosts', 'bind-interfaces'];
    const where = ['listen-address=127.0.0.1', `port=${this.port}`, 'local=/test/', 'pid-file', 'user='];
    const all = [...args, ...where, `host-record=${ALIVE},127.0.0.1`, ...records].map((text) => `--${text}`);
    this.#process = new RunningImage([findCommand('dnsmasq') ?? 'dnsmasq', ...all, '--log-facility=-']);
    const asking = new Resolver({ timeout: 200, tries: 1 });
    asking.setServers([this.address]);
    await eventually(() => asking.resolve4(ALIVE));
  }

  /** Nobody answers at the port any more. */
  async stop(): Promise<void> {
    await this.#process?.stop('SIGKILL');
    this.#process = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
