// An ObjectName taken apart as rules see it, and the names of metrics that come of it.
// Invariant: key properties keep the order in which the bean was registered: the first one goes into default names.

export type BeanName = {
  readonly domain: string;
  /** Key properties; a quoted value keeps its quotes. */
  readonly properties: ReadonlyMap<string, string>;
};

/** Name, =, and a quoted value (with escapes) or a bare one. */
const PROPERTY = /([^,=:*?]+)=("(?:[^\\"]|\\.)*"|[^,=:"]*)(?:,|$)/gsy;

export function parseBeanName(name: string): BeanName {
  const colon = name.indexOf(':');
  const properties = new Map<string, string>();
  for (const [, key = '', value = ''] of name.slice(colon + 1).matchAll(PROPERTY)) properties.set(key, value);
  return { domain: name.slice(0, colon), properties };
}

/** As a metric or label name: other characters become one underscore, and none stands beside another. */
export function safeName(name: string): string {
  const safe = name.replaceAll(/[^a-zA-Z0-9:]+/g, '_');
  return /^\d/.test(safe) ? `_${safe}` : safe;
}

/** `MemoryUsed` -> `memory_used`; capitals in a row stay together. */
export function snakeCase(name: string): string {
  let snake = '';
  let apart = true; // at the beginning, after a capital and after an underscore none is put in
  for (const character of name) {
    const capital = character !== character.toLowerCase();
    if (!apart && capital) snake += '_';
    snake += character.toLowerCase();
    apart = capital || character === '_';
  }
  return snake;
}
