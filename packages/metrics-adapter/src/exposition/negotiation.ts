// Which format a scraper gets, from its Accept header (RFC 9110, 12.5.1). OpenMetrics only where the operator allowed it: it
// forces `_total` onto counters, and with that other series names than statsd_exporter has. Pure.
import type { Format } from './format.ts';
import { protobuf, protobufUtf8 } from './protobuf.ts';
import { openMetrics, openMetricsUtf8, text, textUtf8 } from './text.ts';

type Clause = { readonly type: string; readonly parameters: ReadonlyMap<string, string>; readonly q: number };

/** What the operator allows beyond what statsd_exporter serves. */
export type Allowed = { readonly openMetrics: boolean; readonly utf8: boolean };

export function negotiate(accept: string | undefined, allowed: Allowed): Format {
  const clauses = (accept ?? '').split(',').map(readClause);
  for (const { type, parameters, q } of clauses.toSorted((a, b) => b.q - a.q)) {
    if (q === 0) continue;
    const utf8 = allowed.utf8 && parameters.get('escaping') === 'allow-utf-8';
    if (
      type === 'application/vnd.google.protobuf' &&
      parameters.get('proto') === 'io.prometheus.client.MetricFamily' &&
      parameters.get('encoding') === 'delimited'
    )
      return utf8 ? protobufUtf8 : protobuf;
    if (type === 'application/openmetrics-text' && allowed.openMetrics)
      return utf8 ? openMetricsUtf8 : openMetrics;
    if (type === 'text/plain' && utf8) return textUtf8;
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

export type Encoding = 'zstd' | 'gzip' | 'identity';

/** How to compress, from Accept-Encoding (RFC 9110, 12.5.3): what is wanted most; zstd, which is cheaper, before gzip. */
export function chooseEncoding(acceptEncoding: string | undefined): Encoding {
  const clauses = (acceptEncoding ?? '').split(',').map(readClause);
  const weight = (name: string): number | undefined => clauses.find(({ type }) => type === name)?.q;
  const [zstd, gzip] = [weight('zstd') ?? 0, weight('gzip') ?? weight('*') ?? 0];
  if (zstd === 0 && gzip === 0) return 'identity';
  return zstd >= gzip ? 'zstd' : 'gzip';
}
