// What the letters of a zone mean in a stamp: CET, EST, JST. Data. Abbreviations are no standard: those of RFC 5322
// (EST to PDT) are the American ones, as every log tool reads them; those that several countries claim are refused
// until a rule says which is meant (`abbreviations: {IST: '+05:30'}`).

/** Hours east of UTC. */
const HOURS: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  UT: 0,
  UCT: 0,
  Z: 0,
  WET: 0,
  WEST: 1,
  CET: 1,
  CEST: 2,
  MET: 1,
  MEST: 2,
  MEZ: 1,
  MESZ: 2,
  EET: 2,
  EEST: 3,
  MSK: 3,
  MSD: 4,
  TRT: 3,
  SAMT: 4,
  YEKT: 5,
  OMST: 6,
  NOVT: 7,
  KRAT: 7,
  IRKT: 8,
  YAKT: 9,
  VLAT: 10,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
  AKST: -9,
  AKDT: -8,
  HST: -10,
  HDT: -9,
  NST: -3.5,
  NDT: -2.5,
  BRT: -3,
  BRST: -2,
  ART: -3,
  CLT: -4,
  CLST: -3,
  PET: -5,
  COT: -5,
  VET: -4,
  WAT: 1,
  CAT: 2,
  EAT: 3,
  SAST: 2,
  IDT: 3,
  IRST: 3.5,
  PKT: 5,
  NPT: 5.75,
  ICT: 7,
  WIB: 7,
  WITA: 8,
  WIT: 9,
  SGT: 8,
  HKT: 8,
  PHT: 8,
  AWST: 8,
  JST: 9,
  KST: 9,
  ACST: 9.5,
  ACDT: 10.5,
  AEST: 10,
  AEDT: 11,
  NZST: 12,
  NZDT: 13,
  CHST: 10,
};

/** Claimed by several, none of them by a standard. */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  IST: 'India +05:30, Ireland +01:00, Israel +02:00',
  BST: 'British summer +01:00, Bangladesh +06:00',
  AST: 'Atlantic -04:00, Arabia +03:00',
  ADT: 'Atlantic summer -03:00, Arabia summer +04:00',
  GST: 'Gulf +04:00, South Georgia -02:00',
  SST: 'Samoa -11:00, Singapore +08:00',
  ECT: 'Ecuador -05:00, Eastern Caribbean -04:00',
  AMT: 'Amazon -04:00, Armenia +04:00',
  PYT: 'Paraguay -04:00, Pyongyang +08:30',
  WST: 'Samoa +13:00, Western Australia +08:00',
};

/** Letters in one small integer, without regard to case: six letters of five bits. */
export const MAX_ABBREVIATION_LETTERS = 6;

export function abbreviationKey(text: string): number {
  return Array.from(text).reduce((key, letter) => key * 32 + (letter.charCodeAt(0) & 31), 0);
}

export interface Abbreviations {
  /** Seconds east of UTC by key. */
  readonly offsets: ReadonlyMap<number, number>;
  /** The countries, by key, of those that are refused. */
  readonly ambiguous: ReadonlyMap<number, string>;
}

/** @param own offsets in seconds that a rule gives to abbreviations; they come before ours */
export function abbreviations(own: Readonly<Record<string, number>> = {}): Abbreviations {
  const ours = Object.entries(HOURS).map(([text, hours]) => [text, hours * 3600] as const);
  const keyed = [...ours, ...Object.entries(own)].map(
    ([text, offset]) => [abbreviationKey(text), offset] as const,
  );
  const offsets = new Map(keyed);
  const refused = Object.entries(AMBIGUOUS).map(([text, who]) => [abbreviationKey(text), who] as const);
  return { offsets, ambiguous: new Map(refused.filter(([key]) => !offsets.has(key))) };
}
