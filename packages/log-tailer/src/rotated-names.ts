// Which names does rotation give? app.log -> app.log.1, app.log-20241120, app.log.2024-11-20_10, app-2024-11-20.log,
// app.1.log, app.log.1.gz, app.log.old. Pure. For followed-path, which looks only at such neighbours for lost
// generations and copies: a lock file or another application's log beside it is none of its business.

/** What rotation inserts: a separator, then counters, dates and times, or a word for "the one before". */
const STAMP = String.raw`[.\-_](?:\d[\dTZ.\-_:+]*|old|bak|backup|prev|previous|orig|last)`;
const AFTER_NAME = new RegExp(`^(?:${STAMP})+(?:\\.gz)?$`, 'i');

/** Whether `name` is one that a rotation of `base` (both without directory) would give. */
export function isRotatedName(base: string, name: string): boolean {
  if (name.startsWith(base)) return AFTER_NAME.test(name.slice(base.length));
  const dot = base.lastIndexOf('.');
  if (dot <= 0) return false;
  const stem = base.slice(0, dot);
  const extension = base.slice(dot);
  const plain = name.endsWith('.gz') ? name.slice(0, -3) : name;
  if (!plain.startsWith(stem) || !plain.endsWith(extension) || plain.length <= base.length) return false;
  return AFTER_NAME.test(plain.slice(stem.length, -extension.length));
}

/** Names of which `name` may be a rotation; a superset, for an index to look up. */
export function* rotationBases(name: string): Generator<string> {
  const plain = name.endsWith('.gz') ? name.slice(0, -3) : name;
  const dot = plain.lastIndexOf('.');
  for (let at = 1; at < plain.length; at++) {
    if (!'.-_'.includes(plain[at]!)) continue;
    yield plain.slice(0, at);
    if (dot > at) yield plain.slice(0, at) + plain.slice(dot);
  }
}

/**
 * Older first. Counters grow with age (app.log.2 is older than app.log.1), dates fall with it, and so do counters
 * behind a date (app-2024-11-20.1.log came before .2); the base itself is youngest.
 */
export function compareRotatedNames(base: string, a: string, b: string): number {
  if (a === base || b === base) return Number(a === base) - Number(b === base);
  const [countA, countB] = [rotationCounter(base, a), rotationCounter(base, b)];
  if (countA !== undefined && countB !== undefined) return countB - countA;
  return byNumbers(a) < byNumbers(b) ? -1 : Number(a !== b);
}

/** Sorts `_9` before `_10`. */
const byNumbers = (name: string): string => name.replace(/\d+/g, (digits) => digits.padStart(20, '0'));

/** The N of app.log.N, app.log.N.gz and app.N.log; undefined for other stamps. */
export function rotationCounter(base: string, name: string): number | undefined {
  const dot = base.lastIndexOf('.');
  const plain = isCompressedName(name) ? name.slice(0, -3) : name;
  const stamp = plain.startsWith(base) ? plain.slice(base.length) : plain.slice(dot, dot - base.length);
  const digits = /^[.\-_](\d{1,5})$/.exec(stamp)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function isCompressedName(name: string): boolean {
  return name.endsWith('.gz');
}
