// What the exposition formats have in common: a page of the store becomes bytes, our own metrics become bytes, and a
// frame goes around both. For the scrape, which knows no format by name.
import type { Family, SeriesStore } from '../series/store.ts';
import type { Page } from '../series/layout.ts';

/** A family outside of the store: our own metrics, read anew at each scrape. */
export type PlainFamily = {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: Iterable<readonly [labels: Readonly<Record<string, string>>, value: number]>;
};

export type Format = {
  readonly name: string;
  readonly contentType: string;
  /** `reuse`: what the page last became is not needed any more, its memory may be. */
  page(page: Page, store: SeriesStore, nowMs: number, reuse?: boolean): Uint8Array;
  plain(families: Iterable<PlainFamily>): Uint8Array;
  /** What stands before the pages of a large family, once the length of all its pages is known. */
  head?(family: Family, bytes: number): Uint8Array;
  /** After everything else. */
  readonly end?: Uint8Array;
};

/** A number as Prometheus reads it. */
export function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}
