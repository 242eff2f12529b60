// Opens a connection to a server and says how to introduce ourselves: TLS, login, database, protocol version.
import { connect, type Socket } from 'node:net';
import { encodeCommand } from '../resp/inline-command.ts';
import type { ServerTls } from '../tls.ts';
import type { Identity } from './source.ts';

export type Login = { readonly username: string; readonly password: string };

/** How servers are reached: the same for all of them. Looked at for each connection anew, as it may be renewed. */
export type Reach = {
  readonly login: Login | undefined;
  readonly tls: ServerTls | undefined;
  readonly connectTimeoutMs: number;
};

export type Endpoint = {
  readonly host: string;
  readonly port: number;
  /** The name that led to the address `host`, for the server's certificate. */
  readonly serverName?: string;
};

export type Dialled = {
  readonly socket: Socket;
  readonly connectEvent: string;
  /** To be called when the server has answered the handshake; otherwise the connection ends. */
  readonly introduced: () => void;
};

export function dial({ host, port, serverName }: Endpoint, { tls, connectTimeoutMs }: Reach): Dialled {
  const where = { host, port, keepAlive: true, keepAliveInitialDelay: 15_000, noDelay: true };
  const socket = tls ? tls.connect(where, serverName) : connect(where);
  const late = setTimeout(
    () => socket.destroy(new Error(`connect ${host}:${port}: no answer within ${connectTimeoutMs} ms`)),
    connectTimeoutMs,
  ).unref();
  const introduced = (): void => clearTimeout(late);
  socket.once('close', introduced);
  return { socket, connectEvent: tls ? 'secureConnect' : 'connect', introduced };
}

export function handshake(identity: Identity, reach: Reach): { bytes: Buffer; mayFail?: boolean }[] {
  const login = identity.login ?? reach.login;
  const commands: (string[] | undefined)[] = [
    login && (login.username === '' ? ['AUTH', login.password] : ['AUTH', login.username, login.password]),
    identity.resp === 3 ? ['HELLO', '3'] : undefined,
    identity.db === 0 ? undefined : ['SELECT', String(identity.db)],
    identity.reading ? ['READONLY'] : undefined,
  ];
  const named = { bytes: encodeCommand(['CLIENT', 'SETNAME', 'redis-ambassador']).bytes, mayFail: true };
  const id = { bytes: encodeCommand(['CLIENT', 'ID']).bytes, mayFail: true };
  return [
    ...commands
      .filter((words) => words !== undefined)
      .map((words) => ({ bytes: encodeCommand(words).bytes })),
    named,
    id,
  ];
}
