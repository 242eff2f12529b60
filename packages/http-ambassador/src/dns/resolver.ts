// Looks names up as the machine is told to (hosts file, name servers, search list), with what getaddrinfo hides: TTLs
// and SRV; and without its threads, of which four slow lookups would take all. The only door to node:dns. Both files
// are read again when they change. A failing server is never a reason to try the next name of the search list: that
// would lead traffic to another service because of a hiccup.
import { Resolver as Asking } from 'node:dns/promises';
import { readFileSync, statSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Answer, type Found, NoSuchName } from './answer.ts';
import { candidates, parseHosts, parseResolvConf, type ResolvConf } from './resolv-conf.ts';
import { isServerAddress } from './server-address.ts';

export type ResolverOptions = {
  /** Instead of those of resolv.conf; empty: those. */
  readonly servers: readonly string[];
  readonly search: readonly string[];
};

export type Question = { readonly host: string; readonly port: number; readonly srv: boolean };
type Address = { readonly host: string; readonly ttlMs: number };

/** More addresses than this behind one name are left out. */
const MOST_FOUND = 256;

export class Resolver {
  readonly options: ResolverOptions;
  readonly #hosts = new ReadFile('/etc/hosts', parseHosts);
  readonly #conf = new ReadFile('/etc/resolv.conf', parseResolvConf);
  readonly #underWay = new Map<string, Promise<Answer>>();
  #asking: { readonly of: ResolvConf; readonly asking: Asking } | undefined;

  constructor(options: ResolverOptions) {
    this.options = options;
  }

  /** The same question is asked once at a time. @throws NoSuchName; any other error: nothing is known */
  resolve({ host, port, srv }: Question): Promise<Answer> {
    const key = `${srv ? 'SRV ' : ''}${host}:${port}`;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const asked = srv ? this.#services(host) : this.#endpoints(host, port);
    const promise = asked.finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, promise);
    return promise;
  }

  async #endpoints(name: string, port: number): Promise<Answer> {
    return answerOf(
      (await this.#addresses(name)).map(({ host, ttlMs }) => [{ host, port, priority: 0, weight: 1 }, ttlMs]),
    );
  }

  /** Node tells no TTL of SRV records; those of the addresses behind them count, and the bounds. */
  async #services(name: string): Promise<Answer> {
    const records = await this.#search(name, (asking, full) => asking.resolveSrv(full));
    const targets = records.filter((record) => record.name !== '' && record.name !== '.');
    const looked = await Promise.allSettled(
      targets.map(async ({ name: target, port, priority, weight }) =>
        (await this.#addresses(`${target}.`)).map(({ host, ttlMs }): [Found, number] => [
          { host, port, priority, weight },
          ttlMs,
        ]),
      ),
    );
    const found = looked.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const failed = looked.find((result) => result.status === 'rejected');
    if (found.length === 0) throw failed?.reason ?? new NoSuchName(name);
    return answerOf(found);
  }

  async #addresses(name: string): Promise<Address[]> {
    const known = this.#hosts.value?.get(name.replace(/\.$/, '').toLowerCase()) ?? localhost(name);
    if (known !== undefined) return reachable(known.map((host) => ({ host, ttlMs: Infinity })));
    return this.#search(name, async (asking, full) => {
      const options = { ttl: true } as const;
      const both = await Promise.allSettled([asking.resolve4(full, options), asking.resolve6(full, options)]);
      const records = both.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
      const failed = both.find((result) => result.status === 'rejected' && !isNothing(result.reason));
      if (records.length === 0 && failed?.status === 'rejected') throw failed.reason;
      // Half an answer is used and asked for again at once.
      const ttlOf = (ttl: number): number => (failed === undefined ? ttl * 1000 : 0);
      return reachable(records.map(({ address, ttl }) => ({ host: address, ttlMs: ttlOf(ttl) })));
    });
  }

  /** Asks for one full name after the other, until one has something. */
  async #search<Record>(
    name: string,
    ask: (asking: Asking, full: string) => Promise<Record[]>,
  ): Promise<Record[]> {
    const conf = this.#effectiveConf();
    const asking = this.#askingOf(conf);
    const all = candidates(name, conf);
    for (const full of all) {
      try {
        const records = await ask(asking, full);
        if (records.length > 0) return records;
      } catch (error) {
        // The search list was answered; that a server knows nothing of a bare `db` says nothing of its health.
        const isLastBare = all.length > 1 && full === all.at(-1) && !full.includes('.');
        if (!isNothing(error) && !isLastBare) throw error;
      }
    }
    throw new NoSuchName(name);
  }

  #effectiveConf(): ResolvConf {
    const conf = this.#conf.value ?? parseResolvConf('');
    const { servers, search } = this.options;
    if (servers.length === 0 && search.length === 0) return conf;
    return {
      ...conf,
      servers: servers.length > 0 ? servers : conf.servers,
      search: search.length > 0 ? search : conf.search,
    };
  }

  /** Servers cannot be exchanged while questions are under way, so others get another one to ask. */
  #askingOf(conf: ResolvConf): Asking {
    const key = this.#conf.value;
    if (this.#asking !== undefined && this.#asking.of === key) return this.#asking.asking;
    const asking = new Asking({ timeout: conf.timeoutMs, tries: conf.attempts });
    asking.setServers(conf.servers.filter(isServerAddress));
    if (key !== undefined) this.#asking = { of: key, asking };
    return asking;
  }
}

/** A file as it is now, parsed again only when it changed; undefined where it cannot be read. */
class ReadFile<Value> {
  readonly #path: string;
  readonly #parse: (text: string) => Value;
  #value: Value | undefined;
  #state = '';

  constructor(path: string, parse: (text: string) => Value) {
    this.#path = path;
    this.#parse = parse;
  }

  get value(): Value | undefined {
    try {
      const { ino, mtimeMs, size } = statSync(this.#path);
      const state = `${ino} ${mtimeMs} ${size}`;
      if (state !== this.#state) this.#value = this.#parse(readFileSync(this.#path, 'utf8'));
      this.#state = state;
    } catch {
      this.#value = undefined;
      this.#state = '';
    }
    return this.#value;
  }
}

function answerOf(found: readonly (readonly [Found, number])[]): Answer {
  // Name servers change the order to spread load; here that is the balancer's task, and order says when nothing changed.
  const some = found.toSorted(([one], [other]) => compare(one, other)).slice(0, MOST_FOUND);
  return { found: some.map(([one]) => one), ttlMs: Math.min(...some.map(([, ttlMs]) => ttlMs)) };
}

function compare(one: Found, other: Found): number {
  return one.priority - other.priority || one.port - other.port || (one.host < other.host ? -1 : 1);
}

/** RFC 6761 section 6.3: without a hosts file, too. */
const localhost = (name: string): string[] | undefined =>
  /(^|\.)localhost\.?$/i.test(name) || name === '' ? ['127.0.0.1', '::1'] : undefined;

/** No record of that name (NXDOMAIN), or none of that kind. */
const isNothing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA');

/**
 * Leaves out the family that this host has no address of, as getaddrinfo does (RFC 3493, AI_ADDRCONFIG): half of the
 * attempts would fail. Loopback addresses stay, and so does all when nothing else is left.
 */
function reachable(addresses: Address[]): Address[] {
  const own = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address));
  const families = new Set(own.map(({ family }) => family));
  const isUsable = ({ host }: Address): boolean =>
    /^127\.|^::1$/.test(host) || families.has(isIPv6(host) ? 'IPv6' : 'IPv4');
  const usable = addresses.filter(isUsable);
  return usable.length > 0 ? usable : addresses;
}
