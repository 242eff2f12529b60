// The HTTP side, with statsd_exporter's paths: the metrics, a landing page, health, reload and quit. Only those who scrape
// come here: few connections, small requests, whoever is slow is cut off.
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import { type Address, listen } from '@podmate/base/address';
import { type Allowed, chooseEncoding, negotiate } from '../exposition/negotiation.ts';
import type { Scraper } from '../exposition/scrape.ts';
import type { SeriesStore } from '../series/store.ts';
import { BasicAuth } from './basic-auth.ts';
import type { TlsConfig, WebConfig } from './web-config.ts';

export type WebOptions = {
  readonly address: Address;
  readonly telemetryPath: string;
  readonly lifecycle: boolean;
  readonly allowed: Allowed;
  readonly scraper: Scraper;
  /** Brings what has to be asked for, for a scrape that waits for at most this long. Never rejects. */
  readonly collect: (timeoutMs: number) => Promise<void>;
  readonly store: SeriesStore;
  /** Why it is not ready; [] when it is. */
  readonly ready: () => readonly string[];
  /** @returns undefined, or what is wrong with the new rules. */
  readonly reload: () => string | undefined;
  readonly quit: () => void;
  /** Who answers /-/healthy and /-/ready: `${name} is Healthy.` */
  readonly name: string;
  readonly config: WebConfig;
  /** node:https, loaded only where it is needed: TLS costs 5 MB. */
  readonly https: () => typeof import('node:https');
  readonly pause: () => Promise<void>;
};

const BOUNDS = {
  headersTimeout: 5000,
  requestTimeout: 5000,
  keepAliveTimeout: 120_000,
  maxHeaderSize: 16_384,
};
const MAX_CONNECTIONS = 128;
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const OFFENDERS = 50;

export class WebServer {
  readonly #options: WebOptions;
  readonly #server: Server | TlsServer;
  readonly #auth: BasicAuth;
  #config: WebConfig;

  constructor(options: WebOptions) {
    this.#options = options;
    const { config, https, pause } = options;
    this.#config = config;
    this.#auth = new BasicAuth(config.users, pause);
    const serve = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#serve(request, response);
    this.#server =
      config.tls === undefined
        ? createServer(BOUNDS, serve)
        : https()
            .createServer({ ...BOUNDS, ...config.tls.options }, serve)
            .on('secureConnection', (socket) => this.#checkClient(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** A changed configuration holds for new connections and all requests. @throws when it wants TLS begun or ended */
  reconfigure(config: WebConfig): void {
    if ((config.tls === undefined) !== (this.#config.tls === undefined))
      throw new Error('TLS cannot be turned on or off without a restart');
    if (config.tls !== undefined && 'setSecureContext' in this.#server)
      this.#server.setSecureContext(config.tls.options);
    this.#config = config;
    this.#auth.users = config.users;
  }

  #checkClient(socket: TLSSocket): void {
    const { tls } = this.#config;
    if (tls !== undefined && !isWelcome(socket, tls)) socket.destroy();
  }

  /** @returns the address bound. @throws what net.Server.listen reports */
  start(): Promise<Address> {
    return listen(this.#server, this.#options.address);
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close').catch(() => undefined);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    try {
      for (const [name, value] of this.#config.headers) response.setHeader(name, value);
      if (!(await this.#auth.admits(request.headers.authorization))) {
        response.setHeader('WWW-Authenticate', 'Basic');
        return respond(response, 401, 'Unauthorized\n');
      }
      const path = request.url?.split('?', 1)[0] ?? '/';
      if (path === this.#options.telemetryPath) return await this.#metrics(request, response);
      this.#answer(path, request.method ?? 'GET', response);
    } catch (error) {
      if (!response.headersSent)
        respond(response, 500, `${error instanceof Error ? error.message : 'failed'}\n`);
      else response.destroy();
    }
  }

  #answer(path: string, method: string, response: ServerResponse): void {
    const { lifecycle, ready, reload, quit, name } = this.#options;
    const write = method === 'POST' || method === 'PUT';
    if (path === '/-/healthy') respond(response, 200, `${name} is Healthy.\n`);
    else if (path === '/-/ready') {
      const reasons = ready();
      respond(
        response,
        reasons.length > 0 ? 503 : 200,
        [...reasons, reasons.length > 0 ? '' : `${name} is Ready.\n`].join('\n'),
      );
    } else if (path === '/-/cardinality') respond(response, 200, this.#cardinality());
    else if (lifecycle && path === '/-/reload') {
      const wrong = write ? reload() : undefined;
      respond(response, wrong === undefined ? 200 : 500, wrong ?? (write ? 'Requesting reload' : ''));
    } else if (lifecycle && path === '/-/quit') {
      if (write) response.once('close', quit);
      respond(response, 200, write ? 'Requesting termination... Goodbye!\n' : '');
    } else if (path === '/' || path === '/-/reload' || path === '/-/quit')
      this.#landing(path, method, response);
    else respond(response, 404, '404 page not found\n');
  }

  #landing(path: string, method: string, response: ServerResponse): void {
    if (path !== '/')
      return respond(response, method === 'GET' ? 404 : 405, 'the lifecycle API is not enabled\n');
    const link = this.#options.telemetryPath;
    const page = `<!DOCTYPE html><title>metrics-adapter</title><h1>metrics-adapter</h1><p><a href="${link}">Metrics</a> <a href="/-/cardinality">Cardinality</a></p>\n`;
    respond(response, 200, page, 'text/html; charset=utf-8');
  }

  /** The largest metrics, and those that were refused series. */
  #cardinality(): string {
    const { store } = this.#options;
    const largest = [...store.families.values()].toSorted((a, b) => b.size - a.size).slice(0, OFFENDERS);
    return [
      `${store.size} series of at most ${store.limits.maxSeries}`,
      ...largest.map(({ name, size }) => `${size}\t${name}`),
      '',
      'refused:',
      ...store.refusals.top(OFFENDERS).map(([metric, refused]) => `${refused}\t${metric}`),
      '',
    ].join('\n');
  }

  async #metrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { scraper, allowed, collect } = this.#options;
    const format = negotiate(request.headers.accept, allowed);
    await collect(scrapeTimeoutMs(request.headers['x-prometheus-scrape-timeout-seconds']));
    const pieces = await scraper.scrape(format);
    if (response.closed) scraper.release();
    else response.once('close', () => scraper.release());
    response.setHeader('Content-Type', format.contentType);
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    if (request.method === 'HEAD') return void response.end();
    const encoding = chooseEncoding(request.headers['accept-encoding']);
    if (encoding === 'identity') {
      response.setHeader(
        'Content-Length',
        pieces.reduce((sum, piece) => sum + piece.length, 0),
      );
      response.cork(); // All pieces with one writev(2): nothing is copied.
      for (const piece of pieces) response.write(piece);
      return void response.end();
    }
    response.setHeader('Content-Encoding', encoding);
    const compress = encoding === 'zstd' ? createZstdCompress(ZSTD) : createGzip({ level: 1 });
    compress.pipe(response);
    response.once('close', () => compress.destroy());
    await writeAll(compress, pieces);
  }
}

/** How long Prometheus waits, less what the answer takes on its way; Infinity where it does not say. */
function scrapeTimeoutMs(header: string | string[] | undefined): number {
  const ms = Number(header) * 1000;
  return ms > 0 ? Math.max(ms - 500, ms / 2) : Infinity;
}

/** What Node's own check of client certificates leaves open. */
function isWelcome(socket: TLSSocket, { clients, allowedNames }: TlsConfig): boolean {
  const { subjectaltname = '', raw } = socket.getPeerCertificate();
  if (clients === 'RequireAnyClientCert' && raw === undefined) return false;
  if (clients === 'VerifyClientCertIfGiven' && raw !== undefined && !socket.authorized) return false;
  const names = new Set(subjectaltname.split(/, */).map((name) => name.replace(/^[^:]*:/, '')));
  return allowedNames.length === 0 || allowedNames.some((name) => names.has(name));
}

async function writeAll(
  to: NodeJS.WritableStream & { destroyed?: boolean },
  pieces: readonly Uint8Array[],
): Promise<void> {
  for (const piece of pieces) {
    if (to.destroyed === true) return;
    if (!to.write(piece)) await drained(to);
  }
  to.end();
}

/** Until it takes more, or has ended. Not two once() in a race: the one that loses would keep its listeners. */
function drained(to: NodeJS.WritableStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const settle = (): void => {
    to.off('drain', settle).off('close', settle);
    resolve();
  };
  to.on('drain', settle).on('close', settle);
  return promise;
}

function respond(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }).end(text);
}
