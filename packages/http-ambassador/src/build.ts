// Makes the running parts out of the plan: upstreams (shared by name), routes, listeners, their clock and log.
import type { Address } from '@podmate/base/address';
import { formatAddress } from '@podmate/base/address';
import type { Log } from '@podmate/base/log';
import type { AccessLog } from './access-log.ts';
import { Deadlines } from './deadlines.ts';
import { type Dial, dialPlain } from './endpoint.ts';
import { ForwardMap } from './forward-map.ts';
import { HttpMode } from './http-mode.ts';
import type { HttpRoute } from './http-route.ts';
import { HttpService } from './http-service.ts';
import { Listener } from './listener.ts';
import type { ListenerSpec, RouteSpec, UpstreamSpec } from './plan.ts';
import { routeTable } from './route.ts';
import type { SettingsValues } from './settings.ts';
import { TcpMode } from './tcp-mode.ts';
import { dialTls, type Tls, tlsServer } from './tls.ts';
import { Traffic } from './traffic.ts';
import { Upstream, type UpstreamPlan } from './upstream.ts';

const NO_LIMIT = Number.MAX_SAFE_INTEGER;
const FREE_RETRIES_PER_SECOND = 10;
const MOST_EJECTED = 0.5;

export class Ambassador {
  readonly deadlines: Deadlines;
  readonly listeners: readonly Listener[];
  readonly routes: HttpRoute[] = [];
  readonly accessLog: AccessLog | undefined;
  readonly #upstreams = new Map<string, Upstream>();
  readonly #forwards: ForwardMap[] = [];
  readonly #values: SettingsValues;
  readonly #log: Log;
  readonly #tls: Tls | undefined;

  /** @param tls node:tls, where the plan needs it. @throws SettingError naming a certificate that cannot be used */
  constructor(
    values: SettingsValues,
    specs: readonly ListenerSpec[],
    log: Log,
    accessLog: AccessLog | undefined,
    tls: Tls | undefined,
  ) {
    this.#values = values;
    this.#log = log;
    this.#tls = tls;
    this.accessLog = accessLog;
    this.deadlines = new Deadlines((nowMs) => {
      for (const upstream of this.upstreams()) upstream.tick(nowMs);
      accessLog?.flush();
    });
    this.listeners = specs.map((spec) => this.#listener(spec));
    for (const upstream of this.#upstreams.values()) void upstream.resolve();
  }

  /** Those of the settings; metrics name no others, as clients choose what a forward listener makes. */
  get named(): Iterable<Upstream> {
    return this.#upstreams.values();
  }

  get forwarded(): Traffic[] {
    return this.#forwards.map(({ traffic }) => traffic);
  }

  /** All of them. */
  upstreams(): Upstream[] {
    return [...this.#upstreams.values(), ...this.#forwards.flatMap(({ upstreams }) => upstreams)];
  }

  #listener(spec: ListenerSpec): Listener {
    const { listen, mode, tls } = spec;
    const [first] = spec.routes;
    const service =
      mode === 'tcp' && first
        ? new TcpMode(this.#upstream(first.upstream), this.deadlines)
        : this.#http(spec);
    const loaded = this.#tls;
    const secure =
      tls && loaded && ((onSocket: Parameters<typeof tlsServer>[2]) => tlsServer(loaded, tls, onSocket));
    return new Listener(listen, service, this.#values.maxClients, secure);
  }

  #http(spec: ListenerSpec): HttpMode {
    const values = this.#values;
    const routes = spec.routes.map((route) => this.#route(route));
    this.routes.push(...routes);
    const service = new HttpService({
      name: formatAddress(spec.listen),
      deadlines: this.deadlines,
      limits: {
        head: {
          headBytes: values.maxHeadBytes,
          targetBytes: values.maxTargetBytes,
          fields: values.maxHeaders,
        },
        bodyBytes: values.maxBodyBytes ?? NO_LIMIT,
        headMs: values.headTimeout,
        keepAliveMs: values.keepAliveTimeout,
        tunnelIdleMs: values.tunnelIdleTimeout,
      },
      proto: spec.tls ? 'https' : 'http',
      routes: routeTable(routes),
      forward: spec.mode === 'forward' ? this.#forward(spec.allow) : undefined,
      log: this.accessLog,
    });
    return new HttpMode(service);
  }

  #forward(allow: readonly string[]): ForwardMap {
    const map = new ForwardMap(allow, (scheme, address) => {
      const authority = formatAddress(address);
      const spec = {
        name: `${scheme}://${authority}`,
        targets: [{ scheme, address, authority }],
        section: undefined,
      };
      return new Upstream(this.#planOf(spec), this.#log);
    });
    this.#forwards.push(map);
    return map;
  }

  #route(spec: RouteSpec): HttpRoute {
    const upstream = this.#upstream(spec.upstream);
    const host = spec.hostHeader === 'upstream' ? upstream.plan.authority : spec.hostHeader;
    return {
      name: `${spec.host ?? '*'}${spec.path}`,
      host: spec.host,
      path: spec.path,
      upstream,
      request: {
        ...spec.request,
        host: spec.hostHeader === 'keep' ? undefined : host,
        replacePath: spec.replacePath === undefined ? undefined : { prefix: spec.path, by: spec.replacePath },
        setForwarded: spec.forwardedHeaders,
      },
      response: spec.response,
      traffic: new Traffic(),
    };
  }

  #upstream(spec: UpstreamSpec): Upstream {
    const upstream = this.#upstreams.get(spec.name) ?? new Upstream(this.#planOf(spec), this.#log);
    this.#upstreams.set(spec.name, upstream);
    return upstream;
  }

  #planOf(spec: UpstreamSpec): UpstreamPlan {
    const all = this.#values;
    const own = spec.section;
    return {
      name: spec.name,
      targets: spec.targets.map(({ address }: { address: Address }) => address),
      authority: spec.targets[0]?.authority ?? '',
      dial: this.#dial(spec),
      balance: own?.balance ?? all.balance,
      limits: {
        maxConnections: own?.maxConnections ?? all.maxConnections,
        maxPending: own?.maxPending ?? all.maxPending,
        idleMs: own?.keepAliveUpstream ?? all.keepAliveUpstream,
      },
      outlier: {
        failures: own?.ejectAfter ?? all.ejectAfter,
        ejectMs: own?.ejectFor ?? all.ejectFor,
        mostEjected: MOST_EJECTED,
      },
      connectMs: own?.connectTimeout ?? all.connectTimeout,
      firstByteMs: own?.firstByteTimeout ?? all.firstByteTimeout,
      idleMs: own?.idleTimeout ?? all.idleTimeout,
      totalMs: own?.totalTimeout ?? all.totalTimeout ?? Infinity,
      retries: own?.retries ?? all.retries,
      retryOnStatus: own?.retryOnStatus || all.retryOnStatus,
      budget: { ratio: all.retryBudget, perSecond: FREE_RETRIES_PER_SECOND },
      dnsRefreshMs: own?.dnsRefresh ?? all.dnsRefresh,
    };
  }

  #dial({ targets, section }: UpstreamSpec): Dial {
    const [target] = targets;
    if (this.#tls === undefined || target === undefined || !/^(https|tls)$/.test(target.scheme))
      return dialPlain;
    const own = section?.tlsCertificate === undefined ? this.#values : section;
    return dialTls(this.#tls, {
      ca: section?.tlsCa ?? this.#values.tlsCa,
      certificate: own.tlsCertificate,
      key: own.tlsKey,
      serverName: section?.tlsServerName ?? target.authority.replace(/:\d+$/, '').replaceAll(/[[\]]/g, ''),
      verify: section?.tlsInsecure !== true,
    });
  }
}

/** Whether anything of the plan speaks TLS. */
export function needsTls(specs: readonly ListenerSpec[]): boolean {
  return specs.some(
    ({ mode, tls, routes }) =>
      mode === 'forward' ||
      tls !== undefined ||
      routes.some(({ upstream }) => upstream.targets.some(({ scheme }) => /^(https|tls)$/.test(scheme))),
  );
}
