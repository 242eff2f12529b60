// From the settings of settings-mesh.ts to what an upstream goes by. Pure.
import { SettingError } from '@podmate/base/errors';
import type { Balance } from './balancer.ts';
import { type KeySource, parseKeySource } from './http1/request-key.ts';
import type { OutlierRule } from './outlier.ts';
import { parseRetryOn, type RetryOn } from './policy/retry.ts';
import type { SettingsValues } from './settings.ts';

export type MeshPlan = {
  readonly balance: Balance;
  readonly hashBy: KeySource;
  /** Infinity: no limit. */
  readonly maxRequests: number;
  readonly retries: number;
  readonly retryOn: RetryOn;
  readonly retryBodyBytes: number;
  readonly outlier: OutlierRule;
};

/**
 * @param own the section of the upstream, where it has one
 * @throws SettingError naming what cannot be read
 */
export function meshPlan(
  all: SettingsValues,
  own: SettingsValues['upstreams'][number] | undefined,
): MeshPlan {
  return {
    balance: own?.balance ?? all.balance,
    hashBy: keySource(own?.hashBy ?? all.hashBy),
    maxRequests: own?.maxRequests ?? all.maxRequests ?? Infinity,
    retries: own?.retries ?? all.retries,
    // A list that nobody wrote is empty.
    retryOn: retryOn(own?.retryOn.length ? own.retryOn : all.retryOn),
    retryBodyBytes: own?.retryBody ?? all.retryBody,
    outlier: {
      failures: own?.ejectAfter ?? all.ejectAfter,
      ejectMs: own?.ejectFor ?? all.ejectFor,
      mostEjected: own?.ejectMost ?? all.ejectMost,
    },
  };
}

function keySource(text: string): KeySource {
  const source = parseKeySource(text);
  if (source !== undefined) return source;
  throw new SettingError({
    setting: 'hashBy',
    value: text,
    what: 'not a key',
    todo: 'write client, path, header NAME or cookie NAME',
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
