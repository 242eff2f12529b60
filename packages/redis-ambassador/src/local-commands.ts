// Commands about the client's own connection, which does not exist upstream: answered here, as Redis would. Those that only
// the server can judge (AUTH, SELECT, HELLO with AUTH) are asked on a connection of the identity that the client wants to
// have; it gets that identity with the server's consent. Not hot.
import { ambassadorAnswers } from './ambassador-commands.ts';
import type { Arguments, Command } from './commands/find.ts';
import { clientInfo, clientKill, clientList, clientTracked, clientUnblock } from './client-commands.ts';
import { HELD } from './held.ts';
import { encodeCommand } from './resp/inline-command.ts';
import { errorReply, OK, type Value, writeReply } from './resp/reply.ts';
import type { Session } from './session.ts';
import { Question } from './upstream/question.ts';
import type { Identity } from './upstream/source.ts';

/** CLIENT LIST ID takes many. */
const MOST_WORDS = 10_000;

type Answer = (session: Session, words: readonly string[]) => void;

export function answerLocally(session: Session, { name }: Command, { data, args, argc }: Arguments): void {
  const words = Array.from({ length: Math.min(argc, MOST_WORDS) }, (_, i) =>
    data.toString('utf8', args[2 * i], args[2 * i + 1]),
  );
  const [least, most, answer] = answers[name] ?? [
    0,
    64,
    () => session.answer(errorReply('ERR unknown command')),
  ];
  if (words.length >= least && words.length <= most) return answer(session, words);
  session.answer(errorReply(`ERR wrong number of arguments for '${name}' command`));
}

const value = (session: Session, of: Value): void =>
  session.answer(Buffer.from(writeReply(of, session.client.identity.resp)));

/** What each answers, with the least and the most words it takes. */
const answers: Readonly<Record<string, readonly [least: number, most: number, answer: Answer]>> = {
  exec: [1, 1, (session) => session.answer(errorReply('ERR EXEC without MULTI'))],
  discard: [1, 1, (session) => session.answer(errorReply('ERR DISCARD without MULTI'))],
  unwatch: [1, 1, (session) => session.answer(OK)],
  quit: [1, 64, quit],
  reset: [1, 1, reset],
  post: [1, Infinity, (session) => session.close()],
  'host:': [1, Infinity, (session) => session.close()],
  select: [2, 2, select],
  auth: [2, 3, auth],
  hello: [1, 64, hello],
  'client|id': [2, 2, (session) => value(session, session.id)],
  'client|getname': [
    2,
    2,
    (session) => value(session, session.client.name === '' ? null : session.client.name),
  ],
  'client|setname': [3, 3, setName],
  'client|setinfo': [4, 4, setInfo],
  'client|info': [2, 2, clientInfo],
  'client|list': [2, MOST_WORDS, clientList],
  'client|kill': [3, 64, clientKill],
  'client|unblock': [3, 4, clientUnblock],
  'client|getredir': [2, 2, clientTracked],
  'client|trackinginfo': [2, 2, clientTracked],
  // What a client can do when it is redirected: nobody is, behind the ambassador.
  'client|capa': [3, 64, (session) => session.answer(OK)],
  'client|reply': [3, 3, replyMode],
  ...ambassadorAnswers,
};

/** Redis' errors begin with a word of their own; what a socket says of its end does not. */
const lostReply = (why: string): string =>
  /^[A-Z]+ /.test(why) ? why : `ERR the ambassador lost the server while this command was under way: ${why}`;

function quit(session: Session): void {
  session.answer(OK);
  session.close();
}

function reset(session: Session): void {
  if (session.order.outstanding > 0) return session.untilQuiet(true);
  session.connection.abandon();
  session.client.reset();
  session.answer(Buffer.from('+RESET\r\n'));
}

/**
 * Logs in. The default user's password is ours to check where --client-password sets one; such a client goes on with the
 * credentials of the settings. Whom else it names the servers know.
 */
function logIn(
  session: Session,
  login: Login,
  change: Partial<Identity>,
  accept: (reply: Buffer) => void,
): void {
  const { client, context } = session;
  const expected = context.clientPassword();
  const admit = (reply: Buffer): void => {
    client.admitted = true;
    accept(reply);
  };
  if (expected === undefined || !/^(default)?$/.test(login.username)) {
    const words = ['AUTH', ...(login.username === '' ? [] : [login.username]), login.password];
    return ask(session, client.become({ ...change, login }), words, admit);
  }
  if (session.order.outstanding > 0) return session.untilQuiet(true);
  if (!sameSecret(login.password, expected))
    return session.answer(errorReply('WRONGPASS invalid username-password pair or user is disabled.'));
  client.identity = client.become({ ...change, login: undefined });
  admit(OK);
}

/** Takes the same time wherever the two differ. */
function sameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i % b.length] ?? 0);
  return difference === 0;
}

/** Asks the primary, as `identity`, with nothing of the client under way; then goes on, as that identity if it said yes. */
function ask(
  session: Session,
  identity: Identity,
  words: readonly string[],
  accept: (reply: Buffer) => void,
): void {
  if (session.order.outstanding > 0) return session.untilQuiet(true);
  const { exchange } = session;
  if (exchange.primary?.crowded(identity))
    return session.answer(errorReply('ERR the ambassador serves as many logins and databases as it can'));
  session.hold(HELD.answer);
  const source = (): ReturnType<typeof exchange.primarySource> => exchange.primarySource(identity, false);
  const own = session.connection;
  const judged = (reply: Buffer | Error): void => {
    if (!Buffer.isBuffer(reply)) session.answer(errorReply(lostReply(reply.message)));
    else if (reply[0] === 45) session.answer(reply);
    else {
      session.client.identity = identity;
      if (own.kind !== 'none') own.become(identity);
      accept(reply);
    }
    session.release(HELD.answer);
  };
  const { bytes } = encodeCommand(words);
  if (own.kind !== 'none') return own.ask(bytes, judged);
  source().send(new Question(judged, source), bytes, 0, bytes.length, -1);
}

function select(session: Session, words: readonly string[]): void {
  const db = Number(words[1]);
  if (!/^\d{1,9}$/.test(words[1] ?? '')) {
    const wrong = /^-?\d+$/.test(words[1] ?? '')
      ? 'ERR DB index is out of range'
      : 'ERR value is not an integer or out of range';
    return session.answer(errorReply(wrong));
  }
  ask(session, session.client.become({ db }), ['SELECT', String(db)], (reply) => session.answer(reply));
}

function auth(session: Session, words: readonly string[]): void {
  const [, first = '', second] = words;
  const login =
    second === undefined ? { username: '', password: first } : { username: first, password: second };
  logIn(session, login, {}, (reply) => session.answer(reply));
}

type Login = NonNullable<Identity['login']>;
type Hello = { resp: 2 | 3; login?: Login; name?: string };

const NOAUTH_HELLO =
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time';

function hello(session: Session, words: readonly string[]): void {
  const wanted = readHello(words, session.client.identity.resp);
  if (typeof wanted === 'string') return session.answer(errorReply(wanted));
  if (session.order.outstanding > 0) return session.untilQuiet(true);
  const { login, resp } = wanted;
  if (!login && !session.client.admitted) return session.answer(errorReply(NOAUTH_HELLO));
  const greet = (): void => {
    if (wanted.name !== undefined) session.client.name = wanted.name;
    value(session, greeting(session));
  };
  const own = session.connection.kind !== 'none';
  const speak = (): void => ask(session, session.client.become({ resp }), ['HELLO', String(resp)], greet);
  if (login) return logIn(session, login, own ? {} : { resp }, own ? speak : greet);
  if (own) return speak();
  session.client.identity = session.client.become({ resp });
  greet();
}

/** What HELLO wants, or the error. */
function readHello(words: readonly string[], current: 2 | 3): Hello | string {
  const version = words[1];
  if (version !== undefined && !/^\d+$/.test(version))
    return 'ERR Protocol version is not an integer or out of range';
  if (version !== undefined && version !== '2' && version !== '3')
    return 'NOPROTO unsupported protocol version';
  const wanted: Hello = { resp: version === undefined ? current : version === '3' ? 3 : 2 };
  for (let i = 2; i < words.length; i++) {
    const option = words[i]!.toLowerCase();
    const [first, second] = [words[i + 1], words[i + 2]];
    if (option === 'auth' && first !== undefined && second !== undefined) {
      wanted.login = { username: first, password: second };
      i += 2;
    } else if (option === 'setname' && first !== undefined) {
      wanted.name = first;
      i++;
    } else return `ERR Syntax error in HELLO option '${words[i]}'`;
  }
  return wanted;
}

function greeting({ id, client, exchange }: Session): Value {
  return new Map<string, Value>([
    ['server', 'redis'],
    ['version', exchange.version],
    ['proto', client.identity.resp],
    ['id', id],
    ['mode', 'standalone'],
    ['role', 'master'],
    ['modules', []],
  ]);
}

const NAME = /^[!-~]*$/;

function setName(session: Session, [, , name = '']: readonly string[]): void {
  if (!NAME.test(name)) {
    const wrong = 'ERR Client names cannot contain spaces, newlines or special characters.';
    return session.answer(errorReply(wrong));
  }
  session.client.name = name;
  session.answer(OK);
}

function setInfo(session: Session, [, , attribute = '', text = '']: readonly string[]): void {
  const which = attribute.toLowerCase();
  if (which !== 'lib-name' && which !== 'lib-ver')
    return session.answer(errorReply(`ERR Unrecognized option '${attribute}'`));
  if (!NAME.test(text))
    return session.answer(errorReply(`ERR ${which} cannot contain spaces, newlines or special characters.`));
  if (which === 'lib-name') session.client.libName = text;
  else session.client.libVersion = text;
  session.answer(OK);
}

function replyMode(session: Session, [, , mode = '']: readonly string[]): void {
  const { client } = session;
  switch (mode.toLowerCase()) {
    case 'on':
      client.repliesOff = false;
      client.skips = 0;
      return session.answer(OK);
    case 'off':
      client.repliesOff = true;
      return;
    case 'skip':
      if (!client.repliesOff) client.skips = 1;
      return;
    default:
      return session.answer(errorReply('ERR syntax error'));
  }
}
