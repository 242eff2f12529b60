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

export function isCompressedName(name: string): boolean {
  return name.endsWith('.gz');
}
