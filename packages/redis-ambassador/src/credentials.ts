// What we show and whom we trust: the login for the servers, TLS on both sides, the password we ask clients for. For
// whoever opens or takes a connection. Mounted files are read again when they change: connections to come use the new
// ones, those there are stay (Redis itself asks for a password once per connection). A bad file changes nothing.
import { explain } from '@podmate/base/errors';
import type { Log } from '@podmate/base/log';
import type { SettingsValues } from './settings.ts';
import { ClientTls, ServerTls } from './tls.ts';
import type { Login, Reach } from './upstream/dial.ts';

type Passwords = Pick<SettingsValues, 'username' | 'password' | 'clientPassword'>;

export class Credentials implements Reach {
  readonly connectTimeoutMs: number;
  readonly tls: ServerTls | undefined;
  readonly clientTls: ClientTls | undefined;
  /** Files to be watched. */
  readonly files: readonly string[];
  #login: Login | undefined;
  #clientPassword: string | undefined;

  /** @throws SettingError naming the file that cannot be read or used */
  static async load(values: SettingsValues): Promise<Credentials> {
    const { tlsCa, tlsCert, tlsKey, listenTlsCa, listenTlsCert, listenTlsKey } = values;
    const ours = { ca: tlsCa, cert: tlsCert, key: tlsKey };
    const forClients = { ca: listenTlsCa, cert: listenTlsCert, key: listenTlsKey };
    return new Credentials(
      values,
      values.tls ? await ServerTls.load(ours, values.tlsServerName, !values.tlsInsecure) : undefined,
      listenTlsCert === undefined ? undefined : await ClientTls.load(forClients),
    );
  }

  private constructor(values: SettingsValues, tls: ServerTls | undefined, clientTls: ClientTls | undefined) {
    const { tlsCa, tlsCert, tlsKey, listenTlsCa, listenTlsCert, listenTlsKey } = values;
    const paths = [
      ...(tls ? [tlsCa, tlsCert, tlsKey] : []),
      ...(clientTls ? [listenTlsCa, listenTlsCert, listenTlsKey] : []),
    ];
    this.files = paths.filter((path) => path !== undefined);
    this.connectTimeoutMs = values.connectTimeout;
    this.tls = tls;
    this.clientTls = clientTls;
    this.renewPasswords(values);
  }

  get login(): Login | undefined {
    return this.#login;
  }

  /** Undefined: clients need none. */
  get clientPassword(): string | undefined {
    return this.#clientPassword;
  }

  renewPasswords({ username, password, clientPassword }: Passwords): void {
    this.#login = password === undefined ? undefined : { username, password };
    this.#clientPassword = clientPassword;
  }

  /** The certificate and the key of a Secret change together; a moment in which they do not match is passed over. */
  renewTls(log: Log): void {
    for (const [side, tls] of [
      ['servers', this.tls],
      ['clients', this.clientTls],
    ] as const) {
      try {
        tls?.renew();
        if (tls) log.info('TLS material reloaded', { for: side });
      } catch (error) {
        log.error('TLS material not reloaded, the old one stays', { for: side, error: explain(error) });
      }
    }
  }
}
