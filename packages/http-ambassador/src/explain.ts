// --explain URL: which listener's route a request would take, and what becomes of it, in words. Pure.
import { formatAddress } from '@podmate/base/address';
import { SettingError } from '@podmate/base/errors';
import type { RatePlan } from './mesh-plan.ts';
import { DEFAULT_PORTS, type ListenerSpec, type RouteSpec, type Scheme } from './plan.ts';
import { findRoute, routeTable } from './route.ts';

/** @param url as a client of the listener would ask for it, `http://localhost:8080/v1/users` @throws SettingError for what is no URL */
export function explainUrl(url: string, specs: readonly ListenerSpec[]): string {
  const parsed = URL.parse(url);
  if (parsed === null)
    throw new SettingError({
      setting: '--explain',
      value: url,
      what: 'not a URL',
      todo: 'write http://localhost:8080/path',
    });
  const port = Number(parsed.port) || (DEFAULT_PORTS[parsed.protocol.slice(0, -1)] ?? 80);
  const fitting = specs.filter(({ listen }) => 'port' in listen && listen.port === port);
  if (fitting.length === 0) return `no listener at port ${port}\n`;
  return fitting.map((spec) => explainIn(spec, parsed)).join('');
}

function explainIn(spec: ListenerSpec, url: URL): string {
  const lines = [`listener   ${formatAddress(spec.listen)} (${spec.mode}${spec.tls ? ', TLS' : ''})`];
  if (spec.mode === 'forward') lines.push(`allowed    ${spec.allow.join(' ') || 'nothing'}`);
  else {
    const path = url.pathname + url.search;
    const route = spec.mode === 'tcp' ? spec.routes[0] : findRoute(routeTable(spec.routes), url.host, path);
    lines.push(...(route === undefined ? ['route      none: 404 no-route'] : routeLines(route, spec, path)));
  }
  return `${lines.join('\n')}\n`;
}

/** What happens before a tunnel where that is not nothing. */
const PREPARED: readonly (readonly [Scheme, string])[] = [
  ['tls', 'TLS        from the first byte'],
  ['postgres', 'TLS        asked for with SSLRequest, verified; clients are told that they need none'],
  ['mysql', "TLS        asked for after the server's greeting, verified; clients are told of none"],
];

function routeLines(route: RouteSpec, spec: ListenerSpec, path: string): string[] {
  const { upstream, hostHeader, replacePath, request, response } = route;
  const targets = upstream.targets.map(({ scheme, address }) =>
    'host' in address && address.srv
      ? `${scheme}+srv://${address.host}`
      : `${scheme}://${formatAddress(address)}`,
  );
  const lines = [`upstream   ${upstream.name}: ${targets.join(' ')}`];
  const [first] = upstream.targets;
  if (spec.mode === 'tcp')
    return [...lines, ...PREPARED.filter(([scheme]) => scheme === first?.scheme).map(([, words]) => words)];
  const host =
    hostHeader === 'upstream'
      ? upstream.targets[0]?.authority
      : hostHeader === 'keep'
        ? 'as asked'
        : hostHeader;
  const seen = replacePath === undefined ? path : `${path} with ${route.path} replaced by ${replacePath}`;
  lines.unshift(`route      ${route.host ?? '*'}${route.path}`);
  lines.push(`path       ${seen}`, `Host       ${host}`);
  if (route.forwardedHeaders) lines.push('adds       X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Proto');
  for (const [to, { removed, added }] of [['request', request] as const, ['response', response] as const]) {
    if (removed.size > 0) lines.push(`${to.padEnd(10)} without ${[...removed].join(', ')}`);
    if (added !== '') lines.push(`${to.padEnd(10)} with ${added.trimEnd().replaceAll('\r\n', ', ')}`);
  }
  for (const rate of [spec.rate, route.rate]) if (rate) lines.push(`limit      ${limitOf(rate)}`);
  return lines;
}

function limitOf({ perSecond, burst, by }: RatePlan): string {
  const key = 'name' in by ? `${by.kind} ${by.name}` : by.kind;
  return `${perSecond} a second, ${burst} at once, by ${key}; more: 429`;
}
