// Names of fields, each known by a small number, so that outputs look up what to do with a field in an array instead
// of hashing its name for each record. One table serves one pipeline: its parsers and its output. Hot, pure.
// Invariant: a name that was interned keeps its number. The table is bounded: names of hostile input beyond it are
// made for the moment, with the number -1.

/** What a field is for, apart from its name. */
export const NO_ROLE = 0;
export const TIME = 1;
export const LEVEL = 2;
export const MESSAGE = 3;
export const HOST = 4;

export type FieldName = {
  readonly text: string;
  /** As it is in the input, where it may be no valid UTF-8. */
  readonly bytes: Uint8Array;
  /** Its number, or -1 when the table was full. */
  readonly id: number;
  /** One of the constants above, for formats whose fields are called as their writer pleased. */
  readonly role: number;
};

/** As structured loggers call them (zap, logrus, slog, winston, bunyan, logstash, ECS, klog and docker). */
const ROLES: Readonly<Record<string, number>> = {
  '@timestamp': TIME,
  timestamp: TIME,
  time: TIME,
  ts: TIME,
  datetime: TIME,
  level: LEVEL,
  lvl: LEVEL,
  severity: LEVEL,
  loglevel: LEVEL,
  'log.level': LEVEL,
  message: MESSAGE,
  msg: MESSAGE,
  log: MESSAGE,
  host: HOST,
  hostname: HOST,
  'host.name': HOST,
};

const MOST_NAMES = 1024;
const SLOTS = 4096;

export class FieldNames {
  readonly #texts = new Map<string, FieldName>();
  readonly #slots: (FieldName | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  #count = 0;
  readonly #roles: Readonly<Record<string, number>>;

  /** @param roles what the fields of this input are for, over the usual names: `{when: TIME}` */
  constructor(roles: Readonly<Record<string, number>> = {}) {
    this.#roles = { ...ROLES, ...roles };
  }

  /** For names that are known beforehand; there is always room for them. */
  intern(text: string): FieldName {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const bytes = Buffer.from(text);
    return this.#keep(this.#make(text, bytes), hashBytes(bytes, 0, bytes.length));
  }

  /** The name that stands at source[start, end). */
  internBytes(source: Uint8Array, start: number, end: number): FieldName {
    const hash = hashBytes(source, start, end);
    for (let slot = hash; ; slot = (slot + 1) & (SLOTS - 1)) {
      const known = this.#slots[slot];
      if (known === undefined) return this.#learn(source, start, end, hash);
      if (isName(known, source, start, end)) return known;
    }
  }

  #learn(source: Uint8Array, start: number, end: number, hash: number): FieldName {
    const bytes = Buffer.from(source.subarray(start, end));
    const text = bytes.toString();
    if (this.#count < MOST_NAMES) return this.#keep(this.#make(text, bytes), hash);
    return { text, bytes, id: -1, role: this.#roleOf(text) };
  }

  #make(text: string, bytes: Uint8Array): FieldName {
    return { text, bytes, id: this.#count++, role: this.#roleOf(text) };
  }

  #roleOf(text: string): number {
    return Object.hasOwn(this.#roles, text) ? this.#roles[text]! : NO_ROLE;
  }

  #keep(name: FieldName, hash: number): FieldName {
    let slot = hash;
    while (this.#slots[slot] !== undefined) slot = (slot + 1) & (SLOTS - 1);
    this.#slots[slot] = name;
    if (!this.#texts.has(name.text)) this.#texts.set(name.text, name);
    return name;
  }
}

function isName(name: FieldName, source: Uint8Array, start: number, end: number): boolean {
  const { bytes } = name;
  if (bytes.length !== end - start) return false;
  for (let index = 0; index < bytes.length; index++) {
    if (bytes[index] !== source[start + index]) return false;
  }
  return true;
}

/** FNV-1a, folded to the number of slots. */
function hashBytes(source: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ source[at]!, 0x01000193);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
