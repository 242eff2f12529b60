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

/** `unless`: its error does not matter once that step went well. */
export type Step = { readonly bytes: Buffer; readonly mayFail?: boolean; readonly unless?: Step };

const step = (words: readonly string[], more: Omit<Step, 'bytes'> = {}): Step => ({
  bytes: encodeCommand(words).bytes,
  ...more,
});

const auth = ({ username, password }: Login): string[] =>
  username === '' ? ['AUTH', password] : ['AUTH', username, password];

export function handshake(identity: Identity, reach: Reach): readonly Step[] {
  const login = identity.login ?? reach.login;
  const db = ['SELECT', String(identity.db)];
  // A client's own user may have been let into this database by who it was before, and not be allowed to SELECT.
  const early = identity.db !== 0 && identity.login ? step(db, { mayFail: true }) : undefined;
  const before = early && reach.login ? step(auth(reach.login), { mayFail: true }) : undefined;
  const steps = [
    before,
    early,
    login && step(auth(login)),
    identity.resp === 3 ? step(['HELLO', '3']) : undefined,
    identity.db === 0 ? undefined : step(db, early && { unless: early }),
    identity.reading ? step(['READONLY']) : undefined,
    step(['CLIENT', 'SETNAME', 'redis-ambassador'], { mayFail: true }),
    step(['CLIENT', 'ID'], { mayFail: true }),
  ];
  return steps.filter((each) => each !== undefined);
}
