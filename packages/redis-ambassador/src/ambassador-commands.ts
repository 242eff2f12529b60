// AMBASSADOR STATUS, ROUTE, CONSISTENCY and so on: what people and applications can ask the ambassador itself, inside the
// protocol. For local-commands.ts. Not hot.
import { explainRoute } from './explain.ts';
import { errorReply, OK, type Value, writeReply } from './resp/reply.ts';
import { consistencyChoices } from './routing.ts';
import type { Session } from './session.ts';

type Answer = (session: Session, words: readonly string[]) => void;

const HELP = `AMBASSADOR <subcommand> [<arg> ...]. Subcommands are:
STATUS
    Who is primary, who are the replicas, and how they are.
ROUTE <command> [<arg> ...]
    Where this command would go, and why; it is not carried out.
CONSISTENCY [eventual|key|session|strong|default]
    What reads of this connection must have seen; without an argument: what holds now.
SLOWLOG [GET [<count>] | LEN | RESET]
    Commands that took --slowlog-threshold or longer, newest first: number, time, microseconds, server, command.
HELP
    This.`;

/** What each answers, with the least and the most words it takes. */
export const ambassadorAnswers: Readonly<Record<string, readonly [number, number, Answer]>> = {
  'ambassador|status': [2, 2, (session) => value(session, session.context.status())],
  'ambassador|route': [3, 64, route],
  'ambassador|consistency': [2, 3, consistency],
  'ambassador|slowlog': [2, 4, slowLog],
  'ambassador|help': [2, 2, (session) => value(session, HELP.split('\n'))],
};

const value = (session: Session, of: Value): void =>
  session.answer(Buffer.from(writeReply(of, session.client.identity.resp)));

function route(session: Session, words: readonly string[]): void {
  const { policy, exchange, shards } = session.context;
  const { consistency: wanted } = session.client;
  const live = shards
    ? { nameShard: (slot: number) => shards.ofSlot(slot).names }
    : { readers: exchange.readerNames };
  value(session, explainRoute(words.slice(2), policy, { consistency: wanted, ...live }));
}

function consistency(session: Session, [, , text]: readonly string[]): void {
  const { client, context } = session;
  if (text === undefined) return value(session, client.consistency);
  const wanted = text.toLowerCase();
  const chosen =
    wanted === 'default' ? context.policy.consistency : consistencyChoices.find((each) => each === wanted);
  if (chosen === undefined)
    return session.answer(
      errorReply(`ERR consistency is one of ${consistencyChoices.join(', ')} or default`),
    );
  client.consistency = chosen;
  session.answer(OK);
}

function slowLog(session: Session, [, , what = 'get', text = '10']: readonly string[]): void {
  const { slowLog: log } = session.context;
  const count = Number(text);
  switch (what.toLowerCase()) {
    case 'len':
      return value(session, log.entries.length);
    case 'reset':
      log.reset();
      return session.answer(OK);
    case 'get': {
      if (!Number.isInteger(count) || count < -1)
        return session.answer(errorReply('ERR value is not an integer or out of range'));
      const rows = log.entries.slice(0, count === -1 ? undefined : count);
      return value(
        session,
        rows.map(({ id, atMs, tookMs, server, text: command }) => [
          id,
          Math.floor(atMs / 1000),
          Math.round(tookMs * 1000),
          server,
          command,
        ]),
      );
    }
    default:
      return session.answer(errorReply(`ERR unknown subcommand of AMBASSADOR SLOWLOG: ${what.slice(0, 64)}`));
  }
}
