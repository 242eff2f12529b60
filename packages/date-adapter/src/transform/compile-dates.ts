// The date settings of a rule, compiled: a converter for lines, or one for the stamps inside of records.
import type { ByteOutput } from '../byte-output.ts';
import { compileRegex } from '../awk/regex/regex.ts';
import type { DateConverter } from '../dates/converter.ts';
import type { Element } from '../dates/element.ts';
import { fieldsOf } from '../dates/explain.ts';
import { type Layout, readLayout } from '../dates/layout.ts';
import { compileDateRule, type DateRule, writerOf } from '../dates/date-rule.ts';
import { placeOf, type StampPlace } from '../dates/stamp-place.ts';
import type { RuleValues } from '../rule-settings.ts';
import type { FaultList } from './fault-list.ts';
import { namedValues } from './named-values.ts';
import type { Surroundings } from './surroundings.ts';

/** How the operator would write a setting of this rule. */
export type NameOf = (key: string) => string;

/** What layouts are read and written with where the rule says nothing. */
const READ = 'auto';
const WRITTEN = 'rfc3339';

export type DateWishes = {
  /** Instead of the rule's own layouts, where it has none. */
  readonly from?: readonly string[];
  /** The layout that an output asks for. */
  readonly to?: string | undefined;
};

/** @returns undefined, and faults, for what is wrong */
export function compileDates(
  rule: RuleValues,
  nameOf: NameOf,
  surroundings: Surroundings,
  faults: FaultList,
  wishes: DateWishes = {},
): { readonly converter: DateConverter; readonly rule: DateRule } | undefined {
  const from = rule.from.length > 0 ? rule.from : (wishes.from ?? [READ]);
  const to = wishes.to ?? rule.to ?? WRITTEN;
  const before = faults.faults.length;
  const { now } = surroundings;
  const common = commonRule(rule, nameOf, surroundings, faults);
  // Each layout and zone by itself, so that all faults are found and each has its setting.
  for (const layout of from)
    faults.attempt(nameOf('from'), layout, () =>
      compileDateRule({ ...common.from, from: [layout], to: WRITTEN }, { now }),
    );
  faults.attempt(nameOf('to'), to, () => writerOf({ ...common.to, to }, {}));
  const zones = [
    [rule.fromZone === undefined ? 'TZ' : nameOf('fromZone'), common.zones.fromZone] as const,
    [nameOf('toZone'), rule.toZone] as const,
  ];
  for (const [setting, zone] of zones) {
    if (zone === undefined) continue;
    faults.attempt(setting, zone, () => writerOf({ to: WRITTEN, toZone: zone }, {}));
  }
  if (faults.faults.length > before) return undefined;
  warnOfZone(rule, { from, to, fromZone: common.zones.fromZone }, nameOf, faults);
  const whole: DateRule = { ...common.from, ...common.to, ...common.zones, from, to };
  const converter = faults.attempt(nameOf('from'), from.join(' '), () => compileDateRule(whole, { now }));
  return converter && { converter, rule: whole };
}

/** Stamps without a zone count as UTC, where it matters in which zone they are and nobody has said so. */
function warnOfZone(
  { formatLang, toZone, from: named }: RuleValues,
  { from, to, fromZone }: { from: readonly string[]; to: string; fromZone: string | undefined },
  nameOf: NameOf,
  { warnings }: FaultList,
): void {
  const matters = toZone !== undefined || saysInstant(readLayout(to, formatLang).writing ?? []);
  if (fromZone !== undefined || !matters || named.length === 0) return;
  const lacks = ({ readings }: Layout): boolean => readings.some((elements) => !saysInstant(elements));
  const bare = from.find((text) => text !== READ && lacks(readLayout(text, formatLang)));
  if (bare === undefined) return;
  warnings.push(
    `stamps as ${bare} have no zone and are taken as UTC: ${nameOf('fromZone')} or TZ says another`,
  );
}

/** With a zone, or with an epoch: the same instant wherever it is read. */
function saysInstant(elements: readonly Element[]): boolean {
  const fields = fieldsOf(elements);
  return ['zone', 'epoch', 'tai64n'].some((field) => fields.has(field));
}

function commonRule(rule: RuleValues, nameOf: NameOf, { environment }: Surroundings, faults: FaultList) {
  const { formatLang, locale, toLocale, fold, toZone } = rule;
  const fromZone = rule.fromZone ?? (environment.get('TZ') || undefined)?.replace(/^:/, '');
  const at =
    rule.at === undefined ? undefined : faults.attempt(nameOf('at'), rule.at, () => readPlace(rule.at!));
  const abbreviations = namedValues(rule.abbreviation, nameOf('abbreviation'), faults);
  return {
    from: {
      fold,
      abbreviations,
      ...(formatLang && { fromLanguage: formatLang }),
      ...(locale !== undefined && { locale }),
      ...(at && { at }),
    },
    to: {
      ...(formatLang && { toLanguage: formatLang }),
      ...(toLocale !== undefined && { toLocale }),
      ...(locale !== undefined && { locale }),
    },
    zones: { ...(fromZone !== undefined && { fromZone }), ...(toZone !== undefined && { toZone }) },
  };
}

/** As placeOf, and `regex:RE`: the stamp begins where the first group does, or else behind the match. */
function readPlace(text: string): StampPlace {
  const [, source] = /^regex:(.*)$/s.exec(text) ?? [];
  if (source === undefined) return placeOf(text);
  const regex = compileRegex(source);
  const groups = new Int32Array(2 * (regex.groups + 1));
  return {
    kind: 'found',
    find: (bytes, from, end) => {
      if (!regex.search(bytes, from, end, from)) return -1;
      if (regex.groups === 0 || !regex.captures(bytes, from, end, groups) || groups[2] === -1)
        return regex.matchEnd;
      return groups[2]!;
    },
  };
}

/** Appends the time of now as the rule writes stamps. */
export function nowWriter(rule: DateRule, now: () => number): (out: ByteOutput) => void {
  const writer = writerOf({ ...rule, toZone: rule.toZone ?? rule.fromZone ?? 'UTC' }, {});
  const none = { digits: new Uint8Array(0), fractionStart: 0, fractionEnd: 0, fractionZeros: 0 };
  return (out) => {
    out.reserve(writer.maxBytes);
    out.length = writer.write(Math.floor(now()), none, out.bytes, out.length);
  };
}
