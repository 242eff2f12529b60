// TLS on both sides: towards the servers (an authority to trust, our certificate where they ask for one) and towards
// clients. The one file that knows node:tls, which costs 5 MB of memory and is loaded only where a setting asks for it.
// Invariant: material is taken as a whole or not at all: what cannot be read or used leaves the former in place.
import { readFileSync } from 'node:fs';
import type { Server, Socket, TcpNetConnectOpts } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { SettingError } from '@podmate/base/errors';

type NodeTls = typeof import('node:tls');

/** Paths of PEM files. */
export type TlsFiles = {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
};

type Material = { ca?: Buffer; cert?: Buffer; key?: Buffer };

/** A client that does not finish its handshake in this time is none. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** TLS towards the servers, for the data path (connect) and for the control connections of ioredis (options). */
export class ServerTls {
  readonly #tls: NodeTls;
  readonly #files: TlsFiles;
  readonly #serverName: string;
  readonly #verify: boolean;
  #context: ConnectionOptions['secureContext'];

  /** @throws SettingError naming what cannot be read or used */
  static async load(files: TlsFiles, serverName: string, verify: boolean): Promise<ServerTls> {
    return new ServerTls(await import('node:tls'), files, serverName, verify);
  }

  private constructor(tls: NodeTls, files: TlsFiles, serverName: string, verify: boolean) {
    this.#tls = tls;
    this.#files = files;
    this.#serverName = serverName;
    this.#verify = verify;
    this.renew();
  }

  /** Reads the files again, for the connections to come. @throws SettingError, and the former material stays */
  renew(): void {
    this.#context = this.#tls.createSecureContext(usable(this.#tls, '--tls', this.#files));
  }

  /** What tls.connect() needs besides the address. */
  get options(): ConnectionOptions {
    const name = this.#serverName;
    return {
      ...(this.#context && { secureContext: this.#context }),
      rejectUnauthorized: this.#verify,
      ...(name !== '' && {
        // An IP address is no server name for the wire (RFC 6066, 3), but may be one in a certificate.
        ...(!/^[\d.]+$|:/.test(name) && { servername: name }),
        checkServerIdentity: (_host: string, certificate) => this.#tls.checkServerIdentity(name, certificate),
      }),
    };
  }

  /** `serverName`: whose certificate to expect where the host is an address that a name led to. */
  connect(where: TcpNetConnectOpts, serverName?: string): Socket {
    const expected = serverName !== undefined && { servername: serverName };
    return this.#tls.connect({ ...where, ...expected, ...this.options });
  }
}

/** TLS towards clients: makes servers whose sockets speak plain text to us. */
export class ClientTls {
  readonly #tls: NodeTls;
  readonly #files: TlsFiles;
  #material: Material;
  readonly #servers: import('node:tls').Server[] = [];

  /** @throws SettingError naming what cannot be read or used */
  static async load(files: TlsFiles): Promise<ClientTls> {
    return new ClientTls(await import('node:tls'), files);
  }

  private constructor(tls: NodeTls, files: TlsFiles) {
    this.#tls = tls;
    this.#files = files;
    this.#material = usable(tls, '--listen-tls', files);
  }

  /** @param failed a client that came no further than the handshake; @param mostClients open sockets, in it or behind it */
  server(take: (socket: Socket) => void, failed: () => void, mostClients: number): Server {
    const asked = this.#files.ca !== undefined;
    const server = this.#tls.createServer({
      ...this.#material,
      requestCert: asked,
      rejectUnauthorized: asked,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
    });
    server.maxConnections = mostClients;
    server.on('secureConnection', take).on('tlsClientError', (_error, socket) => {
      failed();
      socket.destroy(); // Node leaves one open whose handshake timed out
    });
    this.#servers.push(server);
    return server;
  }

  /** Reads the files again, for the clients to come. @throws SettingError, and the former material stays */
  renew(): void {
    this.#material = usable(this.#tls, '--listen-tls', this.#files);
    for (const server of this.#servers) server.setSecureContext(this.#material);
  }
}

/** The content of the files, tried out. @throws SettingError */
function usable(tls: NodeTls, prefix: string, { ca, cert, key }: TlsFiles): Material {
  const material = {
    ...read(`${prefix}-ca`, 'ca', ca),
    ...read(`${prefix}-cert`, 'cert', cert),
    ...read(`${prefix}-key`, 'key', key),
  };
  try {
    tls.createSecureContext(material);
  } catch (cause) {
    const value = [ca, cert, key].filter((path) => path !== undefined).join(' ');
    throw new SettingError({ setting: `${prefix}-*`, value, what: 'not usable together', cause });
  }
  if (
    ca !== undefined &&
    !/-----BEGIN (TRUSTED )?CERTIFICATE-----/.test(material.ca?.toString('latin1') ?? '')
  )
    throw new SettingError({ setting: `${prefix}-ca`, value: ca, what: 'no certificate (PEM) in it' });
  return material;
}

function read(setting: string, as: keyof Material, path: string | undefined): Material {
  if (path === undefined) return {};
  try {
    return { [as]: readFileSync(path) };
  } catch (cause) {
    throw new SettingError({ setting, value: path, what: 'cannot read', cause });
  }
}
