// Makes the parts out of the plan, all of them or none: upstreams (shared by name), routes, what the listeners offer.
// What the former generation has already and means the same is taken over with its connections and its history.
// Nothing here is seen by a client yet and nothing of the former is changed; ambassador.ts puts it into effect.
import { isDeepStrictEqual } from 'node:util';
import { formatAddress } from '@podmate/base/address';
import type { Log } from '@podmate/base/log';
import type { AccessLog } from './access-log.ts';
import type { Deadlines } from './deadlines.ts';
import { dialOf, openingOf } from './dialling.ts';
import { Resolver } from './dns/resolver.ts';
import { Faults } from './faults/relay.ts';
import { ForwardMap } from './forward-map.ts';
import { HttpMode } from './http-mode.ts';
import type { HttpRoute } from './http-route.ts';
import { HttpService, type RateRule } from './http-service.ts';
import { Listener, type Offer, type Service } from './listener.ts';
import { meshPlan, type RatePlan } from './mesh-plan.ts';
import type { ListenerSpec, RouteSpec, UpstreamSpec } from './plan.ts';
import { RateLimit } from './policy/rate-limit.ts';
import { routeTable } from './route.ts';
import type { SettingsValues } from './settings.ts';
import { TcpMode } from './tcp-mode.ts';
import { filesKey, type TlsFiles, TlsMaterial, type TlsModules } from './tls-material.ts';
import { Traffic } from './traffic.ts';
import { Upstream, type UpstreamGround, type UpstreamPlan } from './upstream.ts';

const NO_LIMIT = Number.MAX_SAFE_INTEGER;
const FREE_RETRIES_PER_SECOND = 10;

/** What is there before the first settings and stays whatever they say. */
export type Ground = {
  readonly log: Log;
  readonly deadlines: Deadlines;
  readonly accessLog: AccessLog | undefined;
};

/** An upstream and what it was made of: it is kept while that is equal. */
type Made<Thing> = { readonly thing: Thing; readonly of: object };

export class Generation {
  /** By address, each with what it offers from now on. */
  readonly listeners = new Map<string, { readonly listener: Listener; readonly offer: Offer }>();
  readonly routes: HttpRoute[] = [];
  readonly materials = new Map<string, TlsMaterial>();
  readonly #upstreams = new Map<string, Made<Upstream>>();
  readonly #forwards = new Map<string, Made<ForwardMap>>();
  readonly #values: SettingsValues;
  readonly #ground: Ground;
  readonly #modules: TlsModules | undefined;
  readonly #former: Generation | undefined;
  readonly resolver: Resolver;

  /** @param modules where the plan needs TLS @throws SettingError naming a certificate that cannot be used */
  constructor(
    values: SettingsValues,
    specs: readonly ListenerSpec[],
    ground: Ground,
    modules: TlsModules | undefined,
    former: Generation | undefined,
  ) {
    this.#values = values;
    this.#ground = ground;
    this.#modules = modules;
    this.#former = former;
    const names = { servers: values.dnsServers, search: values.dnsSearch };
    const resolver = former?.resolver;
    this.resolver = resolver && isDeepStrictEqual(resolver.options, names) ? resolver : new Resolver(names);
    for (const spec of specs) this.#addListener(spec);
    this.#former = undefined;
  }

  /** Those of the settings; metrics name no others, as clients choose what a forward listener makes. */
  get named(): Upstream[] {
    return Array.from(this.#upstreams.values(), ({ thing }) => thing);
  }

  get forwards(): ForwardMap[] {
    return Array.from(this.#forwards.values(), ({ thing }) => thing);
  }

  /** All of them. */
  get upstreams(): Upstream[] {
    return [...this.named, ...this.forwards.flatMap(({ upstreams }) => upstreams)];
  }

  #addListener(spec: ListenerSpec): void {
    const name = formatAddress(spec.listen);
    const [first] = spec.routes;
    const faults = this.#faults(spec, name);
    const service: Service =
      spec.mode === 'tcp' && first ? this.#tcp(first.upstream) : this.#http(spec, name, faults);
    const offer: Offer = {
      service,
      maxClients: this.#values.maxClients,
      secure: this.#secure(spec),
      announcedWithinMs: spec.acceptProxyProtocol ? this.#values.headTimeout : undefined,
      faults,
    };
    const listener = this.#former?.listeners.get(name)?.listener ?? new Listener(spec.listen, offer);
    this.listeners.set(name, { listener, offer });
  }

  #formerRate(name: string): RateRule | undefined {
    const service = this.#former?.listeners.get(name)?.offer.service;
    return service instanceof HttpMode ? service.http.rules.rate : undefined;
  }

  /** What the API changed stays while the settings say the same. */
  #faults({ faults = [] }: ListenerSpec, name: string): Faults | undefined {
    const { allowFaults, faultsListen } = this.#values;
    if (!allowFaults || (faults.length === 0 && faultsListen === undefined)) return undefined;
    const before = this.#former?.listeners.get(name)?.offer.faults;
    return before && isDeepStrictEqual(before.settled, faults) ? before : new Faults(faults);
  }

  #secure({ tls, mode }: ListenerSpec): Offer['secure'] {
    const modules = this.#modules;
    if (tls === undefined || modules === undefined) return undefined;
    const protocol = mode === 'tcp' ? undefined : 'http/1.1';
    const handshakeMs = this.#values.headTimeout;
    return { tls: modules.tls, material: this.#material(modules, tls), protocol, handshakeMs };
  }

  #tcp(spec: UpstreamSpec): TcpMode {
    const { deadlines, log } = this.#ground;
    return new TcpMode(this.#upstream(spec), deadlines, this.#values.headTimeout, openingOf(spec), log);
  }

  #http(spec: ListenerSpec, name: string, faults: Faults | undefined): HttpMode {
    const values = this.#values;
    const routes = spec.routes.map((route) => this.#route(route));
    this.routes.push(...routes);
    const service = new HttpService({
      name,
      deadlines: this.#ground.deadlines,
      log: this.#ground.accessLog,
      proto: spec.tls ? 'https' : 'http',
      rules: {
        limits: {
          head: {
            headBytes: values.maxHeadBytes,
            targetBytes: values.maxTargetBytes,
            fields: values.maxHeaders,
          },
          bodyBytes: values.maxBodyBytes ?? NO_LIMIT,
          headMs: values.headTimeout,
          keepAliveMs: values.keepAliveTimeout,
          clientMs: values.clientTimeout,
          tunnelIdleMs: values.tunnelIdleTimeout,
        },
        routes: routeTable(routes),
        rate: rateRule(spec.rate, this.#formerRate(name)),
        trace: values.trace,
        faults,
        forward: spec.mode === 'forward' ? this.#forward(name, spec.allow) : undefined,
      },
    });
    return new HttpMode(service);
  }

  #forward(name: string, allow: readonly string[]): ForwardMap {
    const { dial: _, ...plan } = this.#planOf({ name: '', targets: [], section: undefined });
    const files = this.#filesOf(undefined);
    const of = { allow, plan, files, names: this.resolver.options };
    // Its upstreams come later, when a request asks for them; what the settings name has to be sound now.
    if (this.#modules !== undefined && Object.values(files).some((path) => path !== undefined))
      this.#material(this.#modules, files);
    const former = this.#former && this.#former.#forwards.get(name);
    const made = isDeepStrictEqual(former?.of, of) ? former : undefined;
    const thing = made?.thing ?? this.#newForward(allow, former?.thing);
    this.#forwards.set(name, { thing, of });
    return thing;
  }

  #newForward(allow: readonly string[], former: ForwardMap | undefined): ForwardMap {
    const make: ConstructorParameters<typeof ForwardMap>[1] = (scheme, address) => {
      const authority = formatAddress(address);
      const targets = [{ scheme, address, authority }];
      const spec = { name: `${scheme}://${authority}`, targets, section: undefined };
      return new Upstream({ ...this.#planOf(spec), health: undefined }, this.#upstreamGround);
    };
    return new ForwardMap(allow, make, former?.traffic);
  }

  #route(spec: RouteSpec): HttpRoute {
    const upstream = this.#upstream(spec.upstream);
    const host = spec.hostHeader === 'upstream' ? upstream.plan.authority : spec.hostHeader;
    const name = `${spec.host ?? '*'}${spec.path}`;
    const before = this.#former?.routes.find(
      (route) => route.name === name && route.upstream.plan.name === upstream.plan.name,
    );
    return {
      name,
      host: spec.host,
      path: spec.path,
      replacePath: spec.replacePath,
      upstream,
      request: {
        ...spec.request,
        host: spec.hostHeader === 'keep' ? undefined : host,
        replacePath: spec.replacePath === undefined ? undefined : { prefix: spec.path, by: spec.replacePath },
        setForwarded: spec.forwardedHeaders,
      },
      response: spec.response,
      traffic: before?.traffic ?? new Traffic(),
      rate: rateRule(spec.rate, before?.rate),
    };
  }

  #upstream(spec: UpstreamSpec): Upstream {
    const here = this.#upstreams.get(spec.name);
    if (here !== undefined) return here.thing;
    const plan = this.#planOf(spec);
    const files = this.#filesOf(spec.section);
    const of = { spec, plan: { ...plan, dial: undefined }, files, names: this.resolver.options };
    const former = this.#former && this.#former.#upstreams.get(spec.name);
    const thing = isDeepStrictEqual(former?.of, of) ? former?.thing : undefined;
    const made = { thing: thing ?? new Upstream(plan, this.#upstreamGround, former?.thing), of };
    this.#upstreams.set(spec.name, made);
    return made.thing;
  }

  get #upstreamGround(): UpstreamGround {
    return { log: this.#ground.log, lookup: this.resolver };
  }

  #planOf(spec: UpstreamSpec): UpstreamPlan {
    const all = this.#values;
    const own = spec.section;
    return {
      name: spec.name,
      targets: spec.targets.map(({ address }) => address),
      authority: spec.targets[0]?.authority ?? '',
      dial: dialOf(spec, this.#modules, (modules) => this.#material(modules, this.#filesOf(own))),
      ...meshPlan(all, own),
      limits: {
        maxConnections: own?.maxConnections ?? all.maxConnections,
        maxPending: own?.maxPending ?? all.maxPending,
        idleMs: own?.keepAliveUpstream ?? all.keepAliveUpstream,
        isPerClient: own?.sendProxyProtocol !== undefined,
      },
      connectMs: own?.connectTimeout ?? all.connectTimeout,
      firstByteMs: own?.firstByteTimeout ?? all.firstByteTimeout,
      idleMs: own?.idleTimeout ?? all.idleTimeout,
      tunnelIdleMs: own?.idleTimeout ?? all.tunnelIdleTimeout,
      totalMs: own?.totalTimeout ?? all.totalTimeout ?? Infinity,
      budget: { ratio: all.retryBudget, perSecond: FREE_RETRIES_PER_SECOND },
      dns: {
        minMs: own?.dnsMinRefresh ?? all.dnsMinRefresh,
        maxMs: own?.dnsRefresh ?? all.dnsRefresh,
        holdGoneMs: own?.dnsHoldGone ?? all.dnsHoldGone,
      },
    };
  }

  /** A certificate comes with its key from one place. */
  #filesOf(section: UpstreamSpec['section']): TlsFiles {
    const own = section?.tlsCertificate === undefined ? this.#values : section;
    return { ca: section?.tlsCa ?? this.#values.tlsCa, certificate: own.tlsCertificate, key: own.tlsKey };
  }

  #material(modules: TlsModules, files: TlsFiles): TlsMaterial {
    const key = filesKey(files);
    const material =
      this.materials.get(key) ?? this.#former?.materials.get(key) ?? new TlsMaterial(modules, files);
    this.materials.set(key, material);
    return material;
  }
}

/** Buckets stay as full as they are while the settings say the same. */
function rateRule(plan: RatePlan | undefined, former: RateRule | undefined): RateRule | undefined {
  if (plan === undefined) return undefined;
  const isSame = isDeepStrictEqual(former?.plan, plan);
  return isSame ? former : { plan, limit: new RateLimit(plan.perSecond, plan.burst) };
}
