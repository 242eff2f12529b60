// toxiproxy's HTTP API, as far as it speaks of toxics: clients that exist for it (Go, Ruby, Node, Python...) can switch
// faults on and off while a test runs. Listeners are its proxies, under the names the settings give them; new ones come
// from the settings only.
import type { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { type Address, formatAddress, listen } from '@podmate/base/address';
import { SettingError } from '@podmate/base/errors';
import type { Part } from '@podmate/base/lifecycle';
import { parseToxic, type Toxic, type ToxicText } from './toxic.ts';
import type { Faults } from './relay.ts';

/** A listener, as toxiproxy shows it. */
export type Proxy = { readonly listen: string; readonly faults: Faults };
type Answer = readonly [status: number, body: object | string | undefined];

const MOST_BYTES = 65_536;

export class FaultsApi implements Part {
  readonly name = 'faults API';
  readonly #address: Address;
  readonly #proxies: () => readonly Proxy[];
  readonly #http: { createServer: typeof createServer };
  #server: ReturnType<typeof createServer> | undefined;

  constructor(
    address: Address,
    http: { createServer: typeof createServer },
    proxies: () => readonly Proxy[],
  ) {
    this.#address = address;
    this.#http = http;
    this.#proxies = proxies;
  }

  async start(): Promise<void> {
    this.#server = this.#http.createServer((request, response) => {
      // Who leaves in the middle of a request, or writes half an escape, gets no answer.
      this.#serve(request, response).catch(() => response.destroy());
    });
    try {
      await listen(this.#server, this.#address);
    } catch (cause) {
      const value = formatAddress(this.#address);
      throw new SettingError({ setting: 'faultsListen', value, what: 'cannot listen', cause });
    }
  }

  async drain(): Promise<void> {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const bytes of request) text = text.length > MOST_BYTES ? text : text + String(bytes);
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const [status, body] = this.#answer(
      request.method ?? '',
      path.split('/').slice(1).map(decodeURIComponent),
      text,
    );
    response.writeHead(status, {
      'Content-Type': typeof body === 'string' ? 'text/plain' : 'application/json',
    });
    response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
  }

  #answer(method: string, path: readonly string[], text: string): Answer {
    const [what, name, toxics, toxicName] = path;
    const proxies = this.#proxies();
    if (what === 'version') return [200, { version: '2.0.0' }];
    if (what === 'reset' && method === 'POST') {
      for (const { faults } of proxies) faults.change([], true);
      return [204, undefined];
    }
    if (what !== 'proxies') return fault(404, 'no such thing here');
    if (name === undefined || name === '') {
      if (method !== 'GET') return fault(403, 'listeners come from the settings');
      return [200, Object.fromEntries(proxies.map((proxy) => [proxy.listen, shown(proxy)]))];
    }
    const proxy = proxies.find(({ listen: at }) => at === name);
    if (proxy === undefined) return fault(404, 'proxy not found');
    if (toxics === undefined) return ofProxy(method, proxy, text);
    return toxics === 'toxics'
      ? ofToxics(method, proxy.faults, toxicName, text)
      : fault(404, 'no such thing here');
  }
}

const fault = (status: number, error: string): Answer => [status, { error, title: error, status }];

/** An upstream has to be there; routes may lead to several. */
const shown = ({ listen: at, faults }: Proxy): object => ({
  name: at,
  listen: at,
  upstream: 'routes',
  enabled: faults.isEnabled,
  toxics: faults.toxics,
});

function ofProxy(method: string, proxy: Proxy, text: string): Answer {
  if (method === 'POST' || method === 'PATCH') {
    const told = read(text);
    if (told === undefined) return fault(400, 'not JSON');
    const { enabled } = told;
    if (typeof enabled === 'boolean') proxy.faults.change(proxy.faults.toxics, enabled);
  } else if (method !== 'GET') return fault(405, 'listeners come from the settings');
  return [200, shown(proxy)];
}

function ofToxics(method: string, faults: Faults, name: string | undefined, text: string): Answer {
  const { toxics } = faults;
  const known = toxics.find((toxic) => toxic.name === name);
  if (name === undefined) {
    if (method === 'GET') return [200, toxics];
    return method === 'POST' ? put(faults, undefined, text) : fault(405, 'GET or POST');
  }
  if (known === undefined) return fault(404, 'toxic not found');
  if (method === 'GET') return [200, known];
  if (method === 'POST' || method === 'PATCH') return put(faults, known, text);
  if (method !== 'DELETE') return fault(405, 'GET, POST, PATCH or DELETE');
  faults.change(toxics.filter((toxic) => toxic !== known));
  return [204, undefined];
}

/** A new toxic, or `known` with other attributes. */
function put(faults: Faults, known: Toxic | undefined, text: string): Answer {
  const told = read(text);
  if (told === undefined) return fault(400, 'not JSON');
  const toxic = parseToxic(known === undefined ? told : merged(known, told));
  if (typeof toxic === 'string') return fault(400, toxic);
  if (known === undefined && faults.toxics.some(({ name }) => name === toxic.name))
    return fault(409, 'toxic already exists');
  faults.change(
    known === undefined
      ? [...faults.toxics, toxic]
      : faults.toxics.map((each) => (each === known ? toxic : each)),
  );
  return [200, toxic];
}

const merged = (known: Toxic, told: ToxicText): ToxicText => ({
  ...known,
  toxicity: told.toxicity ?? known.toxicity,
  attributes: { ...known.attributes, ...told.attributes },
});

/** What a client sent, with only what has the right type; undefined: no JSON object. */
function read(text: string): (ToxicText & { readonly enabled?: boolean | undefined }) | undefined {
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof told !== 'object' || told === null) return undefined;
  const string = (key: string): string | undefined => {
    const value: unknown = Reflect.get(told, key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const toxicity: unknown = Reflect.get(told, 'toxicity');
  const enabled: unknown = Reflect.get(told, 'enabled');
  const given: unknown = Reflect.get(told, 'attributes');
  const pairs: [string, unknown][] = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  const numbers = pairs.filter((pair): pair is [string, number] => typeof pair[1] === 'number');
  return {
    name: string('name'),
    type: string('type'),
    stream: string('stream'),
    toxicity: typeof toxicity === 'number' ? toxicity : undefined,
    enabled: typeof enabled === 'boolean' ? enabled : undefined,
    attributes: Object.fromEntries(numbers),
  };
}
