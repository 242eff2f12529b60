// One histogram series: classic buckets and, beside them, native (sparse, exponential) ones. HOT: observe() does one
// search and three additions, whatever the weight. Native buckets follow the Prometheus definition: of schema s, bucket
// i holds (2^((i-1)/2^s), 2^(i/2^s)]; when there are too many of them the resolution is halved. Pure.

export type HistogramOptions = {
  /** Ascending upper bounds without +Inf. */
  readonly bounds: Float64Array;
  /** As `le` shows them. */
  readonly les: readonly string[];
  /** Growth from one native bucket to the next, above 1; at most 1: no native buckets. */
  readonly nativeFactor: number;
  readonly nativeMaxBuckets: number;
};

/** Observations up to this distance from 0 count as zero (client libraries use the same 2^-128). */
export const ZERO_THRESHOLD = 2 ** -128;

export class Histogram {
  readonly options: HistogramOptions;
  /** Observations in each bucket, not cumulated; the last is above all bounds. */
  readonly counts: Float64Array;
  sum = 0;
  count = 0;
  readonly native: NativeBuckets | undefined;

  constructor(options: HistogramOptions) {
    this.options = options;
    this.counts = new Float64Array(options.bounds.length + 1);
    this.native = options.nativeFactor > 1 ? new NativeBuckets(options) : undefined;
  }

  observe(value: number, weight: number): void {
    this.sum += value * weight;
    this.count += weight;
    const at = firstAtLeast(this.options.bounds, value);
    this.counts[at] = this.counts[at]! + weight;
    this.native?.observe(value, weight);
  }
}

/** Index of the first bound >= value; the length where there is none, as for NaN. */
function firstAtLeast(bounds: Float64Array, value: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bounds[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return Number.isNaN(value) ? bounds.length : low;
}

export class NativeBuckets {
  schema: number;
  zeros = 0;
  readonly #maxBuckets: number;
  positive = new Map<number, number>();
  negative = new Map<number, number>();

  constructor({ nativeFactor, nativeMaxBuckets }: HistogramOptions) {
    this.schema = schemaOf(nativeFactor);
    this.#maxBuckets = nativeMaxBuckets;
  }

  observe(value: number, weight: number): void {
    if (Number.isNaN(value)) return;
    if (Math.abs(value) <= ZERO_THRESHOLD) {
      this.zeros += weight;
      return;
    }
    const buckets = value > 0 ? this.positive : this.negative;
    const index = indexOf(Math.abs(value), this.schema);
    buckets.set(index, (buckets.get(index) ?? 0) + weight);
    while (
      this.#maxBuckets > 0 &&
      this.positive.size + this.negative.size > this.#maxBuckets &&
      this.schema > -4
    )
      this.#halve();
  }

  /** Two neighbours become one: index i of schema s lies in ceil(i/2) of schema s-1. */
  #halve(): void {
    this.schema--;
    this.positive = halved(this.positive);
    this.negative = halved(this.negative);
  }
}

function halved(buckets: ReadonlyMap<number, number>): Map<number, number> {
  const wider = new Map<number, number>();
  for (const [index, count] of buckets) {
    const next = Math.ceil(index / 2);
    wider.set(next, (wider.get(next) ?? 0) + count);
  }
  return wider;
}

/** The coarsest schema whose buckets grow by at most this factor, within the -4..8 that Prometheus has. */
export function schemaOf(factor: number): number {
  const floor = Math.floor(Math.log2(Math.log2(factor)));
  if (floor <= -8) return 8;
  return floor >= 4 ? -4 : 0 - floor;
}

function indexOf(value: number, schema: number): number {
  if (value === Infinity) return indexOf(Number.MAX_VALUE, schema) + 1;
  const index = Math.ceil(Math.log2(value) * 2 ** schema);
  // log2 is off by a last bit at some bounds: look at the bound itself.
  if (2 ** ((index - 1) / 2 ** schema) >= value) return index - 1;
  return 2 ** (index / 2 ** schema) < value ? index + 1 : index;
}
