// Promise: passwords and TLS as the JDK's own agent has them, and a wrong host name in the stub makes no difference.

import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '@podmate/testkit/files';
import { freePort, jmxFlags, missingJdk, startTarget } from './jvm.ts';
import { scraper } from './scraping.ts';

const FIXTURES = 'includeObjectNames: ["fixture:*"]';

function keytool(...args: string[]): void {
  const done = spawnSync('keytool', args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`keytool: ${done.stdout}${done.stderr}`);
}

/** A key store with one key for localhost, and its certificate in PEM. */
function keyPair(
  folder: { file(name: string): string },
  name: string,
): { store: string; certificate: string } {
  const store = folder.file(`${name}.p12`);
  const pem = folder.file(`${name}.pem`);
  const common = ['-keystore', store, '-storepass', 'changeit', '-alias', name];
  keytool(
    '-genkeypair',
    ...common,
    '-keyalg',
    'EC',
    '-dname',
    'CN=localhost',
    '-ext',
    'san=dns:localhost,ip:127.0.0.1',
    '-storetype',
    'PKCS12',
  );
  keytool('-exportcert', '-rfc', ...common, '-file', pem);
  return { store, certificate: readFileSync(pem, 'utf8') };
}

describe.skipIf(missingJdk)('access', () => {
  test('a stub that names an unreachable host', async () => {
    const port = await freePort();
    const flags = [...jmxFlags(port), '-Djava.rmi.server.hostname=10.255.255.1'];
    await using jvm = await startTarget(['counter a'], flags);
    await using target = scraper({ port: jvm.port }, FIXTURES);
    expect((await target.scrape()).samples.get('fixture_Counter_Fixed{name="a"}')).toBe(7);
  });

  test('user and password', async () => {
    await using folder = await temporaryDirectory('jmx-password');
    writeFileSync(folder.file('password'), 'monitor secret\n', { mode: 0o600 });
    writeFileSync(folder.file('access'), 'monitor readonly\n');
    chmodSync(folder.file('password'), 0o600);
    const port = await freePort();
    const options = {
      authenticate: 'true',
      'password.file': folder.file('password'),
      'access.file': folder.file('access'),
    };
    await using jvm = await startTarget(['counter a'], jmxFlags(port, options));
    await using right = scraper({ port: jvm.port, credentials: ['monitor', 'secret'] }, FIXTURES);
    expect((await right.scrape()).samples.get('fixture_Counter_Fixed{name="a"}')).toBe(7);
    await using wrong = scraper({ port: jvm.port, credentials: ['monitor', 'guess'] }, FIXTURES);
    await expect(wrong.scrape()).rejects.toThrow('Authentication failed');
    await using none = scraper({ port: jvm.port }, FIXTURES);
    await expect(none.scrape()).rejects.toThrow('Credentials required');
  });

  test('TLS for connector and registry, with a certificate of the client', async () => {
    await using folder = await temporaryDirectory('jmx-tls');
    const server = keyPair(folder, 'server');
    const client = keyPair(folder, 'client');
    keytool(
      '-importcert',
      '-noprompt',
      '-alias',
      'client',
      '-file',
      folder.file('client.pem'),
      '-keystore',
      folder.file('trust.p12'),
      '-storepass',
      'changeit',
    );
    const stores = [
      `-Djavax.net.ssl.keyStore=${server.store}`,
      '-Djavax.net.ssl.keyStorePassword=changeit',
      `-Djavax.net.ssl.trustStore=${folder.file('trust.p12')}`,
      '-Djavax.net.ssl.trustStorePassword=changeit',
    ];
    const port = await freePort();
    const secure = { ssl: 'true', 'registry.ssl': 'true', 'ssl.need.client.auth': 'true' };
    await using jvm = await startTarget(['counter a'], [...jmxFlags(port, secure), ...stores]);
    const ca = server.certificate;
    await using known = scraper(
      {
        port: jvm.port,
        registryTls: true,
        tls: { ca, pfx: readFileSync(client.store), passphrase: 'changeit' },
      },
      FIXTURES,
    );
    expect((await known.scrape()).samples.get('fixture_Counter_Fixed{name="a"}')).toBe(7);
    await using stranger = scraper({ port: jvm.port, registryTls: true, tls: { ca } }, FIXTURES);
    await expect(stranger.scrape()).rejects.toThrow(/certificate|closed|ECONNRESET|EPIPE/i);
    await using distrustful = scraper({ port: jvm.port, registryTls: true }, FIXTURES);
    await expect(distrustful.scrape()).rejects.toThrow(/certificate/);
    await using plain = scraper({ port: jvm.port }, FIXTURES);
    await expect(plain.scrape()).rejects.toThrow(/no RMI server|closed|ECONNRESET|no answer/);
  });

  test('TLS for the connector only, on a port of its own', async () => {
    await using folder = await temporaryDirectory('jmx-tls2');
    const server = keyPair(folder, 'server');
    const port = await freePort();
    const stores = [`-Djavax.net.ssl.keyStore=${server.store}`, '-Djavax.net.ssl.keyStorePassword=changeit'];
    const flags = jmxFlags(port, { ssl: 'true', 'rmi.port': String(await freePort()) });
    await using jvm = await startTarget(['counter a'], [...flags, ...stores]);
    await using target = scraper({ port: jvm.port, tls: { ca: server.certificate } }, FIXTURES);
    expect((await target.scrape()).samples.get('fixture_Counter_Fixed{name="a"}')).toBe(7);
  });
});
