// CLIENT LIST, INFO, KILL and UNBLOCK between clients of this ambassador: ids are those that CLIENT ID gave them here, not
// those of the connections that they share. The server is asked first whether the user may do that at all, and for what it
// knows of connections that belong to one client. Not hot.
import { HELD } from './held.ts';
import { encodeCommand } from './resp/inline-command.ts';
import { errorReply, OK, readReply, writeReply } from './resp/reply.ts';
import type { Session } from './session.ts';
import { Question } from './upstream/question.ts';

type Words = readonly string[];

/** Asks the server, with nothing of this client under way; an error is the answer to the client, too. */
export function askServer(session: Session, words: Words, then: (reply: Buffer) => void): void {
  session.hold(HELD.answer);
  const { exchange } = session;
  const source = (): ReturnType<typeof exchange.primarySource> =>
    exchange.primarySource(session.client.identity, false);
  const answer = (reply: Buffer | Error): void => {
    if (!Buffer.isBuffer(reply)) session.answer(errorReply(reply.message));
    else if (reply[0] === 45) session.answer(reply);
    else then(reply);
    session.release(HELD.answer);
  };
  const { bytes } = encodeCommand(words);
  if (session.connection.kind !== 'none') return session.connection.ask(bytes, answer);
  source().send(new Question(answer, source), bytes, 0, bytes.length, -1);
}

/** Of the clock, about. */
const BEATS_A_SECOND = 10;

/** Any id that no connection has: asking to kill it only asks for permission. */
const NOBODY = String(Number.MAX_SAFE_INTEGER);

export function clientList(session: Session, words: Words): void {
  if (session.order.outstanding > 0) return session.untilQuiet(true);
  // The server judges the filter's syntax; ids in it are ours.
  askServer(session, words, () =>
    askServer(session, ['CLIENT', 'LIST'], (reply) => {
      const lines = linesById(reply);
      const chosen = [...session.context.sessions()].filter((each) => listed(each, lines, words));
      text(session, chosen.map((each) => `${line(each, lines, each === session ? words : [])}\n`).join(''));
    }),
  );
}

export function clientInfo(session: Session, words: Words): void {
  if (session.order.outstanding > 0) return session.untilQuiet(true);
  if (session.connection.kind === 'none') return text(session, `${line(session, new Map(), words)}\n`);
  askServer(session, words, (reply) => text(session, `${line(session, linesById(reply), words)}\n`));
}

function text(session: Session, of: string): void {
  const body = writeReply(of, 2);
  const verbatim = `=${Buffer.byteLength(of) + 4}\r\ntxt:${of}\r\n`;
  session.answer(Buffer.from(session.client.identity.resp === 3 ? verbatim : body));
}

function linesById(reply: Buffer): ReadonlyMap<number, string> {
  const all = String(readReply(reply)).replace(/^txt:/, '');
  return new Map(all.split('\n').map((each) => [Number(/^id=(\d+) /.exec(each)?.[1]), each]));
}

function listed(session: Session, lines: ReadonlyMap<number, string>, words: Words): boolean {
  const [option, ...rest] = words.slice(2).map((word) => word.toLowerCase());
  if (option === 'id') return rest.includes(String(session.id));
  return option !== 'type' || typeOf(session, lines) === rest[0];
}

/** As CLIENT LIST TYPE and KILL TYPE name them. */
function typeOf(session: Session, lines: ReadonlyMap<number, string>): string {
  const flags = /flags=(\S+)/.exec(lines.get(session.connection.source?.serverId ?? -1) ?? '')?.[1] ?? 'N';
  if (flags.includes('S')) return 'replica';
  return flags.includes('P') ? 'pubsub' : 'normal';
}

/** What the server says of a connection of its own, as far as that is the client's; otherwise what we know. */
function line(session: Session, lines: ReadonlyMap<number, string>, words: Words): string {
  const { id, client, remote, local, context } = session;
  const { identity, name } = client;
  const known = lines.get(session.connection.source?.serverId ?? -1);
  const who = `id=${id} addr=${remote} laddr=${local}`;
  if (known !== undefined) {
    return known
      .replace(/^id=\d+ addr=\S+ laddr=\S+/, who)
      .replace(/ name=\S*/, ` name=${name}`)
      .replace(/ redir=(\d+)/, (_, server) => ` redir=${ownId(session, Number(server))}`);
  }
  const age = Math.floor((context.now() - session.since) / 1000);
  const idle = words.length > 0 ? 0 : Math.floor((context.clock.beat - session.heardAt) / BEATS_A_SECOND);
  const query = words.length > 0 ? encodeCommand(words).bytes.length : 0;
  const output = session.output.bufferedBytes;
  return [
    `${who} fd=0 name=${name} age=${age} idle=${idle}`,
    `flags=N db=${identity.db} sub=0 psub=0 ssub=0 multi=-1 qbuf=${query} qbuf-free=0 argv-mem=0 multi-mem=0`,
    `rbs=0 rbp=0 obl=0 oll=0 omem=${output} tot-mem=${output} events=r cmd=${session.last?.name ?? 'NULL'}`,
    `user=${identity.login?.username || 'default'} redir=-1 resp=${identity.resp}`,
  ].join(' ');
}

/** The id we gave to the client whose own connection has this one at the server; -1 when it is none of ours. */
export function ownId(session: Session, serverId: number): number {
  if (serverId <= 0) return serverId;
  const gone = session.connection.redirect(serverId);
  if (gone !== undefined) return gone;
  for (const each of session.context.sessions()) {
    if (each.connection.source?.serverId === serverId) return each.id;
  }
  return -1;
}

type Filter = { readonly skipMe: boolean; readonly wants: readonly ((session: Session) => boolean)[] };

export function clientKill(session: Session, words: Words): void {
  if (session.order.outstanding > 0) return session.untilQuiet(true);
  const old = words.length === 3;
  const filter = old
    ? { skipMe: false, wants: [(each: Session) => each.remote === words[2]] }
    : readFilter(words.slice(2));
  if (typeof filter === 'string') return session.answer(errorReply(filter));
  const user = words.findIndex((word, i) => i > 1 && i % 2 === 0 && word.toLowerCase() === 'user');
  const permission = ['CLIENT', 'KILL', 'ID', NOBODY, ...(user > 0 ? ['USER', words[user + 1] ?? ''] : [])];
  askServer(session, permission, () =>
    askServer(session, ['CLIENT', 'LIST'], (reply) => {
      const lines = linesById(reply);
      const type = wanted(words, 'type');
      const chosen = [...session.context.sessions()]
        .filter((each) => filter.wants.every((wants) => wants(each)) && !(filter.skipMe && each === session))
        .filter((each) => type === undefined || typeOf(each, lines) === type.replace('slave', 'replica'));
      for (const each of chosen) if (each !== session) each.destroy();
      if (!old) session.answer(Buffer.from(`:${chosen.length}\r\n`));
      else session.answer(chosen.length > 0 ? OK : errorReply('ERR No such client'));
      if (chosen.includes(session)) session.close();
    }),
  );
}

function wanted(words: Words, option: string): string | undefined {
  const at = words.findIndex((word, i) => i > 1 && i % 2 === 0 && word.toLowerCase() === option);
  return at < 0 ? undefined : words[at + 1]?.toLowerCase();
}

/** The filter of CLIENT KILL, or the error in Redis' words. */
function readFilter(options: Words): Filter | string {
  let skipMe = true;
  const wants: ((session: Session) => boolean)[] = [];
  for (let i = 0; i < options.length; i += 2) {
    const [option = '', value] = [options[i]?.toLowerCase(), options[i + 1]];
    if (value === undefined) return 'ERR syntax error';
    if (option === 'id') {
      if (!/^[1-9]\d{0,17}$/.test(value)) return 'ERR client-id should be greater than 0';
      wants.push(({ id }) => id === Number(value));
    } else if (option === 'addr') wants.push(({ remote }) => remote === value);
    else if (option === 'laddr') wants.push(({ local }) => local === value);
    else if (option === 'user')
      wants.push(({ client }) => (client.identity.login?.username || 'default') === value);
    else if (option === 'skipme' && /^(yes|no)$/i.test(value)) skipMe = value.toLowerCase() === 'yes';
    else if (option !== 'type') return 'ERR syntax error';
    else if (!/^(normal|master|slave|replica|pubsub)$/i.test(value))
      return `ERR Unknown client type '${value}'`;
  }
  return { skipMe, wants };
}

export function clientUnblock(session: Session, words: Words): void {
  if (session.order.outstanding > 0) return session.untilQuiet(true);
  const target = /^\d+$/.test(words[2] ?? '') ? session.context.session(Number(words[2])) : undefined;
  const known = target?.connection.source?.serverId;
  const id = known === undefined && /^\d+$/.test(words[2] ?? '') ? NOBODY : String(known ?? words[2]);
  askServer(session, ['CLIENT', 'UNBLOCK', id, ...words.slice(3)], (reply) => session.answer(reply));
}

/** CLIENT GETREDIR and TRACKINGINFO: what the server says, with the id of the client it redirects to as we gave it. */
export function clientTracked(session: Session, words: Words): void {
  if (session.order.outstanding > 0) return session.untilQuiet(true);
  askServer(session, words, (reply) => {
    const mapped = reply
      .toString('latin1')
      .replace(/^(:|[^]*\$8\r\nredirect\r\n:)(\d+)/, (_, head, id) => `${head}${ownId(session, Number(id))}`);
    session.answer(Buffer.from(mapped, 'latin1'));
  });
}
