// Where to listen or connect, in the one notation all settings use: `127.0.0.1:6379`, `[::1]:6379`, `name:6379`,
// `:9090` (every interface to listen on, this host to connect to) or `unix:/path`. An Address is what net.listen
// and net.connect take as they are.
import { connect, type Server } from 'node:net';
import { rmSync } from 'node:fs';
import { SettingError } from './errors.ts';

export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

const hostAndPort = /^(?:\[([0-9a-f:.]+(?:%\w+)?)\]|([^:[\]\s/@]*)):(\d{1,5})$/i;

/** @throws SettingError without a setting name when the text is no address. */
export function parseAddress(text: string): Address {
  if (/^unix:\/./.test(text)) return { path: text.slice('unix:'.length) };
  const [, v6, name, digits] = hostAndPort.exec(text) ?? [];
  const port = Number(digits);
  if (digits !== undefined && port <= 65_535) return { host: v6 ?? name ?? '', port };
  const todo = /^\d+$/.test(text)
    ? `write 127.0.0.1:${text}, or :${text} for every interface`
    : 'write host:port, [v6]:port or unix:/path';
  throw new SettingError({ what: 'not an address', todo });
}

/** The inverse of parseAddress. */
export function formatAddress(address: Address): string {
  if ('path' in address) return `unix:${address.path}`;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/**
 * Listens, and resolves to the address in fact bound (port 0 becomes a real one). A unix socket left behind by a
 * killed predecessor is removed first, as it would keep a restarted container in its restart loop for ever.
 */
export async function listen(server: Server, address: Address): Promise<Address> {
  if ('path' in address && (await isAbandoned(address.path))) rmSync(address.path, { force: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen({ ...address }, resolve);
  await promise;
  server.off('error', reject);
  const bound = server.address();
  return bound === null || typeof bound === 'string' || 'path' in address
    ? address
    : { ...address, port: bound.port };
}

function isAbandoned(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ path }, () => resolve(false));
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  return promise.finally(() => socket.destroy());
}
