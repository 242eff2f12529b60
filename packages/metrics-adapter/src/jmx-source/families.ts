// The series of all polled targets in the store, family by family. What jmx_exporter decides anew at each scrape is decided
// here when a family's members change: its type (unknown where members differ), and whether members that would be one
// series are told apart by _objectname. For target-series.ts, once for each poll; nothing here is on the path of a number.
// Invariant: a family in the store is laid out by the types and labels of exactly its members.
import type { MetricType, Series } from '../jmx/rules/rule.ts';
import { CONFLICT, type SeriesStore } from '../series/store.ts';
import { seriesText } from '../series/label-text.ts';
import { baseName, exposedLabel, exposedName, helpOf, objectNameLabel } from './exposed-name.ts';

/** Who is told where a series is, now and whenever its family is laid out anew. */
export type Owner = {
  /** Of every series that has none of that name. */
  readonly labels: ReadonlyMap<string, string>;
  placed(series: Series, id: number): void;
  /** It has no place any more, or found none: the limits, or a name that is taken. */
  lost(series: Series): void;
};

type Family = {
  readonly base: string;
  readonly members: Record<MetricType, number>;
  /** As it is laid out in the store. */
  type: MetricType;
  toldApart: boolean;
  /** Members that have no place yet. */
  waiting: Member[];
};

type Member = {
  readonly owner: Owner;
  readonly series: Series;
  readonly value: number;
  /** The poll that brought it. */
  readonly seenMs: number;
};

export class PolledFamilies {
  readonly #store: SeriesStore;
  readonly #families = new Map<string, Family>();
  readonly #changed = new Set<Family>();
  // By id: whose it is. Arrays, because a target may have hundreds of thousands.
  readonly #ownerOf: (Owner | undefined)[] = [];
  readonly #seriesOf: (Series | undefined)[] = [];

  constructor(store: SeriesStore) {
    this.#store = store;
  }

  /** Where the same attribute's series is that came as another object before; undefined: it is new. */
  same(owner: Owner, series: Series): { readonly id: number; readonly series: Series } | undefined {
    const family = this.#families.get(baseName(series.name));
    const id = family && this.#store.idOf(this.#text(family, owner, series));
    const before = id === undefined ? undefined : this.#seriesOf[id];
    if (id === undefined || before === undefined || this.#ownerOf[id] !== owner) return undefined;
    const isSame =
      before.bean === series.bean && before.attribute === series.attribute && before.type === series.type;
    if (!isSame) return undefined;
    this.#seriesOf[id] = series;
    return { id, series: before };
  }

  add(member: Member): void {
    const { series } = member;
    const base = baseName(series.name);
    let family = this.#families.get(base);
    if (family === undefined) {
      const members = { counter: 0, gauge: 0, unknown: 0 };
      family = { base, members, type: series.type, toldApart: false, waiting: [] };
      this.#families.set(base, family);
    }
    family.members[series.type]++;
    family.waiting.push(member);
    this.#changed.add(family);
  }

  remove(id: number): void {
    const series = this.#seriesOf[id];
    const family = series && this.#families.get(baseName(series.name));
    this.#forget(id);
    if (series === undefined || family === undefined) return;
    family.members[series.type]--;
    const isLast = typeOf(family) === undefined;
    if (isLast) this.#families.delete(family.base);
    else if (family.toldApart || typeOf(family) !== family.type) this.#changed.add(family);
  }

  /** Gives every new series its place. */
  settle(): void {
    for (const family of this.#changed) this.#settle(family);
    this.#changed.clear();
  }

  #settle(family: Family): void {
    const type = typeOf(family);
    if (type === undefined) return;
    if (type === family.type && !family.toldApart && this.#placeWaiting(family)) return;
    const members = [...this.#takeOut(family), ...family.waiting];
    family.waiting = [];
    family.type = type;
    family.toldApart = false;
    const texts = new Set(members.map(({ owner, series }) => this.#text(family, owner, series)));
    family.toldApart = texts.size < members.length;
    for (const member of members) if (!this.#place(family, member)) this.#refuse(family, member, 'duplicate');
  }

  /** false: one of them would be a series that is there already; it and those behind it still wait. */
  #placeWaiting(family: Family): boolean {
    const { waiting } = family;
    for (const [index, member] of waiting.entries()) {
      if (this.#place(family, member)) continue;
      family.waiting = waiting.slice(index);
      return false;
    }
    family.waiting = [];
    return true;
  }

  #takeOut(family: Family): Member[] {
    const placed = this.#store.families.get(exposedName(family.base, family.type));
    const ids = placed?.source === 'polled' ? placed.segments.flatMap((segment) => segment.ids) : [];
    return ids.flatMap((id) => {
      const [owner, series] = [this.#ownerOf[id], this.#seriesOf[id]];
      const [value = NaN, seenMs = 0] = [this.#store.values[id], this.#store.seenMs[id]];
      this.#forget(id);
      return owner === undefined || series === undefined ? [] : [{ owner, series, value, seenMs }];
    });
  }

  #forget(id: number): void {
    this.#store.remove(id);
    this.#ownerOf[id] = this.#seriesOf[id] = undefined;
  }

  /** false: another member is this very series. */
  #place(family: Family, member: Member): boolean {
    const { owner, series, value, seenMs } = member;
    const name = exposedName(family.base, family.type);
    const labels = this.#labels(family, owner, series);
    const { type } = family;
    const wanted = { name, type, labels, ttlMs: 0, source: 'polled', help: helpOf(series) } as const;
    const id = this.#store.open(wanted, seenMs);
    if (id < 0) {
      this.#refuse(family, member, id === CONFLICT ? 'conflict' : undefined);
      return true;
    }
    if (this.#seriesOf[id] !== undefined) return false;
    this.#store.values[id] = value;
    this.#store.seenMs[id] = seenMs;
    this.#ownerOf[id] = owner;
    this.#seriesOf[id] = series;
    owner.placed(series, id);
    return true;
  }

  /** `reason`: undefined where the store has counted it. */
  #refuse(family: Family, { owner, series }: Member, reason: string | undefined): void {
    if (reason !== undefined) this.#store.refusals.add(exposedName(family.base, family.type), reason);
    family.members[series.type]--;
    if (typeOf(family) === undefined) this.#families.delete(family.base);
    owner.lost(series);
  }

  #text(family: Family, owner: Owner, series: Series): string {
    return seriesText(exposedName(family.base, family.type), this.#labels(family, owner, series));
  }

  #labels({ toldApart }: Family, owner: Owner, series: Series): Map<string, string> {
    const labels = new Map(owner.labels);
    for (const [name, value] of Object.entries(series.labels)) labels.set(exposedLabel(name), value);
    if (toldApart) labels.set('_objectname', objectNameLabel(series));
    return labels;
  }
}

/** undefined: there are no members. */
function typeOf({ members }: Family): MetricType | undefined {
  const present = (['counter', 'gauge', 'unknown'] as const).filter((type) => members[type] > 0);
  return present.length > 1 ? 'unknown' : present[0];
}
