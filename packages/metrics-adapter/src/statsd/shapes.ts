// How many metrics there are as statsd_exporter counts them: one for each name and set of label names, for ever. For its
// statsd_exporter_metrics_total; only with --compat. Bounded, since names may come without end.
import type { SeriesType } from '../series/store.ts';

const MAX_SHAPES = 10_000;

export class Shapes {
  readonly byType = new Map<SeriesType, number>();
  readonly #known = new Set<string>();

  add(type: SeriesType, metric: string, labels: ReadonlyMap<string, string>): void {
    if (this.#known.size >= MAX_SHAPES) return;
    const shape = `${metric} ${[...labels.keys()].toSorted().join(' ')}`;
    if (this.#known.has(shape)) return;
    this.#known.add(shape);
    this.byType.set(type, (this.byType.get(type) ?? 0) + 1);
  }
}
