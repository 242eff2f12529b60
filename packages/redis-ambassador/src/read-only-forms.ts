// Commands that replicas can be brought to carry out: SORT without STORE as SORT_RO (--rewrite-reads), and scripts that are
// made known to all servers. For the session; not hot.
import type { Command } from './commands/find.ts';
import { readForm } from './commands/read-forms.ts';
import { replaceArgument } from './resp/replace-argument.ts';
import type { RequestFramer } from './resp/request-framer.ts';
import { route } from './routing.ts';
import type { Session } from './session.ts';

/** Sends the framer's command in a form that only reads, if there is one; false: it may write. */
export function rewriteRead(session: Session, command: Command, framer: RequestFramer): boolean {
  const form = readForm(command, framer);
  if (form === undefined || route(form, session, session.context.policy).action !== 'replica') return false;
  const server = session.reads.reader(form);
  if (server === undefined || server === session.context.exchange.primary) {
    // As it came, but what does not write leaves no mark: or the next would find its key dirty, too.
    session.toPrimary(command, false);
    return true;
  }
  command.count++;
  session.reads.send(server, replaceArgument(framer, 0, form.name), session);
  return true;
}

/** SCRIPT LOAD, FLUSH, KILL: the primary's reply is the client's. */
export function tellAll(session: Session, command: Command, framer: RequestFramer): void {
  const { scripts } = session.context;
  if (command.name === 'script|flush') scripts.forget();
  // The framer's bytes belong to the command; these are sent beside it.
  scripts.everywhere(session.client.identity, Buffer.from(framer.data.subarray(framer.start, framer.end)));
  session.toPrimary(command, false);
}
