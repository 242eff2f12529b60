// The head that goes on: what was received, without the fields that were meant for us (RFC 9110 section 7.6.1), with
// those that are ours to say. Fields to keep are taken as they came, in runs of bytes; framing is always said anew in
// its one plain form. Hot: one string for each message.
import {
  CONNECTION,
  CONTENT_LENGTH,
  HOST_FIELD,
  HTTP2_SETTINGS,
  KEEP_ALIVE,
  PROXY_AUTHORIZATION,
  PROXY_CONNECTION,
  TE,
  TRANSFER_ENCODING,
  UPGRADE,
  X_FORWARDED_FOR,
  X_FORWARDED_HOST,
  X_FORWARDED_PROTO,
} from './field-kind.ts';
import { FIELD_WIDTH, type Head } from './head.ts';
import { DIGIT_0 } from './octets.ts';
import type { Target } from './target.ts';

export type HeaderEdits = {
  /** Lower-case names to leave out. */
  readonly removed: ReadonlySet<string>;
  /** Whole lines, `Name: value\r\n`. */
  readonly added: string;
};
export const NO_EDITS: HeaderEdits = { removed: new Set(), added: '' };

const dropIn = (...kinds: number[]): Uint8Array => {
  const table = new Uint8Array(32);
  for (const kind of kinds) table[kind] = 1;
  return table;
};

const FORWARDED = [X_FORWARDED_FOR, X_FORWARDED_HOST, X_FORWARDED_PROTO];
const HOP_BY_HOP = [CONNECTION, TRANSFER_ENCODING, KEEP_ALIVE, UPGRADE, TE, PROXY_CONNECTION, HTTP2_SETTINGS];
const REQUEST = dropIn(HOST_FIELD, PROXY_AUTHORIZATION, ...HOP_BY_HOP);
const REQUEST_REPLACING_FORWARDED = dropIn(HOST_FIELD, PROXY_AUTHORIZATION, ...HOP_BY_HOP, ...FORWARDED);
const RESPONSE = dropIn(CONNECTION, TRANSFER_ENCODING, KEEP_ALIVE, UPGRADE, PROXY_CONNECTION);
const RESPONSE_UPGRADE = dropIn(CONNECTION, TRANSFER_ENCODING, KEEP_ALIVE, PROXY_CONNECTION);
const RESPONSE_WITHOUT_BODY = dropIn(
  CONNECTION,
  TRANSFER_ENCODING,
  KEEP_ALIVE,
  UPGRADE,
  PROXY_CONNECTION,
  CONTENT_LENGTH,
);

export type RequestPlan = HeaderEdits & {
  /** Sent as Host; undefined keeps what the client asked for. */
  readonly host: string | undefined;
  /** The route's prefix is replaced by this; undefined leaves paths alone. */
  readonly replacePath: { readonly prefix: string; readonly by: string } | undefined;
  readonly setForwarded: boolean;
};

/** @param from address of the client; @param isUpgrade whether to ask the upstream for the upgrade, too */
export function requestHead(
  head: Head,
  target: Target,
  plan: RequestPlan,
  from: string,
  proto: 'http' | 'https',
  isUpgrade: boolean,
): string {
  const authority = head.text(target.authorityStart, target.authorityEnd);
  let text = requestLine(head, target, plan);
  const host = plan.host ?? authority;
  if (host !== '' || head.hostCount > 0) text += `Host: ${host}\r\n`;
  text += keptFields(head, plan.setForwarded ? REQUEST_REPLACING_FORWARDED : REQUEST, plan);
  if (plan.setForwarded) {
    text += `X-Forwarded-For: ${from}\r\nX-Forwarded-Host: ${authority}\r\nX-Forwarded-Proto: ${proto}\r\n`;
  }
  if (isUpgrade)
    text += `Connection: Upgrade\r\nUpgrade: ${head.text(head.upgradeStart, head.upgradeEnd)}\r\n`;
  if (head.chunked) text += 'Transfer-Encoding: chunked\r\n';
  return `${text}${plan.added}\r\n`;
}

function requestLine(head: Head, target: Target, { replacePath }: RequestPlan): string {
  if (target.form === 'origin' && replacePath === undefined) {
    return `${head.text(head.methodStart, head.targetEnd)} HTTP/1.1\r\n`;
  }
  let path = head.text(target.pathStart, target.pathEnd);
  if (!path.startsWith('/') && path !== '*') path = `/${path}`;
  if (replacePath !== undefined && path.startsWith(replacePath.prefix)) {
    // A route for `/api/` or `/` ends with the slash that the rest begins with.
    const { prefix } = replacePath;
    const rest = path.slice(prefix.endsWith('/') ? prefix.length - 1 : prefix.length);
    path =
      rest.startsWith('/') && replacePath.by.endsWith('/')
        ? replacePath.by + rest.slice(1)
        : replacePath.by + rest;
    if (!path.startsWith('/')) path = `/${path}`;
  }
  return `${head.text(head.methodStart, head.methodEnd)} ${path} HTTP/1.1\r\n`;
}

export type Ending = 'close' | 'keep-alive' | 'keep';

/** @param ending what to say of the connection; `keep` says nothing, as HTTP/1.1 keeps it by itself */
export function responseHead(head: Head, edits: HeaderEdits, ending: Ending, chunked: boolean): string {
  const { status } = head;
  const isUpgrade = status === 101 || status === 426;
  const hasNoBody = status < 200 || status === 204;
  const drop = isUpgrade ? RESPONSE_UPGRADE : hasNoBody ? RESPONSE_WITHOUT_BODY : RESPONSE;
  let text = `HTTP/1.1 ${head.text(head.statusStart, head.statusEnd)}\r\n${keptFields(head, drop, edits)}`;
  if (chunked) text += 'Transfer-Encoding: chunked\r\n';
  if (isUpgrade)
    text +=
      ending === 'close' && status === 426 ? 'Connection: close, Upgrade\r\n' : 'Connection: Upgrade\r\n';
  else if (ending !== 'keep')
    text += ending === 'close' ? 'Connection: close\r\n' : 'Connection: keep-alive\r\n';
  return `${text}${edits.added}\r\n`;
}

/** The lines of all fields that are neither dropped by kind nor by name. */
function keptFields(head: Head, drop: Uint8Array, { removed }: HeaderEdits): string {
  const { fields, fieldCount, nominated } = head;
  const byName = removed.size > 0 || nominated.length > 0;
  let text = '';
  let runStart = -1;
  for (let slot = 0; slot < fieldCount * FIELD_WIDTH; slot += FIELD_WIDTH) {
    const lineStart = fields[slot + 1]!;
    const dropped = drop[fields[slot]!] === 1 || (byName && isNamed(head, slot, removed));
    const anew = !dropped && fields[slot] === CONTENT_LENGTH && isPadded(head, slot);
    if ((dropped || anew) && runStart >= 0) {
      text += head.text(runStart, lineStart);
      runStart = -1;
    } else if (!dropped && !anew && runStart < 0) runStart = lineStart;
    if (anew) text += `Content-Length: ${head.contentLength}\r\n`;
  }
  return runStart < 0 ? text : text + head.text(runStart, head.fieldsEnd);
}

/** Whether a length begins with a zero that is not all of it: `010` is ten here, and eight to who takes it for octal. */
function isPadded({ bytes, fields }: Head, slot: number): boolean {
  const valueStart = fields[slot + 3]!;
  return bytes[valueStart] === DIGIT_0 && fields[slot + 4]! - valueStart > 1;
}

function isNamed(head: Head, slot: number, removed: ReadonlySet<string>): boolean {
  const { fields, nominated } = head;
  const name = head.text(fields[slot + 1]!, fields[slot + 2]!).toLowerCase();
  return removed.has(name) || nominated.includes(name);
}
