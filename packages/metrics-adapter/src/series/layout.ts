// Where a series stands in the exposition: pages of some hundred series, each rendered as one piece and kept until one
// of its series changes. Small families share pages, a large one has pages of its own, so that a scrape of 100 000
// families and a scrape of one family with 100 000 series both re-render only what changed.
// Invariant: the segments of a family are together in the order of pages(), and its first one carries the header.
import type { Family } from './store.ts';

/** Series of one family on one page. */
export type Segment = { readonly family: Family; readonly ids: number[]; readonly page: Page };

/** One piece of the exposition with what was last made of it. */
export class Page {
  readonly segments: Segment[] = [];
  readonly shared: boolean;
  count = 0;
  /** Set by whoever changes a cell; the renderer clears it. */
  dirty = true;
  /** undefined: its series are others than when it was rendered. */
  bytes: Uint8Array | undefined = undefined;
  /** Of the text formats: what they render into. */
  memory: Buffer | undefined = undefined;
  /** Which format the bytes are in. */
  format = '';
  /** Quantiles of a window age without a new observation: from then on (ms) the bytes are old. */
  staleAtMs = Infinity;

  constructor(shared: boolean) {
    this.shared = shared;
  }
}

/** 256 series are some 20 kB of text: a page costs about 40 us, far below the slice of a scrape. */
const PAGE_SERIES = 256;
/** A family beyond this moves to pages of its own. */
const SMALL_FAMILY = 64;
const MAX_SHARED = 512;

export class Layout {
  /** Page of each series, for the hot path: `pageOf[id].dirty = true`. */
  readonly pageOf: Page[] = [];
  readonly #segmentOf: (Segment | undefined)[] = [];
  readonly #shared = new Set<Page>();
  readonly #large = new Set<Family>();
  #open: Page | undefined;

  add(family: Family, id: number): void {
    const last = family.segments.at(-1);
    if (last === undefined) return this.#put(this.#newSegment(family, this.#openPage()), id);
    if (!last.page.shared)
      return this.#put(last.ids.length < PAGE_SERIES ? last : this.#newSegment(family, new Page(false)), id);
    if (last.ids.length < SMALL_FAMILY && last.page.count < MAX_SHARED) return this.#put(last, id);
    this.#promote(family, last);
    this.#put(family.segments[0] ?? this.#newSegment(family, new Page(false)), id);
  }

  remove(family: Family, id: number): void {
    const segment = this.#segmentOf[id];
    if (segment === undefined) return;
    const { ids, page } = segment;
    const at = ids.indexOf(id);
    const last = ids.pop();
    if (last !== undefined && last !== id) ids[at] = last;
    page.count--;
    page.bytes = undefined;
    this.#segmentOf[id] = undefined;
    if (ids.length === 0) this.#dropSegment(family, segment);
    else if (page.shared && page.count < PAGE_SERIES / 2) this.#open = page;
  }

  *pages(): Generator<Page> {
    yield* this.#shared;
    for (const family of this.#large) for (const { page } of family.segments) yield page;
  }

  #put(segment: Segment, id: number): void {
    segment.ids.push(id);
    segment.page.count++;
    segment.page.bytes = undefined;
    this.pageOf[id] = segment.page;
    this.#segmentOf[id] = segment;
  }

  #newSegment(family: Family, page: Page): Segment {
    const segment = { family, ids: [], page };
    page.segments.push(segment);
    family.segments.push(segment);
    return segment;
  }

  #openPage(): Page {
    if (this.#open !== undefined && this.#open.count < PAGE_SERIES) return this.#open;
    this.#open = new Page(true);
    this.#shared.add(this.#open);
    return this.#open;
  }

  #promote(family: Family, old: Segment): void {
    this.#unlink(family, old);
    old.page.count -= old.ids.length;
    const segment = this.#newSegment(family, new Page(false));
    for (const id of old.ids) this.#put(segment, id);
    this.#large.add(family);
  }

  #dropSegment(family: Family, segment: Segment): void {
    this.#unlink(family, segment);
    const [first] = family.segments;
    if (first === undefined) this.#large.delete(family);
    else first.page.bytes = undefined; // It may have to carry the header now.
  }

  #unlink(family: Family, segment: Segment): void {
    const { page } = segment;
    page.segments.splice(page.segments.indexOf(segment), 1);
    page.bytes = undefined;
    family.segments.splice(family.segments.indexOf(segment), 1);
    if (!page.shared || page.segments.length > 0) return;
    this.#shared.delete(page);
    if (this.#open === page) this.#open = undefined;
  }
}
