// One scrape: pages that changed are rendered again, in slices, so that the event loop is never held for longer than a
// slice; then the pieces of all pages are collected at one moment, so that no series is there twice or missing because
// its family moved meanwhile. Scrapes take turns: a page keeps what was made for one format.
import type { Family, SeriesStore } from '../series/store.ts';
import type { Page } from '../series/layout.ts';
import type { Format, PlainFamily } from './format.ts';

/** A page costs about 40 us, so a slice is at most a little longer than this. */
const SLICE_MS = 1;

export type Clock = {
  readonly nowMs: () => number;
  readonly elapsedMs: () => number;
  readonly pause: () => Promise<void>;
};

export class Scraper {
  readonly #store: SeriesStore;
  readonly #own: () => Iterable<PlainFamily>;
  readonly #clock: Clock;
  #turn: Promise<unknown> = Promise.resolve();
  #borrowed = 0;
  /** Longest time that one slice held the event loop. */
  longestSliceMs = 0;

  /** `own`: our own metrics, read at each scrape. */
  constructor(store: SeriesStore, own: () => Iterable<PlainFamily>, clock: Clock) {
    this.#store = store;
    this.#own = own;
    this.#clock = clock;
  }

  /** The whole exposition in pieces; they are not changed before release() is called, once for each scrape. */
  scrape(format: Format): Promise<Uint8Array[]> {
    const scraped = this.#turn.then(async () => {
      await this.#refresh(format);
      const pieces = this.#collect(format);
      this.#borrowed++;
      return pieces;
    });
    this.#turn = scraped.catch(() => undefined);
    return scraped;
  }

  /** What was scraped is sent. While nobody sends anything, pages are rendered into the memory that they have. */
  release(): void {
    this.#borrowed--;
  }

  async #refresh(format: Format): Promise<void> {
    let sinceMs = this.#clock.elapsedMs();
    const pages = Array.from(this.#store.layout.pages()); // They may move while we pause.
    for (const page of pages) {
      if (!this.#isStale(page, format)) continue;
      this.#render(page, format);
      const heldMs = this.#clock.elapsedMs() - sinceMs;
      if (heldMs < SLICE_MS) continue;
      this.longestSliceMs = Math.max(this.longestSliceMs, heldMs);
      await this.#clock.pause();
      sinceMs = this.#clock.elapsedMs();
    }
  }

  #isStale(page: Page, format: Format): boolean {
    return (
      page.dirty ||
      page.bytes === undefined ||
      page.format !== format.name ||
      page.staleAtMs <= this.#clock.nowMs()
    );
  }

  #render(page: Page, format: Format): Uint8Array {
    page.dirty = false;
    page.format = format.name;
    return (page.bytes = format.page(page, this.#store, this.#clock.nowMs(), this.#borrowed === 0));
  }

  /** What moved since it was rendered is rendered now; that some numbers are a few ms old does no harm. */
  #collect(format: Format): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let family: Family | undefined;
    let first = 0;
    let bytes = 0;
    const endFamily = (): void => {
      if (family !== undefined && format.head) pieces.splice(first, 0, format.head(family, bytes));
    };
    for (const page of this.#store.layout.pages()) {
      const piece = page.bytes ?? this.#render(page, format);
      const owner = page.shared ? undefined : page.segments[0]?.family;
      if (owner !== family) {
        endFamily();
        [family, first, bytes] = [owner, pieces.length, 0];
      }
      pieces.push(piece);
      bytes += piece.length;
    }
    endFamily();
    pieces.push(format.plain(this.#own()));
    if (format.end) pieces.push(format.end);
    return pieces;
  }
}
