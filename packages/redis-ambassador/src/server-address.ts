// Addresses of Redis servers and Sentinels as people write them: `host`, `host:port`, `[v6]:port`, `redis://user:pass@host:port`
// and `rediss://` for TLS. Pure. For settings (to check them) and the ambassador (to use them).
import { parseAddress } from '@podmate/base/address';
import { SettingError } from '@podmate/base/errors';
import type { Endpoint, Login } from './upstream/dial.ts';

export type ServerAddress = Endpoint & { readonly tls: boolean; readonly login: Login | undefined };

/** @throws SettingError without a setting name, and without the text, which may hold a password */
export function parseServerAddress(text: string, defaultPort = 6379): ServerAddress {
  if (!/^[a-z]+:\/\//i.test(text)) return { ...hostAndPort(text, defaultPort), tls: false, login: undefined };
  const [, scheme = '', username, password = '', place = '', database = ''] =
    /^(rediss?):\/\/(?:([^:@/]*)(?::([^@]*))?@)?([^@/?#]+)(?:\/(.*))?$/i.exec(text) ?? [];
  if (scheme === '')
    throw new SettingError({
      what: 'not an address',
      todo: 'write redis://user:password@host:port, a / in it as %2F',
    });
  if (database !== '' && database !== '0')
    throw new SettingError({
      what: `names the database ${database}`,
      todo: 'leave it out: clients SELECT theirs',
    });
  const login =
    username === undefined ? undefined : { username: decoded(username), password: decoded(password) };
  return { ...hostAndPort(place, defaultPort), tls: scheme.toLowerCase() === 'rediss', login };
}

function hostAndPort(text: string, defaultPort: number): Endpoint {
  const whole = /^[^:[\]]+$/.test(text) && !/^\d+$/.test(text) ? `${text}:${defaultPort}` : text;
  const address = parseAddress(whole);
  if ('path' in address) throw new SettingError({ what: 'not a server', todo: 'write host:port' });
  return { host: address.host === '' ? '127.0.0.1' : address.host, port: address.port };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new SettingError({ what: 'a % that begins no character', cause, todo: 'write % as %25' });
  }
}

/** The one login of all addresses that name one. @throws SettingError when they differ */
export function loginOf(addresses: readonly ServerAddress[]): Login | undefined {
  const logins = addresses.flatMap(({ login }) => login ?? []);
  const [first] = logins;
  if (logins.some(({ username, password }) => username !== first?.username || password !== first.password))
    throw new SettingError({
      what: 'different logins',
      todo: 'all servers are logged in to as the same user',
    });
  return first;
}
