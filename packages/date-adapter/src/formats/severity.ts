// Levels as words, and the numbers of syslog (RFC 5424, section 6.2.1) for them. Pure.
// Log4j's TRACE to FATAL, java.util.logging's SEVERE to FINEST, nginx's and Apache's words, klog's letters.

/** The names of severities 0 to 7, as RFC 5424's keywords. */
export const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

/** The names of facilities 0 to 23. */
export const FACILITIES = (
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp security console solaris-cron ' +
  'local0 local1 local2 local3 local4 local5 local6 local7'
).split(' ');

const WORDS: ReadonlyMap<string, number> = new Map([
  ...SEVERITIES.map((name, severity) => [name, severity] as const),
  ...['emergency', 'panic'].map((name) => [name, 0] as const),
  ...['fatal', 'f', 'critical', 'c', 'dpanic'].map((name) => [name, 2] as const),
  ...['error', 'severe', 'e'].map((name) => [name, 3] as const),
  ...['warn', 'w'].map((name) => [name, 4] as const),
  ...['information', 'informational', 'i', 'config'].map((name) => [name, 6] as const),
  ...['d', 'trace', 't', 'fine', 'finer', 'finest', 'verbose'].map((name) => [name, 7] as const),
]);

const LONGEST_WORD = 13;

/** The severity (0 to 7) that the word at source[start, end) stands for, in any case; -1 when it is none. */
export function severityOf(source: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > LONGEST_WORD) return -1;
  const word = Buffer.from(source.subarray(start, end)).toString('latin1').toLowerCase();
  return WORDS.get(word) ?? (/^[0-7]$/.test(word) ? Number(word) : -1);
}
