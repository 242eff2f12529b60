// How a collector's series are called in the exposition: as jmx_exporter 1.x does it, whose users' dashboards know these
// names. It strips the suffixes that OpenMetrics reserves and gives _total back to counters. Pure.
import { parseBeanName } from '../jmx/rules/bean-name.ts';
import type { MetricType, Series } from '../jmx/rules/rule.ts';

const RESERVED = /(?:_total|_created|_bucket|_info)+$/;

/** The name that series of all types share: `jobs_total` -> `jobs`; a name that is nothing but a suffix keeps its word. */
export function baseName(name: string): string {
  const stripped = name.replace(RESERVED, '');
  return stripped === '' ? name.replace(/^.*_/, '') : stripped;
}

/** A family's name in the exposition. */
export const exposedName = (base: string, type: MetricType): string =>
  type === 'counter' ? `${base}_total` : base;

/** What the help of a family says when its rule says nothing. */
export function helpOf({ help, description, bean, attribute }: Series): string {
  if (help !== undefined) return help;
  const { domain, properties } = parseBeanName(bean);
  const of = (key: string): string => properties.get(key) ?? 'null';
  const name = attribute.slice(attribute.lastIndexOf('>') + 1);
  const where = `${domain}:name=${of('name')},type=${of('type')},attribute=${name}`;
  return description === '' || description === name ? where : `${description} ${where}`;
}

/** The value of the label that tells apart what would be one series: `domain<type=x, name=y><path>attribute`. */
export function objectNameLabel({ bean, attribute }: Series): string {
  const { domain, properties } = parseBeanName(bean);
  return `${domain}<${Array.from(properties, ([key, value]) => `${key}=${value}`).join(', ')}${attribute}`;
}

/** Label names may not have colons, which rules let through. */
export const exposedLabel = (name: string): string => name.replaceAll(':', '_');
