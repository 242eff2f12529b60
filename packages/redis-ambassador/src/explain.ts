// Says where a command would go and why: `--explain "GET x"` and `AMBASSADOR ROUTE GET x`. Pure, of the same functions that
// route the real ones.
import { decideInCluster, type NameShard, placeInCluster } from './cluster/explain.ts';
import { findCommand, unknownCommand } from './commands/find.ts';
import { readForm } from './commands/read-forms.ts';
import { KeyFinder } from './commands/keys.ts';
import { encodeCommand } from './resp/inline-command.ts';
import { RequestFramer } from './resp/request-framer.ts';
import { type Action, type Consistency, type Policy, route } from './routing.ts';

const destinations: Readonly<Record<Action, string>> = {
  primary: 'the primary, over a shared connection',
  replica: 'a replica, over a shared connection',
  info: 'the primary, over a shared connection',
  everywhere: 'the primary, and the same to every replica, over shared connections',
  cursor: 'a replica, or the server that gave its cursor',
  pin: 'the primary, over a connection lent to the client',
  relay: 'the primary, over a connection that is then the client’s own',
  local: 'nowhere: the ambassador answers',
  refuse: 'nowhere: refused',
};

/** What is not in the policy: the client's own choice, who would answer reads just now, the shards of a cluster. */
export type Circumstances = {
  readonly consistency: Consistency;
  readonly readers?: string;
  readonly nameShard?: NameShard;
};

/** `GET x -> a replica, over a shared connection: it only reads; keys: x` */
export function explainRoute(
  words: readonly string[],
  policy: Policy,
  circumstances: Circumstances = policy,
): string {
  const { consistency, nameShard } = circumstances;
  const framer = new RequestFramer();
  framer.feed(encodeCommand(words).bytes);
  framer.next();
  const command = findCommand(framer);
  const finder = new KeyFinder();
  finder.find(command, framer);
  const oneKey = finder.count === 1 && !finder.unknown;
  const routed = route(command, { own: 'none', consistency }, policy);
  const decision = nameShard ? decideInCluster(command, framer, oneKey, routed) : routed;
  const keys = Array.from(finder.keyAt.subarray(0, finder.count), (index) => words[index]);
  const touched = finder.unknown ? 'any key' : keys.length > 0 ? keys.join(' ') : 'none';
  const form = policy.rewriteReads ? readForm(command, framer) : undefined;
  if (form && form !== command)
    return explainRoute([form.name.toUpperCase(), ...words.slice(1)], policy, circumstances);
  const destination = destinations[decision.action];
  const place = nameShard
    ? placeInCluster(command, framer, decision, destination, nameShard)
    : { where: destination };
  const readers = place.readers ?? circumstances.readers;
  const why = (place.why ?? decision.why) + (command === unknownCommand ? NOT_KNOWN : '');
  const toReplica = decision.action === 'replica' || decision.action === 'cursor';
  const live = toReplica && readers !== undefined ? `; just now: ${readers}` : '';
  return `${words.join(' ')} -> ${place.where}: ${why}; keys: ${touched}${freshness(toReplica, policy, consistency)}${live}`;
}

const NOT_KNOWN = ', as nothing else is known of it (a running ambassador asks its server)';

function freshness(toReplica: boolean, { readFrom }: Policy, consistency: Consistency): string {
  if (!toReplica) return '';
  if (readFrom === 'prefer-primary')
    return '; but only while there is no primary (--read-from prefer-primary)';
  if (consistency === 'key')
    return '; to the primary while a key of it was written a moment ago (consistency key)';
  if (consistency === 'session')
    return '; to the primary while a write of this client is under way to the replica (consistency session)';
  return '';
}
