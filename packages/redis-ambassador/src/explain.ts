// Says where a command would go and why: `--explain "GET x"` and `AMBASSADOR ROUTE GET x`. Pure, of the same functions that
// route the real ones.
import { findCommand } from './commands/find.ts';
import { KeyFinder } from './commands/keys.ts';
import { encodeCommand } from './resp/inline-command.ts';
import { RequestFramer } from './resp/request-framer.ts';
import { type Action, type Policy, route } from './routing.ts';

const destinations: Readonly<Record<Action, string>> = {
  primary: 'the primary, over a shared connection',
  replica: 'a replica, over a shared connection',
  pin: 'the primary, over a connection lent to the client',
  relay: 'the primary, over a connection that is then the client’s own',
  local: 'nowhere: the ambassador answers',
  refuse: 'nowhere: refused',
};

/** `GET x -> a replica, over a shared connection: it only reads; keys: x` */
export function explainRoute(words: readonly string[], policy: Policy): string {
  const framer = new RequestFramer();
  framer.feed(encodeCommand(words).bytes);
  framer.next();
  const command = findCommand(framer);
  const decision = route(command, { own: 'none' }, policy);
  const finder = new KeyFinder();
  finder.find(command, framer);
  const keys = Array.from(finder.keyAt.subarray(0, finder.count), (index) => words[index]);
  const touched = finder.unknown ? 'any key' : keys.length > 0 ? keys.join(' ') : 'none';
  return `${words.join(' ')} -> ${destinations[decision.action]}: ${decision.why}; keys: ${touched}${freshness(decision.action, policy)}`;
}

function freshness(action: Action, { consistency }: Policy): string {
  if (action !== 'replica') return '';
  if (consistency === 'key')
    return '; to the primary while a key of it was written a moment ago (--consistency key)';
  if (consistency === 'session')
    return '; to the primary while a write of this client is under way to the replica (--consistency session)';
  return '';
}
