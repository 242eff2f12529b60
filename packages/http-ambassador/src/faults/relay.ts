// Puts faults between a client and the listener it came to: the client's connection is joined to one of our own over
// loopback, whose other end is what the listener serves. So nothing behind it knows of faults, and resets, half-closes
// and full buffers are real ones. Only where --allow-faults is set; it costs a second connection for each client.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { originOf } from '../proxy-protocol/announced.ts';
import type { Origin } from '../proxy-protocol/header.ts';
import { Link } from './link.ts';
import type { Toxic } from './toxic.ts';

const LOOPBACK = '127.0.0.1';
/** Whoever connects to us and is not one of our own is sent away after this. */
const STRANGER_MS = 1000;

/** The faults of one listener; they may change at any time. */
export class Faults {
  isEnabled = true;
  /** As the settings have them. */
  readonly settled: readonly Toxic[];
  readonly #links = new Set<Link>();
  #toxics: readonly Toxic[];

  constructor(toxics: readonly Toxic[]) {
    this.settled = this.#toxics = toxics;
  }

  get toxics(): readonly Toxic[] {
    return this.#toxics;
  }

  /** From now on these; connections there are meet them, too. */
  change(toxics: readonly Toxic[], isEnabled = this.isEnabled): void {
    this.#toxics = toxics;
    this.isEnabled = isEnabled;
    for (const link of this.#links) link.onChange();
  }

  /** The status a request is answered with instead of going on. */
  abortStatus(random: () => number): number | undefined {
    const abort = this.#toxics.find(({ type, toxicity }) => type === 'abort' && random() < toxicity);
    return abort?.attributes['status'];
  }

  /** Whether a connection is refused. */
  isDown(random: () => number): boolean {
    return (
      !this.isEnabled || this.#toxics.some(({ type, toxicity }) => type === 'down' && random() < toxicity)
    );
  }

  /** Joins two sockets through the toxics; each toxic rolls its dice once for each connection. */
  join(client: Socket, far: Socket, random: () => number): void {
    const rolled = new WeakMap<Toxic, boolean>();
    const isFor = (toxic: Toxic): boolean => {
      const found = rolled.get(toxic) ?? random() < toxic.toxicity;
      rolled.set(toxic, found);
      return found;
    };
    const of = (stream: Toxic['stream']) => () =>
      this.#toxics.filter((toxic) => toxic.stream === stream && isFor(toxic));
    const links: Link[] = [];
    const cut = (by: 'close' | 'reset'): void => {
      for (const link of links) link.close();
      far.destroy();
      if (by === 'reset') client.resetAndDestroy();
      else client.destroySoon(); // What has passed the toxics still arrives.
    };
    links.push(new Link(client, far, of('upstream'), cut), new Link(far, client, of('downstream'), cut));
    for (const link of links) this.#links.add(link);
    let open = 2;
    const closed = (): void => {
      if (--open > 0) return;
      for (const link of links) {
        link.close();
        this.#links.delete(link);
      }
    };
    client.on('error', () => cut('close')).on('close', closed);
    // We cut an answer off by a reset; it has to arrive as one.
    far.on('error', () => cut('reset')).on('close', closed);
  }
}

export class Relay {
  faults: Faults;
  readonly #server: Server;
  readonly #listening: Promise<number>;
  /** By the port a connection of ours comes from: the end that came first. */
  readonly #halves = new Map<number, Socket | ((inner: Socket) => void)>();
  readonly #origins = new WeakMap<Socket, Origin>();

  constructor(faults: Faults) {
    this.faults = faults;
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (inner) =>
      this.#meet(inner),
    );
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#listening = promise;
    this.#server.listen(0, LOOPBACK, () => resolve(portOf(this.#server.address())));
    this.#server.unref();
  }

  /** @param use is given the socket to serve instead of the client's */
  async accept(client: Socket, use: (inner: Socket) => void): Promise<void> {
    if (this.faults.isDown(Math.random)) return void client.resetAndDestroy();
    const origin = originOf(client);
    let isJoined = false;
    client.on('error', () => client.destroy());
    const port = await this.#listening;
    const far = connect({ port, host: LOOPBACK, allowHalfOpen: true, noDelay: true });
    far.on('error', () => isJoined || client.destroy());
    far.once('connect', () => {
      const take = (inner: Socket): void => {
        this.#origins.set(inner, origin);
        use(inner);
      };
      const { localPort = 0 } = far;
      const inner = this.#halves.get(localPort);
      this.#halves.delete(localPort);
      if (inner === undefined || typeof inner === 'function') this.#halves.set(localPort, take);
      else take(inner);
      isJoined = true;
      this.faults.join(client, far, Math.random);
      client.resume();
    });
  }

  /** Who is behind a socket that was given to `use`. */
  originBehind(inner: Socket): Origin | undefined {
    return this.#origins.get(inner);
  }

  close(): void {
    this.#server.close();
  }

  /** The other end of a connection of ours, or a stranger's. */
  #meet(inner: Socket): void {
    const { remotePort = 0 } = inner;
    const use = this.#halves.get(remotePort);
    if (typeof use === 'function') {
      this.#halves.delete(remotePort);
      return use(inner);
    }
    this.#halves.set(remotePort, inner);
    setTimeout(() => {
      if (this.#halves.get(remotePort) !== inner) return;
      this.#halves.delete(remotePort);
      inner.destroy();
    }, STRANGER_MS).unref();
  }
}

function portOf(bound: AddressInfo | string | null): number {
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}
