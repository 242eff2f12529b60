// A route of an http listener as sessions use it: where it leads and what becomes of the heads on the way.
import type { HeaderEdits, RequestPlan } from './http1/forwarded-head.ts';
import type { RateRule } from './http-service.ts';
import type { RouteRule } from './route.ts';
import type { Traffic } from './traffic.ts';
import type { Upstream } from './upstream.ts';

export type HttpRoute = RouteRule & {
  /** For the log, the metrics and --explain. */
  readonly name: string;
  readonly upstream: Upstream;
  readonly request: RequestPlan;
  readonly response: HeaderEdits;
  readonly traffic: Traffic;
  readonly rate: RateRule | undefined;
};
