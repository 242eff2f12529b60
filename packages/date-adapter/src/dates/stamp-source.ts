// Reads stamps in any of several layouts and gives their instants. Hot, pure. Layouts are tried in the order given, those
// only that can begin with the byte at hand; the one that fitted last comes first, where no earlier one could fit too,
// so that the order of the list always decides what a stamp means. For the converter and for awk's strptime.

import { InstantResolver, type InstantRules } from './instant.ts';
import type { Layout } from './layout.ts';
import type { Stamp } from './stamp.ts';
import { disjoint } from './stamp-beginnings.ts';
import { compileStamp } from './stamp-program.ts';
import { StampReader } from './stamp-reader.ts';
import type { Abbreviations } from './zone-abbreviations.ts';
import type { ZoneData } from './zone-data.ts';
import { ZoneReader } from './zone-reader.ts';

export interface SourceRules extends InstantRules {
  readonly locale: string;
  readonly abbreviations: Abbreviations;
  readonly data: ZoneData;
}

/** One way to read: the reader and the layout it came from. */
export interface Reading {
  readonly reader: StampReader;
  readonly layout: Layout;
  /** No layout before it in the list could read what it reads. */
  readonly alone: boolean;
}

export class StampSource {
  /** What the last successful `read` found: seconds since 1970, the stamp, and how it was read. */
  utcSeconds = 0;
  stamp: Stamp;
  reading: Reading;
  readonly readings: readonly Reading[];
  readonly resolver: InstantResolver;
  readonly zones: ZoneReader;
  /** Indexes of readings by first byte. */
  readonly #byFirstByte: readonly (readonly Reading[])[];

  constructor(layouts: readonly Layout[], rules: SourceRules) {
    this.resolver = new InstantResolver(rules);
    this.zones = new ZoneReader(rules.abbreviations, rules.data);
    this.readings = this.#compile(layouts, rules.locale);
    const [first] = this.readings;
    if (first === undefined) throw new RangeError('no layout to read');
    this.reading = first;
    this.stamp = first.reader.stamp;
    this.#byFirstByte = Array.from({ length: 256 }, (_, byte) =>
      this.readings.filter(({ reader }) => reader.program.firstBytes[byte] === 1),
    );
  }

  /** @returns where the stamp that begins at bytes[at] ends, or -1; nothing at or behind `end` is looked at */
  read(bytes: Uint8Array, at: number, end: number): number {
    if (at >= end) return -1;
    const last = this.reading;
    const first = bytes[at]!;
    if (last.alone && last.reader.program.firstBytes[first] === 1) {
      const stop = this.#readAs(last, bytes, at, end);
      if (stop !== -1) return stop;
    }
    const candidates = this.#byFirstByte[first]!;
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[index]!;
      if (candidate === last && last.alone) continue;
      const stop = this.#readAs(candidate, bytes, at, end);
      if (stop !== -1) return stop;
    }
    return -1;
  }

  #readAs(reading: Reading, bytes: Uint8Array, at: number, end: number): number {
    const { reader } = reading;
    const stop = reader.read(bytes, at, end);
    if (stop === -1) return -1;
    const utcSeconds = this.resolver.resolve(reader.stamp);
    if (Number.isNaN(utcSeconds)) return -1;
    this.utcSeconds = utcSeconds;
    this.stamp = reader.stamp;
    this.reading = reading;
    return stop;
  }

  #compile(layouts: readonly Layout[], locale: string): Reading[] {
    const readers = layouts.flatMap((layout) =>
      layout.readings.map((elements) => ({
        layout,
        reader: new StampReader(compileStamp(elements, locale), this.zones),
      })),
    );
    return readers.map(({ reader, layout }, index) => ({
      reader,
      layout,
      alone: readers.slice(0, index).every((earlier) => disjoint(earlier.reader.program, reader.program)),
    }));
  }
}
