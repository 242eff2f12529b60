// One rule of date conversion, as settings and rules files give it, compiled to a converter. Pure: the clock and the zones
// come in. For --from and --to, for the rules file, and (sourceOf, writerOf) for date-functions.ts.

import { DateConverter } from './converter.ts';
import { type LayoutLanguage, readLayout } from './layout.ts';
import { LayoutError } from './layout-error.ts';
import { findersOf, type StampPlace } from './stamp-place.ts';
import { StampSource } from './stamp-source.ts';
import { StampWriter } from './stamp-writer.ts';
import { abbreviations } from './zone-abbreviations.ts';
import { INTL_ZONES, type ZoneData } from './zone-data.ts';
import { type FoldPolicy, zoneOf } from './zone.ts';

export interface DateRule {
  /** Layouts, tried in this order. */
  readonly from: readonly string[];
  readonly to: string;
  /** Language of the layouts; otherwise each shows its own. */
  readonly fromLanguage?: LayoutLanguage;
  readonly toLanguage?: LayoutLanguage;
  /** Zone of stamps without one: IANA name or offset. Otherwise UTC. */
  readonly fromZone?: string;
  /** Zone to write in. Otherwise the stamp's own, so that the time of day stays what it is. */
  readonly toZone?: string;
  /** Where the stamp is; otherwise where the first layout's usually is. */
  readonly at?: StampPlace;
  /** BCP 47, for names of months and days. Otherwise en-US, which is always read too. */
  readonly locale?: string;
  readonly toLocale?: string;
  /** Local times that happen twice; otherwise monotone. */
  readonly fold?: FoldPolicy;
  /** Zones of abbreviations that are ambiguous or unknown: `{IST: '+05:30'}`. */
  readonly abbreviations?: Readonly<Record<string, string>>;
}

export interface DateWorld {
  /** Seconds since 1970: decides the year of stamps without one. */
  readonly now: () => number;
  readonly zones?: ZoneData;
}

const ENGLISH = 'en-US';

/**
 * @throws LayoutError for layouts, with the place in them
 * @throws RangeError for zones and locales that do not exist
 */
export function compileDateRule(rule: DateRule, world: DateWorld): DateConverter {
  const data = world.zones ?? INTL_ZONES;
  const fromZone = zoneOf(rule.fromZone ?? 'UTC', data);
  const layouts = rule.from.map((text) => readLayout(text, rule.fromLanguage));
  return new DateConverter({
    source: sourceOf(rule, world),
    writer: writerOf(rule, world),
    finders: findersOf(rule.at ?? { kind: layouts[0]?.place ?? 'start' }),
    fromZone,
    keepZone: rule.toZone === undefined,
  });
}

/** Reads stamps as the rule's `from` says. @throws as compileDateRule */
export function sourceOf(
  rule: Pick<DateRule, 'from' | 'fromLanguage' | 'fromZone' | 'locale' | 'fold' | 'abbreviations'>,
  { now, zones: data = INTL_ZONES }: DateWorld,
): StampSource {
  const own = Object.entries(rule.abbreviations ?? {}).map(
    ([name, zone]) => [name, zoneOf(zone, data).offsetAt(now())] as const,
  );
  return new StampSource(
    rule.from.map((text) => readLayout(text, rule.fromLanguage)),
    {
      zone: zoneOf(rule.fromZone ?? 'UTC', data),
      fold: rule.fold ?? 'monotone',
      now,
      locale: rule.locale ?? ENGLISH,
      abbreviations: abbreviations(Object.fromEntries(own)),
      data,
    },
  );
}

/** Writes stamps as the rule's `to` says. @throws as compileDateRule */
export function writerOf(
  rule: Pick<DateRule, 'to' | 'toLanguage' | 'toZone' | 'fromZone' | 'toLocale' | 'locale'>,
  { zones: data = INTL_ZONES }: Pick<DateWorld, 'zones'>,
): StampWriter {
  const { writing } = readLayout(rule.to, rule.toLanguage);
  if (writing === undefined) throw new LayoutError(rule.to, 0, `${rule.to} can be read, but not written`);
  const zone = zoneOf(rule.toZone ?? rule.fromZone ?? 'UTC', data);
  return new StampWriter(writing, { zone, locale: rule.toLocale ?? rule.locale ?? ENGLISH, data });
}
