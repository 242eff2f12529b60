// Which format a scraper gets, from its Accept header (RFC 9110, 12.5.1). OpenMetrics only where the operator allowed it: it
// forces `_total` onto counters, and with that other series names than statsd_exporter has. Pure.
import type { Format } from './format.ts';
import { protobuf } from './protobuf.ts';
import { openMetrics, text } from './text.ts';

type Clause = { readonly type: string; readonly parameters: ReadonlyMap<string, string>; readonly q: number };

export function negotiate(accept: string | undefined, allowOpenMetrics: boolean): Format {
  const clauses = (accept ?? '').split(',').map(readClause);
  for (const { type, parameters, q } of clauses.toSorted((a, b) => b.q - a.q)) {
    if (q === 0) continue;
    if (
      type === 'application/vnd.google.protobuf' &&
      parameters.get('proto') === 'io.prometheus.client.MetricFamily' &&
      parameters.get('encoding') === 'delimited'
    )
      return protobuf;
    if (type === 'application/openmetrics-text' && allowOpenMetrics) return openMetrics;
    if (type === 'text/plain' && (parameters.get('version') ?? '0.0.4') === '0.0.4') return text;
  }
  return text;
}

function readClause(clause: string): Clause {
  const [type = '', ...rest] = clause.split(';').map((part) => part.trim());
  const parameters = new Map(
    rest.map((part): [string, string] => {
      const [name = '', value = ''] = part.split('=');
      return [name.toLowerCase(), value.replaceAll('"', '')];
    }),
  );
  const q = Number(parameters.get('q') ?? 1);
  return { type: type.toLowerCase(), parameters, q: Number.isFinite(q) ? q : 0 };
}

/** Whether the scraper takes gzip (Accept-Encoding, RFC 9110, 12.5.3). */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding ?? '')
    .split(',')
    .some((part) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0+)?\s*$))?/i.test(part) && !/q=0(\.0+)?\s*$/.test(part));
}
