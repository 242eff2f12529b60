// The settings about who may speak with whom: where clients come in, logins and TLS on both sides. Part of the one table
// (settings.ts), a file apart as the table is long.
import { type Address, parseAddress } from '@podmate/base/address';
import type { SettingFault } from '@podmate/base/errors';
import type { Table } from '@podmate/base/settings';

export const clientRows = {
  listen: {
    kind: 'list',
    byComma: true,
    group: 'Clients',
    default: ['127.0.0.1:6379'],
    metavar: 'ADDRESS',
    help: 'Where the application finds its Redis; several are possible, also unix:/path and, with TLS, tls:host:port.',
  },
  listenMode: {
    kind: 'string',
    group: 'Clients',
    default: '0666',
    metavar: 'MODE',
    help: 'Permissions of a unix socket, octal; like a port on localhost, it is open to the whole pod by default.',
  },
  listenTlsCert: {
    kind: 'path',
    group: 'Clients',
    metavar: 'FILE',
    help: 'Certificate chain (PEM) to show to clients at tls: addresses.',
  },
  listenTlsKey: { kind: 'path', group: 'Clients', metavar: 'FILE', help: 'Its private key (PEM).' },
  listenTlsCa: {
    kind: 'path',
    group: 'Clients',
    metavar: 'FILE',
    help: 'Only take clients whose certificate one of these authorities signed.',
  },
  clientPassword: {
    kind: 'secret',
    group: 'Clients',
    file: true,
    reloadable: true,
    help: 'Password that clients must log in with, as the default user; other users are checked by the servers.',
  },
} as const satisfies Table;

export const loginRows = {
  username: {
    kind: 'string',
    group: 'Servers',
    default: '',
    help: 'User to log in to the servers as; empty: the default user.',
  },
  password: {
    kind: 'secret',
    group: 'Servers',
    file: true,
    reloadable: true,
    help: 'Password to log in to the servers with; the application then needs none.',
  },
  tls: { kind: 'boolean', group: 'Servers', help: 'Speak TLS with the servers.' },
  tlsCa: {
    kind: 'path',
    group: 'Servers',
    metavar: 'FILE',
    help: 'Certificates of authorities to trust for the servers.',
  },
  tlsCert: {
    kind: 'path',
    group: 'Servers',
    metavar: 'FILE',
    help: 'Our certificate, where the servers ask for one.',
  },
  tlsKey: { kind: 'path', group: 'Servers', metavar: 'FILE', help: 'The key of our certificate.' },
  tlsServerName: {
    kind: 'string',
    group: 'Servers',
    default: '',
    help: 'Name to expect in the certificates; empty: the host.',
  },
  tlsInsecure: {
    kind: 'boolean',
    group: 'Servers',
    help: 'Do not verify the certificates of the servers. For development.',
  },
} as const satisfies Table;

const TLS_PREFIX = 'tls:';

/** Flags may repeat, and one may hold several items with commas between. */
export function separated(texts: readonly string[]): string[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

export type ListenAddress = { readonly address: Address; readonly secure: boolean };

/** `host:port`, `unix:/path`, `tls:host:port`. */
export function listenAddress(text: string): ListenAddress {
  const secure = text.startsWith(TLS_PREFIX);
  return { address: parseAddress(secure ? text.slice(TLS_PREFIX.length) : text), secure };
}

type AccessValues = Record<`${'tls' | 'listenTls'}${'Ca' | 'Cert' | 'Key'}`, string | undefined> & {
  readonly tls: boolean;
  readonly listen: readonly string[];
  readonly listenMode: string;
  readonly username: string;
  readonly password: string | undefined;
};

function* tlsFaults(values: AccessValues): Iterable<SettingFault> {
  const { tls, tlsCa, tlsCert, tlsKey, listenTlsCa, listenTlsCert, listenTlsKey, listen } = values;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    yield { setting: '--tls-cert', what: 'goes with --tls-key', todo: 'give both' };
  if (!tls && (tlsCa ?? tlsCert ?? tlsKey) !== undefined)
    yield { setting: '--tls', what: 'off, but certificates are given', todo: 'give --tls' };
  if ((listenTlsCert === undefined) !== (listenTlsKey === undefined))
    yield { setting: '--listen-tls-cert', what: 'goes with --listen-tls-key', todo: 'give both' };
  const secure = separated(listen).some((text) => text.startsWith(TLS_PREFIX));
  if (secure && listenTlsCert === undefined)
    yield {
      setting: '--listen',
      what: 'no certificate for its tls: address',
      todo: 'give --listen-tls-cert',
    };
  if (!secure && (listenTlsCert ?? listenTlsCa) !== undefined)
    yield {
      setting: '--listen-tls-cert',
      what: 'no tls: address in --listen',
      todo: 'write --listen tls:HOST:PORT',
    };
}

/** What does not go together. */
export function* accessFaults(values: AccessValues): Iterable<SettingFault> {
  yield* tlsFaults(values);
  const { username, password, listenMode } = values;
  if (username !== '' && password === undefined)
    yield { setting: '--username', what: 'no password for it', todo: 'give its --password-file' };
  if (!/^0?[0-7]{3}$/.test(listenMode))
    yield { setting: '--listen-mode', value: listenMode, what: 'no permissions', todo: 'write 0660' };
}
