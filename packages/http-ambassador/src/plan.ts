// From settings to what is to be built: listeners with their routes, upstreams with their targets, everything checked
// against everything. Pure: no socket, no file; build.ts makes the parts.
import { type Address, formatAddress, parseAddress } from '@podmate/base/address';
import { SettingError, SettingErrors } from '@podmate/base/errors';
import { type Environment, expand } from './expand.ts';
import { parseToxic, type Toxic } from './faults/toxic.ts';
import { NO_EDITS, type HeaderEdits } from './http1/forwarded-head.ts';
import { TOKEN, VALUE } from './http1/octets.ts';
import type { Place } from './dns/followed-names.ts';
import { isServerAddress } from './dns/server-address.ts';
import { meshParts, type RatePlan, ratePlan } from './mesh-plan.ts';
import { sectionFaults } from './plan-faults.ts';
import type { SettingsValues } from './settings.ts';

export type Scheme = 'http' | 'https' | 'tcp' | 'tls' | 'postgres' | 'mysql';
export type Target = { readonly scheme: Scheme; readonly address: Place; readonly authority: string };
type Fault = SettingsValues['listeners'][number]['faults'][number];
type UpstreamSection = SettingsValues['upstreams'][number];

export type UpstreamSpec = {
  readonly name: string;
  readonly targets: readonly Target[];
  /** Its section, where it has one. */
  readonly section: UpstreamSection | undefined;
};

export type RouteSpec = {
  readonly host: string | undefined;
  readonly path: string;
  readonly upstream: UpstreamSpec;
  readonly hostHeader: string;
  readonly replacePath: string | undefined;
  readonly forwardedHeaders: boolean;
  readonly request: HeaderEdits;
  readonly response: HeaderEdits;
  readonly rate?: RatePlan | undefined;
};

export type ListenerSpec = {
  readonly listen: Address;
  readonly mode: 'http' | 'forward' | 'tcp';
  readonly routes: readonly RouteSpec[];
  readonly allow: readonly string[];
  readonly faults?: readonly Toxic[];
  readonly rate?: RatePlan | undefined;
  readonly acceptProxyProtocol: boolean;
  readonly tls:
    | { readonly ca: string | undefined; readonly certificate: string; readonly key: string }
    | undefined;
};

export const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  mariadb: 3306,
};

/** @throws SettingErrors with everything that is wrong */
export function planListeners(values: SettingsValues, env: Environment): ListenerSpec[] {
  const faults: SettingError[] = [];
  const attempt = <T>(setting: string, make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      const { setting: own = '' } = error.fault;
      // Of a section: which one, and what in it.
      const name = own === '' ? setting : setting.endsWith(']') ? `${setting}.${own}` : own;
      faults.push(new SettingError({ ...error.fault, setting: name }));
      return undefined;
    }
  };
  for (const part of meshParts(values, undefined)) attempt('upstreams', part);
  const rate = attempt('rateLimit', () => ratePlan(values));
  attempt('allowFaults', () => refuseFaults(values));
  const upstreams = new Map<string, UpstreamSpec>();
  values.upstreams.forEach((section, at) => {
    const spec = attempt(`upstreams[${at}].targets`, () => upstreamOf(section, env));
    for (const part of meshParts(values, section)) attempt(`upstreams[${at}]`, part);
    if (spec !== undefined) upstreams.set(section.name, spec);
  });
  values.upstreams.forEach(({ name }, at) => {
    if (values.upstreams.findIndex((other) => other.name === name) !== at)
      attempt(`upstreams[${at}]`, () => refuse(`a second upstream ${name}`, 'give each a name of its own'));
  });
  const find = (to: string): UpstreamSpec => upstreams.get(to) ?? inlineUpstream(expand(to, env));
  values.listeners.forEach((section, at) => faults.push(...sectionFaults(section, `listeners[${at}]`)));
  const planned = [
    ...values.routes.map((text) => attempt(text, () => shortListener(expand(text, env), find))),
    ...values.listeners.map((section, at) => attempt(`listeners[${at}]`, () => fullListener(section, find))),
  ];
  for (const server of values.dnsServers.filter((text) => !isServerAddress(text)))
    faults.push(
      new SettingError({
        setting: 'dnsServers',
        value: server,
        what: 'no name server',
        todo: 'write its IP address, with or without a port',
      }),
    );
  const specs = planned.filter((spec) => spec !== undefined);
  const addresses = specs.map(({ listen }) => formatAddress(listen));
  for (const twice of new Set(addresses.filter((address, at) => addresses.indexOf(address) !== at)))
    faults.push(new SettingError({ setting: 'listen', value: twice, what: 'two listeners at one address' }));
  if (faults.length > 0) throw new SettingErrors(faults);
  return specs.map((spec) => (spec.mode === 'tcp' ? spec : { ...spec, rate: spec.rate ?? rate }));
}

/** `8080=https://api`, `0.0.0.0:8080=...`, `unix:/run/a.sock=...`, `1080=forward` */
function shortListener(text: string, find: (to: string) => UpstreamSpec): ListenerSpec {
  const at = text.indexOf('=');
  const [where, to] = [text.slice(0, at), text.slice(at + 1)];
  if (at <= 0 || to === '')
    throw new SettingError({ what: 'not PORT=URL', todo: 'write 8080=https://api.example' });
  const listen = parseAddress(/^\d+$/.test(where) ? `127.0.0.1:${where}` : where);
  const common = { listen, tls: undefined, acceptProxyProtocol: false };
  if (to === 'forward') return { ...common, mode: 'forward', routes: [], allow: ['*'] };
  const upstream = find(to);
  return { ...common, mode: modeOf(upstream), routes: [plainRoute(upstream)], allow: [] };
}

const isStream = (upstream: UpstreamSpec): boolean => !/^https?$/.test(upstream.targets[0]?.scheme ?? '');
const modeOf = (upstream: UpstreamSpec): 'http' | 'tcp' => (isStream(upstream) ? 'tcp' : 'http');

const plainRoute = (upstream: UpstreamSpec): RouteSpec => ({
  host: undefined,
  path: '/',
  upstream,
  hostHeader: 'upstream',
  replacePath: undefined,
  forwardedHeaders: false,
  request: NO_EDITS,
  response: NO_EDITS,
});

function fullListener(
  section: SettingsValues['listeners'][number],
  find: (to: string) => UpstreamSpec,
): ListenerSpec {
  const { listen, mode, to, allow, tlsCertificate, tlsKey, tlsCa } = section;
  const routes: RouteSpec[] = section.routes.map((route) => ({
    host: route.host?.toLowerCase(),
    path: route.path,
    upstream: find(route.to),
    hostHeader: route.hostHeader,
    replacePath: route.replacePath,
    forwardedHeaders: route.forwardedHeaders,
    request: editsOf(route.setRequestHeaders, route.removeRequestHeaders, route.addRequestHeaders),
    response: editsOf(route.setResponseHeaders, route.removeResponseHeaders, route.addResponseHeaders),
    rate: ratePlan(route),
  }));
  if (to !== undefined) routes.push(plainRoute(find(to)));
  if (mode === 'forward' && routes.length > 0) refuse('forward has no routes', 'use allow');
  if (mode !== 'forward' && routes.length === 0) refuse('leads nowhere', 'give it `to` or routes');
  if (mode === 'tcp' && (routes.length > 1 || section.routes.length > 0))
    refuse('tcp has no routes', 'give it `to`');
  for (const { upstream } of routes) {
    if (isStream(upstream) !== (mode === 'tcp'))
      refuse(
        `${upstream.name} does not fit mode ${mode}`,
        'say `mode: tcp` for tcp, tls, postgres and mysql, and `mode: http` for http and https',
      );
  }
  if ((tlsCertificate === undefined) !== (tlsKey === undefined))
    refuse('tlsCertificate and tlsKey go together', 'give both');
  const tls = tlsCertificate && tlsKey ? { ca: tlsCa, certificate: tlsCertificate, key: tlsKey } : undefined;
  const rate = ratePlan(section);
  if (mode === 'tcp' && rate !== undefined) refuse('tcp has no requests to limit', 'leave rateLimit out');
  const { acceptProxyProtocol } = section;
  const faults = section.faults.map(toxicOf);
  return { listen, mode, routes, allow, tls, rate, faults, acceptProxyProtocol };
}

function upstreamOf(section: UpstreamSection, env: Environment): UpstreamSpec {
  const targets = section.targets.map((text) => weightedTargetOf(expand(text, env)));
  if (new Set(targets.map(({ scheme }) => scheme)).size > 1)
    refuse('targets of several schemes', 'use one scheme');
  return { name: section.name, targets, section };
}

/** A target, and behind it perhaps ` weight=3`. */
function weightedTargetOf(text: string): Target {
  const [, url = text, weight] = /^(\S+)\s+weight=([1-9]\d{0,3})$/.exec(text) ?? [];
  const target = targetOf(url);
  return weight === undefined
    ? target
    : { ...target, address: { ...target.address, weight: Number(weight) } };
}

function inlineUpstream(text: string): UpstreamSpec {
  const target = targetOf(text);
  return { name: text.replace(/\/$/, ''), targets: [target], section: undefined };
}

/** `https://name[:port]`, `postgres://name[:port]`, `mysql://name[:port]`, `tcp://name:port`, `tls://name:port`, `unix:/path` (http) and `tcp+unix:/path` */
export function targetOf(text: string): Target {
  const unix = /^(tcp\+)?unix:(\/.+)$/.exec(text);
  if (unix)
    return { scheme: unix[1] ? 'tcp' : 'http', address: { path: unix[2] ?? '' }, authority: 'localhost' };
  const [, scheme = '', srv, rest = ''] =
    /^(https?|tcp|tls|postgres|postgresql|mysql|mariadb)(\+srv)?:\/\/([^/?#@\s]+)\/?$/.exec(text) ?? [];
  if (rest === '')
    refuse(
      `${text} is no target`,
      'write https://name, http://name:port, tcp://name:port, tls://name:port, postgres://name, mysql://name or unix:/path, without a path, or http+srv://_http._tcp.name',
    );
  if (srv !== undefined) return serviceOf(SCHEMES[scheme] ?? 'tcp', rest);
  const hasPort = /:\d+$/.test(rest);
  const port = DEFAULT_PORTS[scheme];
  if (!hasPort && port === undefined) refuse(`${text} has no port`, `write ${scheme}://${rest}:PORT`);
  const address = parseAddress(hasPort ? rest : `${rest}:${port}`);
  return { scheme: SCHEMES[scheme] ?? 'tcp', address, authority: rest };
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
  http: 'http',
  https: 'https',
  tls: 'tls',
  postgres: 'postgres',
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
};

/**
 * `http+srv://_http._tcp.name`: host and port are those of the SRV records. Requests and certificates are for `name`:
 * what a name server says of where a service is does not say who it is (RFC 9525 section 6.1).
 */
function serviceOf(scheme: Scheme, host: string): Target {
  const [, name] = /^_[\w-]+\._(?:tcp|udp)\.([\w.-]+)$/i.exec(host) ?? [];
  if (name === undefined)
    return refuse(`${host} is no service`, 'write http+srv://_http._tcp.name, without a port');
  return { scheme, address: { host, port: 0, srv: true }, authority: name };
}

function refuseFaults({ allowFaults, faultsListen, listeners }: SettingsValues): void {
  const isAsked = faultsListen !== undefined || listeners.some(({ faults }) => faults.length > 0);
  if (isAsked && !allowFaults)
    refuse('faults are asked for and not allowed', 'set --allow-faults, in tests only');
}

function toxicOf({ type, stream, toxicity, rate, delay, ...rest }: Fault, at: number): Toxic {
  const { averageSize: average_size, sizeVariation: size_variation, ...attributes } = rest;
  const toxic = parseToxic({
    name: `${type}_${at}`,
    type,
    stream,
    toxicity,
    attributes: {
      ...attributes,
      average_size,
      size_variation,
      // toxiproxy counts kilobytes, and microseconds between slices.
      rate: rate === undefined ? undefined : rate / 1000,
      delay: delay !== undefined && type === 'slicer' ? delay * 1000 : delay,
    },
  });
  return typeof toxic === 'string'
    ? refuse(`faults[${at}]: ${toxic}`, '--help says what each type takes')
    : toxic;
}

function editsOf(set: readonly string[], removed: readonly string[], add: readonly string[]): HeaderEdits {
  const lines = [...set, ...add].map((line) => {
    const [, name = '', value = ''] = /^([^:]+):[ \t]*(.*?)[ \t]*$/s.exec(line) ?? [];
    const wellFormed =
      name !== '' &&
      Buffer.from(name).every((byte) => TOKEN[byte]) &&
      Buffer.from(value).every((byte) => VALUE[byte]);
    const isOurs = /^(host|connection|content-length|transfer-encoding|upgrade)$/i.test(name);
    if (!wellFormed || isOurs)
      refuse(`${line} cannot be set`, isOurs ? 'framing and Host are not set here' : 'write Name: value');
    return { name: name.toLowerCase(), line: `${name}: ${value}\r\n` };
  });
  const names = [
    ...lines.slice(0, set.length).map(({ name }) => name),
    ...removed.map((name) => name.toLowerCase()),
  ];
  const framing = names.find((name) => /^(host|connection|content-length|transfer-encoding)$/.test(name));
  if (framing !== undefined) refuse(`${framing} cannot be removed`, 'framing and Host stay');
  return { removed: new Set(names), added: lines.map(({ line }) => line).join('') };
}

function refuse(what: string, todo: string): never {
  throw new SettingError({ what, todo });
}
