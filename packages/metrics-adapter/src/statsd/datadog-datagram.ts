// DogStatsD datagrams that are no samples: events (`_e{5,4}:title|text|t:error|#tag:x`) become a counter by alert type and
// priority, service checks (`_sc|name|status|#tag:x`) a gauge with the status (0 OK, 1 warning, 2 critical, 3 unknown).
// Both go through the mapping as any name does. In compat mode they are not known, as in statsd_exporter. Pure.
import type { Counts } from './counts.ts';
import { type Line, type Sample, type TagDialect, readTags } from './line.ts';

export const EVENT_NAME = 'dogstatsd.events.total';
export const CHECK_NAME = 'dogstatsd.service_check';

export type DatadogEvent = { readonly title: string; readonly text: string; readonly alertType: string };

export type DatagramOptions = {
  readonly events: boolean;
  readonly serviceChecks: boolean;
  readonly tags: TagDialect;
  /** Told of each event. */
  readonly onEvent?: (event: DatadogEvent) => void;
};

const SAMPLE: Sample = { type: 'counter', value: 1, relative: false, weight: 1, divisor: 1 };

/** The line that the datagram stands for; 'none' when it is counted only; undefined when it is none of these. */
export function readDatagram(
  text: string,
  options: DatagramOptions,
  counts: Counts,
): Line | 'none' | undefined {
  if (!text.startsWith('_')) return undefined;
  return readEvent(text, options, counts) ?? readCheck(text, options, counts);
}

function readEvent(text: string, options: DatagramOptions, counts: Counts): Line | 'none' | undefined {
  const [head, titleBytes = '', textBytes = ''] = /^_e\{(\d+),(\d+)\}:/.exec(text) ?? [];
  if (head === undefined) return undefined;
  // The lengths are in bytes of UTF-8.
  const bytes = Buffer.from(text.slice(head.length));
  const titleEnd = Number(titleBytes);
  const textEnd = titleEnd + 1 + Number(textBytes);
  if (bytes.length < textEnd || bytes[titleEnd] !== 0x7c) return undefined;
  counts.datadogEvents++;
  const labels = new Map([
    ['alert_type', 'info'],
    ['priority', 'normal'],
  ]);
  const fields = { h: 'host', p: 'priority', t: 'alert_type', s: 'source_type' };
  readFields(bytes.toString('utf8', textEnd), fields, labels, counts, options.tags);
  options.onEvent?.({
    title: bytes.toString('utf8', 0, titleEnd),
    text: bytes.toString('utf8', titleEnd + 1, textEnd),
    alertType: labels.get('alert_type') ?? '',
  });
  if (!options.events) return 'none';
  return { name: EVENT_NAME, labels, samples: [SAMPLE], repeatable: false };
}

function readCheck(text: string, options: DatagramOptions, counts: Counts): Line | 'none' | undefined {
  const [head, name = '', status = ''] = /^_sc\|([^|]+)\|([0-3])(?=\||$)/.exec(text) ?? [];
  if (head === undefined) return undefined;
  counts.serviceChecks++;
  if (!options.serviceChecks) return 'none';
  const labels = new Map([['check', name]]);
  readFields(text.slice(head.length), { h: 'host' }, labels, counts, options.tags);
  const samples: Sample[] = [{ ...SAMPLE, type: 'gauge', value: Number(status) }];
  return { name: CHECK_NAME, labels, samples, repeatable: false };
}

/** `|h:host|#tag:x|m:message`: the fields that become labels, under these names, and the tags. */
function readFields(
  rest: string,
  fields: Readonly<Record<string, string>>,
  labels: Map<string, string>,
  counts: Counts,
  tags: TagDialect,
): void {
  // A message is the last field and may have bars in it.
  for (const section of rest.replace(/\|m:.*$/s, '').split('|')) {
    if (section.startsWith('#')) readTags(section.slice(1), ':', labels, counts, tags);
    const label = section[1] === ':' ? fields[section[0] ?? ''] : undefined;
    if (label !== undefined && section.length > 2) labels.set(label, section.slice(2));
  }
}
