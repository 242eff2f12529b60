// One summary series: sum and count for ever, quantiles over a sliding window (max_age) that moves on in as many steps as
// there are age buckets. Each step has a sketch of its own slice of time, made when something is observed in it; a
// quantile is asked of all that are young enough, together. Time is a parameter. HOT: observe().
import { QuantileSketch } from './quantile-sketch.ts';

export type SummaryOptions = {
  readonly quantiles: readonly number[];
  /** The quantiles as their label shows them. */
  readonly labels: readonly string[];
  readonly maxAgeMs: number;
  readonly ageBuckets: number;
};

export class Summary {
  readonly options: SummaryOptions;
  sum = 0;
  count = 0;
  readonly #slices: (QuantileSketch | undefined)[] = [];
  /** Number of the slice of time (since the epoch) that each sketch is of. */
  readonly #slots: number[] = [];

  constructor(options: SummaryOptions) {
    this.options = options;
  }

  observe(value: number, weight: number, nowMs: number): void {
    this.sum += value * weight;
    this.count += weight;
    const slot = Math.floor(nowMs / this.sliceMs);
    const at = slot % this.options.ageBuckets;
    const slice = (this.#slices[at] ??= new QuantileSketch());
    if (this.#slots[at] !== slot) slice.clear();
    this.#slots[at] = slot;
    slice.add(value, weight);
  }

  get sliceMs(): number {
    return this.options.maxAgeMs / this.options.ageBuckets;
  }

  /** One value for each quantile; NaN where nothing was observed within the window. */
  quantiles(nowMs: number): number[] {
    const oldest = Math.floor(nowMs / this.sliceMs) - this.options.ageBuckets;
    const young = this.#slices.filter((slice, at) => slice !== undefined && (this.#slots[at] ?? 0) > oldest);
    const [first, ...others] = young;
    let all = first ?? new QuantileSketch();
    if (others.length > 0) {
      all = new QuantileSketch();
      for (const slice of young) if (slice !== undefined) all.addAll(slice);
    }
    return this.options.quantiles.map((q) => all.quantile(q));
  }
}
