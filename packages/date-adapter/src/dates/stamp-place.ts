// Where in a line the stamp is: at its start, in brackets, in a field, behind what a pattern matched. Hot, pure.
// A place becomes one or more finders, tried in order; a finder says where a stamp could begin and is asked again from
// there on when none was.

/** Where in bytes[from, end) a stamp could begin, or -1. */
export type StampFinder = (bytes: Uint8Array, from: number, end: number) => number;

export type StampPlace =
  /** Behind blanks at the start of the line. */
  | { readonly kind: 'start' }
  /** Behind one of the first `[`. */
  | { readonly kind: 'bracket' }
  /** The field of this number, from 1, as awk counts: between blanks, or between single bytes. */
  | { readonly kind: 'field'; readonly number: number; readonly separator?: number }
  /** Behind `<13>` or `<165>1 `, if there. */
  | { readonly kind: 'syslog' }
  /** Behind the letter of a klog line: I, W, E, F or D. */
  | { readonly kind: 'severity' }
  /** At the first word that is one, of the words of the line. */
  | { readonly kind: 'anywhere' }
  /** syslog, bracket, severity. */
  | { readonly kind: 'auto' }
  /** Where a pattern's match says. */
  | { readonly kind: 'found'; readonly find: StampFinder };

export interface FinderRow {
  readonly find: StampFinder;
  /** How often it is asked for one line. */
  readonly tries: number;
  /** How many bytes behind a place that was none it is asked to go on. */
  readonly step: number;
}

/** `[` in front of the stamp: a level or a thread's name in brackets may come first. */
const BRACKET_TRIES = 4;
/** Words of a line that are looked at: a stamp behind them is in the message. */
const ANYWHERE_TRIES = 64;

export function findersOf(place: StampPlace): FinderRow[] {
  switch (place.kind) {
    case 'start':
      return [{ find: skipBlanks, tries: 1, step: 0 }];
    case 'bracket':
      return [{ find: behindBracket, tries: BRACKET_TRIES, step: 0 }];
    case 'field':
      return [{ find: fieldFinder(place.number, place.separator), tries: 1, step: 0 }];
    case 'syslog':
      return [{ find: behindPriority, tries: 1, step: 0 }];
    case 'severity':
      return [{ find: behindSeverity, tries: 1, step: 0 }];
    case 'anywhere':
      return [{ find: wordFrom, tries: ANYWHERE_TRIES, step: 1 }];
    case 'auto':
      return ['syslog', 'bracket', 'severity'].flatMap((kind) => findersOf(placeOf(kind)));
    default:
      return [{ find: place.find, tries: 1, step: 0 }];
  }
}

/**
 * The place of a setting: `start`, `bracket`, `field:4`, `syslog`, `severity`, `anywhere`, `auto`. Patterns are the
 * caller's.
 * @throws RangeError for anything else
 */
export function placeOf(text: string): StampPlace {
  const [, number] = /^field:([1-9]\d{0,5})$/.exec(text) ?? [];
  if (number !== undefined) return { kind: 'field', number: Number(number) };
  switch (text) {
    case 'start':
    case 'bracket':
    case 'syslog':
    case 'severity':
    case 'anywhere':
    case 'auto':
      return { kind: text };
    default:
      throw new RangeError(`${text}: not start, bracket, field:<number>, syslog, severity, anywhere or auto`);
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(bytes[at])) at++;
  return at;
}

function behindBracket(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) if (bytes[at] === 0x5b) return at + 1;
  return -1;
}

/** The next letter or digit behind another byte; the first byte, where it is one. */
function wordFrom(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (isWordByte(bytes[at]!) && (at === 0 || !isWordByte(bytes[at - 1]!))) return at;
  }
  return -1;
}

function isWordByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x7a) || byte >= 0x80;
}

function fieldFinder(number: number, separator: number | undefined): StampFinder {
  if (separator === undefined) {
    return (bytes, from, end) => {
      let at = skipBlanks(bytes, from, end);
      for (let field = 1; field < number; field++) {
        while (at < end && !isBlank(bytes[at])) at++;
        at = skipBlanks(bytes, at, end);
      }
      return at < end ? at : -1;
    };
  }
  return (bytes, from, end) => {
    let at = from;
    for (let field = 1; field < number; at++) {
      if (at >= end) return -1;
      if (bytes[at] === separator) field++;
    }
    return at;
  };
}

function skipDigits(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
  return at;
}

/** RFC 3164: `<PRI>`; RFC 5424: `<PRI>VERSION SP`. */
function behindPriority(bytes: Uint8Array, from: number, end: number): number {
  if (from >= end || bytes[from] !== 0x3c) return skipBlanks(bytes, from, end);
  const close = skipDigits(bytes, from + 1, end);
  if (close >= end || bytes[close] !== 0x3e) return from;
  const version = skipDigits(bytes, close + 1, Math.min(end, close + 3));
  return version > close + 1 && version < end && bytes[version] === 0x20 ? version + 1 : close + 1;
}

function behindSeverity(bytes: Uint8Array, from: number, end: number): number {
  return from < end && 'IWEFD'.includes(String.fromCharCode(bytes[from]!)) ? from + 1 : -1;
}
