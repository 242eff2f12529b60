// DogStatsD datagrams that are no samples: events (`_e{5,4}:title|text|...`) and service checks (`_sc|name|status|...`). They
// are counted, not stored. In compat mode they are not known, as in statsd_exporter. Pure.
import type { Counts } from './counts.ts';

/** @returns whether the line was one of them. */
export function countDatagram(text: string, counts: Counts): boolean {
  if (!text.startsWith('_')) return false;
  if (/^_e\{\d+,\d+\}:/.test(text)) counts.datadogEvents++;
  else if (/^_sc\|[^|]+\|[0-3](\||$)/.test(text)) counts.serviceChecks++;
  else return false;
  return true;
}
