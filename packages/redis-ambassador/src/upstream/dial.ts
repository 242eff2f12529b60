// Opens a connection to a server and says how to introduce ourselves: TLS, login, database, protocol version.
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import { encodeCommand } from '../resp/inline-command.ts';
import type { Identity } from './source.ts';

export type Login = { readonly username: string; readonly password: string };

/** How servers are reached: the same for all of them. */
export type Reach = {
  readonly login: Login | undefined;
  readonly tls: TlsOptions | undefined;
  readonly connectTimeoutMs: number;
};

export type Endpoint = { readonly host: string; readonly port: number };

export function dial({ host, port }: Endpoint, reach: Reach): { socket: Socket; connectEvent: string } {
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: 15_000, noDelay: true };
  const socket = reach.tls
    ? connectTls({ ...reach.tls, host, port, ...keepAlive })
    : connect({ host, port, ...keepAlive });
  const connectEvent = reach.tls ? 'secureConnect' : 'connect';
  const late = setTimeout(
    () => socket.destroy(new Error(`connect ${host}:${port}: no answer within ${reach.connectTimeoutMs} ms`)),
    reach.connectTimeoutMs,
  ).unref();
  const settled = (): void => clearTimeout(late);
  socket.once(connectEvent, settled).once('close', settled);
  return { socket, connectEvent };
}

export function handshake(identity: Identity, reach: Reach): { bytes: Buffer; mayFail?: boolean }[] {
  const login = identity.login ?? reach.login;
  const commands: (string[] | undefined)[] = [
    login && (login.username === '' ? ['AUTH', login.password] : ['AUTH', login.username, login.password]),
    identity.resp === 3 ? ['HELLO', '3'] : undefined,
    identity.db === 0 ? undefined : ['SELECT', String(identity.db)],
  ];
  const named = { bytes: encodeCommand(['CLIENT', 'SETNAME', 'redis-ambassador']).bytes, mayFail: true };
  return [
    ...commands
      .filter((words) => words !== undefined)
      .map((words) => ({ bytes: encodeCommand(words).bytes })),
    named,
  ];
}
