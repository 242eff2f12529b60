// How the machine wants names to be looked up: resolv.conf (5) and hosts (5), which Node's resolver knows nothing of.
// In a pod the search list is what makes `db` mean `db.<namespace>.svc.cluster.local`. Pure.

export type ResolvConf = {
  /** `address` or `address:port`, in order. */
  readonly servers: readonly string[];
  readonly search: readonly string[];
  /** A name with fewer dots is tried with the search list first. */
  readonly ndots: number;
  readonly timeoutMs: number;
  readonly attempts: number;
};

/** resolv.conf (5): the most that are used of each. */
const MOST_NDOTS = 15;
const MOST_TIMEOUT_S = 30;
const MOST_ATTEMPTS = 5;
/** Kubernetes allows so many (KEP-2595). */
const MOST_SEARCH = 32;

/** What is not understood is passed over, as every resolver does. */
export function parseResolvConf(text: string): ResolvConf {
  const servers: string[] = [];
  let search: string[] = [];
  const options = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver' && words[0] !== undefined) servers.push(words[0]);
    // The last of them counts; a root domain adds nothing.
    if (keyword === 'search' || keyword === 'domain') search = words.map(bare).filter(Boolean);
    if (keyword !== 'options') continue;
    for (const word of words) {
      const [name = '', number] = word.split(':');
      options.set(name, Number(number));
    }
  }
  const option = (name: string, otherwise: number, least: number, most: number): number => {
    const value = options.get(name);
    return value === undefined || !Number.isInteger(value)
      ? otherwise
      : Math.min(Math.max(value, least), most);
  };
  return {
    servers: servers.length > 0 ? servers : ['127.0.0.1'],
    search: search.slice(0, MOST_SEARCH),
    ndots: option('ndots', 1, 0, MOST_NDOTS),
    timeoutMs: option('timeout', 5, 1, MOST_TIMEOUT_S) * 1000,
    attempts: option('attempts', 2, 1, MOST_ATTEMPTS),
  };
}

const bare = (domain: string): string => domain.replace(/\.$/, '').toLowerCase();

/** The full names to ask for, one after the other until one exists; a name that ends in a dot is one already. */
export function candidates(name: string, { search, ndots }: Pick<ResolvConf, 'search' | 'ndots'>): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const longer = search.map((domain) => `${name}.${domain}`);
  const dots = name.split('.').length - 1;
  return dots >= ndots ? [name, ...longer] : [...longer, name];
}

/** Addresses by name, in the order of the file. */
export function parseHosts(text: string): Map<string, string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    for (const name of new Set(names.map(bare))) hosts.set(name, [...(hosts.get(name) ?? []), address]);
  }
  return hosts;
}
