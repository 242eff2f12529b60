// All that runs, as one part of the lifecycle: the listeners and what is behind them, put into effect as the settings
// say and replaced by what newer settings say, as a whole or not at all. Connections live through that: a listener that
// stays keeps its socket and its clients, an upstream that is the same keeps its pool; what goes ends what it has begun.
import type { Part } from '@podmate/base/lifecycle';
import type { Log } from '@podmate/base/log';
import type { AccessLog } from './access-log.ts';
import { Generation, type Ground } from './build.ts';
import { needsTls } from './dialling.ts';
import { Deadlines } from './deadlines.ts';
import type { Proxy } from './faults/api.ts';
import type { HttpRoute } from './http-route.ts';
import type { Listener } from './listener.ts';
import type { ListenerSpec } from './plan.ts';
import type { SettingsValues } from './settings.ts';
import { loadTls, type TlsMaterial } from './tls-material.ts';
import type { Traffic } from './traffic.ts';
import type { Upstream } from './upstream.ts';

export class Ambassador implements Part {
  readonly name = 'listeners';
  /** Of TLS material. */
  readonly renewals = { success: 0, failure: 0 };
  readonly #ground: Ground;
  readonly #first: readonly [SettingsValues, readonly ListenerSpec[]];
  #now: Generation | undefined;
  /** Listeners that the settings no longer have, until their last connection has ended. */
  readonly #leaving = new Map<Listener, Promise<void>>();

  constructor(
    values: SettingsValues,
    specs: readonly ListenerSpec[],
    log: Log,
    accessLog: AccessLog | undefined,
  ) {
    this.#first = [values, specs];
    const deadlines = new Deadlines((nowMs) => {
      for (const upstream of this.upstreams) upstream.tick(nowMs);
      for (const forward of this.#now?.forwards ?? []) forward.sweep(nowMs);
      accessLog?.flush();
    });
    this.#ground = { log, deadlines, accessLog };
  }

  get accessLog(): AccessLog | undefined {
    return this.#ground.accessLog;
  }

  get listeners(): Listener[] {
    return Array.from(this.#now?.listeners.values() ?? [], ({ listener }) => listener);
  }

  get routes(): readonly HttpRoute[] {
    return this.#now?.routes ?? [];
  }

  /** Those of the settings; metrics name no others, as clients choose what a forward listener makes. */
  get named(): readonly Upstream[] {
    return this.#now?.named ?? [];
  }

  get forwarded(): Traffic[] {
    return (this.#now?.forwards ?? []).map(({ traffic }) => traffic);
  }

  get upstreams(): readonly Upstream[] {
    return this.#now?.upstreams ?? [];
  }

  /** For the API of faults. */
  get proxies(): Proxy[] {
    return this.listeners.flatMap(({ name, faults }) =>
      faults === undefined ? [] : [{ listen: name, faults }],
    );
  }

  get materials(): TlsMaterial[] {
    return [...(this.#now?.materials.values() ?? [])];
  }

  /** @throws SettingError for what cannot be used or listened at */
  start(): Promise<void> {
    return this.apply(...this.#first);
  }

  /** Puts these settings into effect. @throws SettingError for what cannot be, and then everything is as it was */
  async apply(values: SettingsValues, specs: readonly ListenerSpec[]): Promise<void> {
    const modules = needsTls(specs) ? await loadTls() : undefined;
    const former = this.#now;
    const next = new Generation(values, specs, this.#ground, modules, former);
    const added = [...next.listeners.values()].filter(
      ({ listener }) => former?.listeners.get(listener.name)?.listener !== listener,
    );
    try {
      for (const { listener } of added) await listener.start();
    } catch (error) {
      for (const { listener } of added) listener.close();
      throw error;
    }
    this.#now = next;
    this.#exchange(former, next, values.drainTimeout);
  }

  /** Reads certificates and keys again; for each set of files for itself, as one that is bad must not hold up the others. */
  renewTls(): void {
    const { log } = this.#ground;
    for (const material of this.materials) {
      const files = material.paths.join(' ');
      try {
        if (!material.renew()) continue;
        this.renewals.success++;
        log.info('TLS material reloaded', { files });
      } catch (error) {
        this.renewals.failure++;
        log.error('TLS material not reloaded, the old one stays', { files, error });
      }
    }
  }

  warnings(): string[] {
    const unresolved = this.named.filter(({ endpoints }) => endpoints.length === 0);
    const nowMs = Date.now();
    const ended = this.materials.flatMap(({ expiries }) =>
      expiries.filter(([, endsAtMs]) => endsAtMs < nowMs),
    );
    return [
      ...new Set(ended.map(([file]) => `a certificate in ${file} has expired`)),
      ...unresolved.map(({ plan }) => `upstream ${plan.name} has no address`),
      ...this.named.flatMap((upstream) => upstream.warning ?? []),
      ...this.materials.flatMap(({ fault }) =>
        fault === undefined ? [] : [`old TLS material in use: ${fault}`],
      ),
    ];
  }

  /** All listeners at the same time: while one waits for its last connection, none takes new ones. */
  async drain(deadline: AbortSignal): Promise<void> {
    const leaving = [...this.#leaving].map(([listener]) => listener.drain(deadline));
    await Promise.all([...this.listeners.map((listener) => listener.drain(deadline)), ...leaving]);
  }

  #exchange(former: Generation | undefined, next: Generation, drainTimeoutMs: number): void {
    for (const upstream of next.named) void upstream.resolve();
    if (former === undefined) return;
    for (const [name, { listener, offer }] of next.listeners)
      if (former.listeners.get(name)?.listener === listener) listener.take(offer);
    for (const [name, { listener }] of former.listeners)
      if (!next.listeners.has(name)) this.#dismiss(listener, drainTimeoutMs);
    const kept = new Set(next.upstreams);
    for (const upstream of former.upstreams) if (!kept.has(upstream)) upstream.retire();
  }

  #dismiss(listener: Listener, drainTimeoutMs: number): void {
    const gone = listener.drain(AbortSignal.timeout(drainTimeoutMs));
    this.#leaving.set(listener, gone);
    void gone.then(() => this.#leaving.delete(listener));
  }
}
