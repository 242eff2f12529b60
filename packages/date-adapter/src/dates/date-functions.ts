// strptime, strftime and convtime as functions of text, for awk programs: beyond what any awk has, with every layout
// that rules may have. Pure. A program calls them with the same few layouts again and again: what was compiled is kept.

import { ByteOutput } from '../byte-output.ts';
import type { DateConverter } from './converter.ts';
import { compileDateRule, type DateWorld, sourceOf, writerOf } from './date-rule.ts';
import type { StampSource } from './stamp-source.ts';
import type { StampWriter } from './stamp-writer.ts';

/** Layouts kept of each function; a program that makes up layouts as it goes must not fill the memory. */
const MAX_KEPT = 64;
/** A double counts seconds of today to a quarter of a microsecond. */
const MICROSECONDS = 1_000_000;
/** As of JavaScript's dates. */
const MAX_SECONDS = 8.64e12;

export class DateFunctions {
  readonly #world: DateWorld;
  readonly #sources = new Map<string, StampSource>();
  readonly #writers = new Map<string, StampWriter>();
  readonly #converters = new Map<string, DateConverter>();
  readonly #out = new ByteOutput();

  constructor(world: DateWorld) {
    this.#world = world;
  }

  /**
   * Seconds since 1970, with their fraction, of a text that begins with a stamp; NaN when it does not.
   * @param zone of stamps without one; otherwise UTC
   * @throws LayoutError, RangeError for what is no layout or zone
   */
  strptime(text: Uint8Array, layout: string, zone = 'UTC'): number {
    const source = kept(this.#sources, `${zone}\n${layout}`, () =>
      sourceOf({ from: [layout], fromZone: zone }, this.#world),
    );
    if (source.read(text, 0, text.length) === -1) return NaN;
    const { digits, fractionStart, fractionEnd, fractionZeros } = source.stamp;
    const fraction = String.fromCharCode(
      ...digits.subarray(fractionStart, Math.min(fractionEnd, fractionStart + 17)),
    );
    return source.utcSeconds + Number(`0.${'0'.repeat(fractionZeros)}${fraction}`);
  }

  /**
   * An instant as text, to the microsecond. The bytes are valid until the next call.
   * @param seconds since 1970
   * @throws LayoutError, RangeError for what is no layout or zone
   */
  strftime(layout: string, seconds: number, zone = 'UTC'): Uint8Array {
    const writer = kept(this.#writers, `${zone}\n${layout}`, () =>
      writerOf({ to: layout, toZone: zone }, this.#world),
    );
    if (!(Math.abs(seconds) <= MAX_SECONDS))
      throw new RangeError(`${seconds} is no time: not within 8.64e12 seconds of 1970`);
    const micros = Math.round((seconds - Math.floor(seconds)) * MICROSECONDS);
    const whole = Math.floor(seconds) + (micros === MICROSECONDS ? 1 : 0);
    const text = String(micros % MICROSECONDS)
      .padStart(6, '0')
      .replace(/0+$/, '');
    const digits = new TextEncoder().encode(text);
    const out = this.#out;
    out.length = 0;
    out.reserve(writer.maxBytes + digits.length);
    const fraction = { digits, fractionStart: 0, fractionEnd: digits.length, fractionZeros: 0 };
    return out.bytes.subarray(0, writer.write(whole, fraction, out.bytes, 0));
  }

  /**
   * A stamp in another layout and zone, digits of its fraction kept exactly; undefined when the text is no stamp of
   * `from`. The bytes are valid until the next call.
   * @throws LayoutError, RangeError for what is no layout or zone
   */
  convtime(
    text: Uint8Array,
    from: string,
    to: string,
    zones: { readonly from?: string; readonly to?: string } = {},
  ): Uint8Array | undefined {
    const key = [from, to, zones.from ?? '', zones.to ?? ''].join('\n');
    const converter = kept(this.#converters, key, () =>
      compileDateRule(
        {
          from: [from],
          to,
          ...(zones.from === undefined ? {} : { fromZone: zones.from }),
          ...(zones.to === undefined ? {} : { toZone: zones.to }),
        },
        this.#world,
      ),
    );
    const out = this.#out;
    out.length = 0;
    return converter.convertStamp(text, 0, text.length, out) ? out.bytes.subarray(0, out.length) : undefined;
  }
}

function kept<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  if (known.size >= MAX_KEPT) known.clear();
  known.set(key, made);
  return made;
}
