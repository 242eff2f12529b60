// Names that Prometheus takes, from names that StatsD clients send: what is no letter, digit or underscore becomes an
// underscore, one for each character; a run of dashes counts as one; a digit in front gets an underscore before it. Pure.

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function escapeName(name: string): string {
  if (PLAIN.test(name)) return name;
  const escaped = name.replaceAll(/-+/g, '-').replaceAll(/[^A-Za-z0-9_]/gu, '_');
  return /^\d/.test(escaped) ? `_${escaped}` : escaped;
}
