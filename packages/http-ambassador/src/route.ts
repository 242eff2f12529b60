// Which route a request takes: pure. Of the routes whose host fits, the most exact host wins (name, then *.suffix,
// then any), of those the longest path; a path fits at a segment's end only. Hosts are compared without port and
// case, paths byte for byte: what is not exactly the prefix does not fit.

export type RouteRule = {
  /** `api.example`, `*.example` or undefined for any. */
  readonly host?: string | undefined;
  /** `/` or `/api`: the path itself and everything below. */
  readonly path: string;
  /** Set: paths are rewritten on the way. */
  readonly replacePath?: string | undefined;
};

export type RouteTable<Route extends RouteRule> = {
  readonly routes: readonly Route[];
  /** The one route that fits everything, where it is the only one: nothing has to be looked at. */
  readonly only: Route | undefined;
  /** Something hangs on paths: what a server would make of dot segments would lead past it. */
  readonly looksAtPaths: boolean;
};

/** Sorts the rules so that the first that fits is the right one; of equal ones the one written first. */
export function routeTable<Route extends RouteRule>(rules: readonly Route[]): RouteTable<Route> {
  const routes = rules.toSorted((a, b) => exactness(b) - exactness(a) || b.path.length - a.path.length);
  const [first] = routes;
  const fitsAll = routes.length === 1 && first?.host === undefined && first?.path === '/';
  return { routes, only: fitsAll ? first : undefined, looksAtPaths: routes.some(looksAtPath) };
}

const looksAtPath = ({ path, replacePath }: RouteRule): boolean => path !== '/' || replacePath !== undefined;

function exactness({ host }: RouteRule): number {
  if (host === undefined) return 0;
  return host.startsWith('*.') ? host.length : 1000;
}

/** @param authority `name`, `name:port` or empty; @param path with or without its query */
export function findRoute<Route extends RouteRule>(
  { routes }: RouteTable<Route>,
  authority: string,
  path: string,
): Route | undefined {
  const host = hostOf(authority);
  return routes.find((route) => fitsHost(route.host, host) && fitsPath(route.path, path));
}

/** `Name:80` -> `name`, `[::1]:80` -> `[::1]`. */
export function hostOf(authority: string): string {
  return authority.replace(/:\d*$/, '').toLowerCase();
}

function fitsHost(rule: string | undefined, host: string): boolean {
  if (rule === undefined) return true;
  return rule.startsWith('*.') ? host.endsWith(rule.slice(1)) && host.length >= rule.length : host === rule;
}

function fitsPath(prefix: string, path: string): boolean {
  if (prefix === '/') return true;
  if (!path.startsWith(prefix)) return false;
  const next = path[prefix.length];
  return prefix.endsWith('/') || next === undefined || next === '/' || next === '?';
}
