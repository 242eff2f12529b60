// From the settings of settings-mesh.ts to what an upstream goes by. Pure.
import { SettingError } from '@podmate/base/errors';
import type { Balance } from './balancer.ts';
import type { HealthPlan } from './health-check.ts';
import type { HedgePlan } from './hedging.ts';
import { type KeySource, parseKeySource } from './http1/request-key.ts';
import type { OutlierRule } from './outlier.ts';
import { parseStatuses } from './policy/health-state.ts';
import { parseRetryOn, type RetryOn } from './policy/retry.ts';
import type { SettingsValues } from './settings.ts';

type Section = SettingsValues['upstreams'][number] | undefined;

export type MeshPlan = {
  readonly balance: Balance;
  readonly hashBy: KeySource;
  /** Infinity: no limit. */
  readonly maxRequests: number;
  readonly retries: number;
  readonly retryOn: RetryOn;
  readonly retryBodyBytes: number;
  /** undefined: none. */
  readonly hedge: HedgePlan | undefined;
  readonly outlier: OutlierRule;
  /** undefined: none. */
  readonly health: HealthPlan | undefined;
};

/**
 * @param own the section of the upstream, where it has one
 * @throws SettingError naming what cannot be read
 */
export function meshPlan(all: SettingsValues, own: Section): MeshPlan {
  return {
    balance: own?.balance ?? all.balance,
    hashBy: keySource('hashBy', own?.hashBy ?? all.hashBy),
    maxRequests: own?.maxRequests ?? all.maxRequests ?? Infinity,
    retries: own?.retries ?? all.retries,
    // A list that nobody wrote is empty.
    retryOn: retryOn(own?.retryOn.length ? own.retryOn : all.retryOn),
    retryBodyBytes: own?.retryBody ?? all.retryBody,
    hedge: hedge(all, own),
    outlier: {
      failures: own?.ejectAfter ?? all.ejectAfter,
      ejectMs: own?.ejectFor ?? all.ejectFor,
      mostEjected: own?.ejectMost ?? all.ejectMost,
    },
    health: health(all, own),
  };
}

/** What can be wrong, each for itself, so that all of it is said. */
export function meshParts(all: SettingsValues, own: Section): readonly (() => unknown)[] {
  return [
    () => keySource('hashBy', own?.hashBy ?? all.hashBy),
    () => retryOn(own?.retryOn.length ? own.retryOn : all.retryOn),
    () => hedge(all, own),
    () => health(all, own),
  ];
}

export type RatePlan = { readonly perSecond: number; readonly burst: number; readonly by: KeySource };

/** @param of a listener, a route or the top. @throws SettingError naming what cannot be read */
export function ratePlan(of: {
  readonly rateLimit: number | undefined;
  readonly rateBurst: number | undefined;
  readonly rateBy: string | undefined;
}): RatePlan | undefined {
  const by = keySource('rateBy', of.rateBy ?? 'all');
  if (of.rateLimit === undefined) return undefined;
  return { perSecond: of.rateLimit, burst: of.rateBurst ?? Math.max(1, Math.round(of.rateLimit)), by };
}

function keySource(setting: string, text: string): KeySource {
  const source = parseKeySource(text);
  if (source !== undefined) return source;
  throw new SettingError({
    setting,
    value: text,
    what: 'not a key',
    todo: 'write client, path, header NAME, cookie NAME or all',
  });
}

function retryOn(words: readonly string[]): RetryOn {
  const parsed = parseRetryOn(words);
  if (typeof parsed !== 'string') return parsed;
  throw new SettingError({
    setting: 'retryOn',
    value: parsed,
    what: 'not known',
    todo: 'use connect-failure, reset, timeout, gateway-error or a status from 400 to 599',
  });
}

function health(all: SettingsValues, own: Section): HealthPlan | undefined {
  const check = own?.healthCheck ?? all.healthCheck ?? 'off';
  if (check === 'off') return undefined;
  // It goes into a request line.
  if (check !== 'tcp' && !/^\/[!"$-~]*$/.test(check))
    throw new SettingError({
      setting: 'healthCheck',
      value: check,
      what: 'not a path',
      todo: 'write /healthz, tcp or off',
    });
  const statuses = parseStatuses(own?.healthStatus.length ? own.healthStatus : all.healthStatus);
  if (typeof statuses === 'string')
    throw new SettingError({
      setting: 'healthStatus',
      value: statuses,
      what: 'not a status',
      todo: 'write 200 or 2xx',
    });
  return {
    path: check === 'tcp' ? undefined : check,
    statuses,
    intervalMs: own?.healthInterval ?? all.healthInterval,
    timeoutMs: own?.healthTimeout ?? all.healthTimeout,
    rule: { rise: own?.healthRise ?? all.healthRise, fall: own?.healthFall ?? all.healthFall },
  };
}

function hedge(all: SettingsValues, own: Section): HedgePlan | undefined {
  const text = own?.hedgeAfter ?? all.hedgeAfter ?? 'off';
  if (text === 'off') return undefined;
  const budget = own?.hedgeBudget ?? all.hedgeBudget;
  const [, percent] = /^p([5-9]\d)$/.exec(text) ?? [];
  if (percent !== undefined) return { after: { quantile: Number(percent) / 100 }, budget };
  const ms = durationMs(text);
  if (ms !== undefined) return { after: { ms }, budget };
  throw new SettingError({
    setting: 'hedgeAfter',
    value: text,
    what: 'not a duration or quantile',
    todo: 'write 50ms, p95 or off',
  });
}

function durationMs(text: string): number | undefined {
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (unit === 's' ? 1000 : 1);
}
