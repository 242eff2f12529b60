// Our own words: one line each on stderr, logfmt or JSON, a constant message with fields so that it can be
// searched for; stdout belongs to the data. The log never throws and never floods: a message said too often is
// counted, and said once more with `suppressed=N`. Secrets, and passwords in URLs, are redacted.
import { writeSync } from 'node:fs';
import { explain } from './errors.ts';

const levels = ['error', 'warn', 'info', 'debug'] as const;
export type Level = (typeof levels)[number];
export type Fields = Record<string, unknown> & { time?: never; level?: never; msg?: never };
type Say = (message: string, fields?: Fields) => void;

export type Log = Record<Level, Say> & {
  /** Further values that must not appear from now on; for secrets that change. */
  conceal(secrets: readonly string[]): void;
  /** Says now what is still held back as suppressed; for the end of the process. */
  flush(): void;
};

export type LogOptions = {
  level?: Level;
  format?: 'logfmt' | 'json';
  /** Values that must not appear in any field. */
  secrets?: readonly string[];
  /** Takes bytes and returns how many it took; may throw as fs.writeSync does. */
  write?: (bytes: Buffer) => number;
};

/** So many lines of one message pass in a period; the others are counted. */
const burst = 10;
const periodMs = 10_000;

type Voice = { said: number; suppressed: number; level: Level; fields: Fields };

export function createLog(options: LogOptions = {}): Log {
  const encode = options.format === 'json' ? encodeJson : encodeLogfmt;
  const secrets = new Set(options.secrets);
  const send = lineWriter(options.write ?? ((bytes) => writeSync(2, bytes)));
  const voices = new Map<string, Voice>();

  const put = (level: Level, message: string, fields: Fields): void => {
    const shown = Object.entries(fields).filter(([, value]) => value !== undefined);
    const head = { time: new Date().toISOString(), level, msg: message };
    send(
      encode([
        ...Object.entries(head),
        ...shown.map(([key, value]) => [key, plain(value, secrets)] as const),
      ]),
    );
  };
  const settle = (message: string): void => {
    const voice = voices.get(message);
    voices.delete(message);
    if (voice?.suppressed) put(voice.level, message, { ...voice.fields, suppressed: voice.suppressed });
  };
  const open = (message: string, level: Level): Voice => {
    const voice: Voice = { said: 0, suppressed: 0, level, fields: {} };
    voices.set(message, voice);
    setTimeout(() => voices.get(message) === voice && settle(message), periodMs).unref();
    return voice;
  };
  const voiceOf = (level: Level): Say => {
    if (levels.indexOf(level) > levels.indexOf(options.level ?? 'info')) return () => {};
    return (message, fields = {}) => {
      const voice = voices.get(message) ?? open(message, level);
      if (voice.said++ < burst) return put(level, message, fields);
      Object.assign(voice, { suppressed: voice.suppressed + 1, level, fields });
    };
  };
  return {
    error: voiceOf('error'),
    warn: voiceOf('warn'),
    info: voiceOf('info'),
    debug: voiceOf('debug'),
    conceal: (more) => more.forEach((secret) => secrets.add(secret)),
    flush: () => [...voices.keys()].forEach(settle),
  };
}

type Plain = string | number | boolean | null;
type Line = readonly (readonly [key: string, value: Plain])[];

function plain(value: unknown, secrets: Set<string>): Plain {
  if (value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return value;
  return redact(typeof value === 'string' ? value : explain(value), secrets);
}

function encodeJson(line: Line): string {
  return JSON.stringify(Object.fromEntries(line));
}

/** Anything that could end the value or the line early is quoted, so that no value can forge a line. */
function encodeLogfmt(line: Line): string {
  const bare = /^[^\s"=\p{C}]+$/u;
  const value = (of: Plain): string => (bare.test(String(of)) ? String(of) : JSON.stringify(String(of)));
  return line.map(([key, of]) => `${key}=${value(of)}`).join(' ');
}

const urlPassword = /(:\/\/[^\s/:@]*:)[^\s/@]+@/g;

function redact(text: string, secrets: Set<string>): string {
  let shown = text;
  for (const secret of secrets) if (secret !== '') shown = shown.replaceAll(secret, '[redacted]');
  return shown.replaceAll(urlPassword, '$1[redacted]@');
}

/**
 * A full or closed stderr (EAGAIN, EPIPE) costs lines, never the process. A line not taken is dropped; of a line
 * taken in part the rest goes out before the next one, so that no line is torn.
 */
function lineWriter(write: (bytes: Buffer) => number): (line: string) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (line) => {
    try {
      rest = rest.subarray(write(rest));
      if (rest.length > 0) return;
      const bytes = Buffer.from(`${line}\n`);
      rest = bytes.subarray(write(bytes));
    } catch {
      // Nobody is left to be told.
    }
  };
}
