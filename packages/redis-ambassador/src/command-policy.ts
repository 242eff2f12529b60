// Which commands are refused, and what the servers call those they have renamed: from --deny, --rename and their company to
// the Policy that routing.ts reads. What these settings name becomes known to commands/find.ts, so that also commands of
// modules, and subcommands that the table does not tell apart, are denied by name.
import type { SettingFault } from '@podmate/base/errors';
import { separated } from './access-settings.ts';
import { categories, categoryCommands } from './commands/categories.ts';
import { list } from './commands/find.ts';
import type { Policy } from './routing.ts';

type PolicyValues = Pick<Policy, 'readFrom' | 'consistency' | 'readOnly' | 'rewriteReads'> & {
  readonly deny: readonly string[];
  readonly rename: string | undefined;
};

/** Our own control connections and handshakes use these by their usual names. */
const OURS = /^(auth|hello|select|client|info|role|ping|sentinel|cluster)$/;
const NAME = /^[^\s,=|@]+$/;
const DENIED_NAME = /^[^\s,=|@]+(\|[^\s,=|@]+)?$/;

const deniedNames = (deny: readonly string[]): string[] =>
  separated(deny).map((name) => name.toLowerCase().replace(/\s+/, '|'));

const renamedPairs = (text = ''): [string, string][] =>
  text
    .split(/[\s,]+/)
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...other] = pair.split('=');
      return [name.toLowerCase(), other.join('=')];
    });

/** A command that is denied is so under its other name, too. */
export function planPolicy({ deny, rename, ...rest }: PolicyValues): Policy {
  const renamed = new Map(renamedPairs(rename));
  const named = deniedNames(deny).flatMap((name) =>
    name.startsWith('@') ? (categoryCommands(name.slice(1)) ?? []) : [name],
  );
  const denied = new Set([...named, ...named.flatMap((name) => renamed.get(name)?.toLowerCase() ?? [])]);
  for (const name of denied) list(name);
  const { readFrom, consistency, rewriteReads, readOnly } = rest;
  return { readFrom, consistency, rewriteReads, readOnly, denied, renamed };
}

/** What is wrong with --deny and --rename. */
export function* policyFaults({
  deny,
  rename,
}: Pick<PolicyValues, 'deny' | 'rename'>): Iterable<SettingFault> {
  for (const name of deniedNames(deny)) {
    if (name.startsWith('@') && !categoryCommands(name.slice(1))) {
      const todo = `one of ${Object.keys(categories)
        .map((each) => `@${each}`)
        .join(' ')}`;
      yield { setting: '--deny', value: name, what: 'not a category known here', todo };
    } else if (!name.startsWith('@') && !DENIED_NAME.test(name))
      yield { setting: '--deny', value: name, what: 'not a command', todo: 'write flushall or config|set' };
  }
  for (const [name, other] of renamedPairs(rename)) {
    if (OURS.test(name))
      yield { setting: '--rename', value: name, what: 'the ambassador needs it by its usual name' };
    else if (!NAME.test(name) || !NAME.test(other))
      yield { setting: '--rename', what: 'not pairs of names', todo: 'write config=b840fc flushall=x9' };
  }
}
