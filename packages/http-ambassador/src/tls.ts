// The one place that knows node:tls, loaded only where TLS is used (5 MB RSS): dials upstreams with it, and makes the
// server side of listeners.
import { readFileSync } from 'node:fs';
import type { NetConnectOpts, Server, Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Address } from '@podmate/base/address';
import { SettingError } from '@podmate/base/errors';
import type { Dial } from './endpoint.ts';
import type { Wire } from './wire.ts';

export type Tls = typeof import('node:tls');

export type TlsFiles = {
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
};

export type TlsClientPlan = TlsFiles & { readonly serverName: string; readonly verify: boolean };

function read(setting: string, path: string | undefined): Buffer | undefined {
  try {
    return path === undefined ? undefined : readFileSync(path);
  } catch (cause) {
    throw new SettingError({ setting, value: path ?? '', what: 'cannot read', cause });
  }
}

/** @throws SettingError naming the file that cannot be read or used */
function contextOf(tls: Tls, { ca, certificate, key }: TlsFiles): ReturnType<Tls['createSecureContext']> {
  const files = {
    ca: read('tlsCa', ca),
    cert: read('tlsCertificate', certificate),
    key: read('tlsKey', key),
  };
  try {
    return tls.createSecureContext(Object.fromEntries(Object.entries(files).filter(([, bytes]) => bytes)));
  } catch (cause) {
    throw new SettingError({
      setting: 'tlsCertificate',
      value: certificate ?? ca ?? '',
      what: 'not usable',
      cause,
    });
  }
}

/** Dials with TLS, resuming the last session of each endpoint. */
export function dialTls(tls: Tls, plan: TlsClientPlan): Dial {
  const secureContext = contextOf(tls, plan);
  const sessions = new Map<string, Buffer>();
  return (wire: Wire, address: Address, connected: () => void): Socket => {
    const at = 'path' in address ? address.path : `${address.host}:${address.port}`;
    const session = sessions.get(at);
    const options: ConnectionOptions & NetConnectOpts = {
      ...address,
      secureContext,
      rejectUnauthorized: plan.verify,
      ...(/^[\d.]+$|:/.test(plan.serverName) ? {} : { servername: plan.serverName }),
      checkServerIdentity: (_name, certificate) => tls.checkServerIdentity(plan.serverName, certificate),
      ALPNProtocols: ['http/1.1'],
      allowHalfOpen: true,
      onread: wire.onread,
      ...(session && { session }),
    };
    const socket = tls.connect(options);
    socket.setNoDelay(true);
    socket.on('session', (fresh: Buffer) => void sessions.set(at, fresh));
    wire.open(socket);
    return socket.once('secureConnect', connected);
  };
}

/** A server whose `secureConnection` sockets speak plain text to us. */
export function tlsServer(tls: Tls, files: TlsFiles, onSocket: (socket: Socket) => void): Server {
  const { ca } = files;
  contextOf(tls, files); // Says which file is wrong.
  const server = tls.createServer({
    ...(files.certificate && { cert: readFileSync(files.certificate) }),
    ...(files.key && { key: readFileSync(files.key) }),
    ...(ca && { ca: readFileSync(ca) }),
    requestCert: ca !== undefined,
    rejectUnauthorized: ca !== undefined,
    ALPNProtocols: ['http/1.1'],
    allowHalfOpen: true,
    noDelay: true,
  });
  return server.on('secureConnection', onSocket);
}
