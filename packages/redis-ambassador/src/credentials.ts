// What we show and whom we trust: the login for the servers, TLS on both sides, the password we ask clients for. For
// whoever opens or takes a connection. Mounted files are read again when they change: connections to come use the new
// ones, those there are stay (Redis itself asks for a password once per connection). A bad file changes nothing.
import { explain } from '@podmate/base/errors';
import type { Log } from '@podmate/base/log';
import {
  type AddressValues,
  isSecure,
  loginInAddresses,
  type Reaches,
  sentinelLoginInAddresses,
} from './find-servers.ts';
import type { SettingsValues } from './settings.ts';
import { ClientTls, ServerTls } from './tls.ts';
import type { Login, Reach } from './upstream/dial.ts';

type Passwords = Pick<SettingsValues, 'username' | 'password' | 'clientPassword'> & AddressValues;

export class Credentials implements Reaches {
  readonly connectTimeoutMs: number;
  readonly tls: ServerTls | undefined;
  readonly clientTls: ClientTls | undefined;
  readonly sentinel: Reach;
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
      usesTls(values) ? await ServerTls.load(ours, values.tlsServerName, !values.tlsInsecure) : undefined,
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
    this.tls = towardsServers(values) ? tls : undefined;
    this.sentinel = {
      login: sentinelLogin(values),
      tls: towardsSentinels(values) ? tls : undefined,
      connectTimeoutMs: values.connectTimeout,
    };
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

  renewPasswords(values: Passwords): void {
    const { username, password, clientPassword } = values;
    this.#login = password === undefined ? loginInAddresses(values) : { username, password };
    this.#clientPassword = clientPassword;
  }

  /** The certificate and the key of a Secret change together; a moment in which they do not match is passed over. */
  renewTls(log: Log): void {
    for (const [side, tls] of [
      ['servers', this.tls ?? this.sentinel.tls],
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

type TlsValues = AddressValues & Pick<SettingsValues, 'tls' | 'sentinelTls'>;

function towardsServers({ tls, servers, primary, replicas, cluster }: TlsValues): boolean {
  return tls || isSecure([...servers, primary, ...replicas, ...cluster]);
}

function towardsSentinels({ sentinelTls, sentinels }: TlsValues): boolean {
  return sentinelTls || isSecure(sentinels);
}

function usesTls(values: TlsValues): boolean {
  return towardsServers(values) || towardsSentinels(values);
}

function sentinelLogin(values: SettingsValues): Login | undefined {
  const { sentinelUsername: username, sentinelPassword: password } = values;
  return password === undefined ? sentinelLoginInAddresses(values) : { username, password };
}
