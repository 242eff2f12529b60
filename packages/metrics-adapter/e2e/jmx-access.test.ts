// Promise: passwords and TLS as the JDK's own agent has them, and a wrong host name in the stub makes no difference.

import { chmodSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '@podmate/testkit/files';
import { freePort, jmxFlags, missingJdk, startTarget } from './jvm.ts';
import { startBare } from './running.ts';
import { keyPair } from './key-pair.ts';
import { scraper } from './scraping.ts';

const FIXTURES = 'includeObjectNames: ["fixture:*"]';

/** The agent's options for one user, whose password is in a file. */
function passwordOptions(folder: { file(name: string): string }): Record<string, string> {
  writeFileSync(folder.file('password'), 'monitor secret\n', { mode: 0o600 });
  writeFileSync(folder.file('access'), 'monitor readonly\n');
  chmodSync(folder.file('password'), 0o600);
  return {
    authenticate: 'true',
    'password.file': folder.file('password'),
    'access.file': folder.file('access'),
  };
}

const KEY = 'javax.net.ssl.keyStore';
const TRUST = 'javax.net.ssl.trustStore';
const stores = (key: string, trust: string): string[] => [
  `-D${KEY}=${key}`,
  `-D${KEY}Password=changeit`,
  `-D${TRUST}=${trust}`,
  `-D${TRUST}Password=changeit`,
];

describe.skipIf(missingJdk)('access', () => {
  test('user and password, at a stub that names an unreachable host', async () => {
    await using folder = await temporaryDirectory('jmx-password');
    const port = await freePort();
    const flags = [...jmxFlags(port, passwordOptions(folder)), '-Djava.rmi.server.hostname=10.255.255.1'];
    await using jvm = await startTarget(['counter a'], flags);
    await using right = scraper({ port: jvm.port, credentials: ['monitor', 'secret'] }, FIXTURES);
    expect((await right.scrape()).samples.get('fixture_Counter_Fixed{name="a"}')).toBe(7);
    await using wrong = scraper({ port: jvm.port, credentials: ['monitor', 'guess'] }, FIXTURES);
    await expect(wrong.scrape()).rejects.toThrow('Authentication failed');
    await using none = scraper({ port: jvm.port }, FIXTURES);
    await expect(none.scrape()).rejects.toThrow('Credentials required');
  });

  test('TLS for connector and registry, with password and a certificate of the client', async () => {
    await using folder = await temporaryDirectory('jmx-tls');
    const [server, client] = [keyPair(folder, 'server'), keyPair(folder, 'client')];
    const port = await freePort();
    const secure = { ssl: 'true', 'registry.ssl': 'true', 'ssl.need.client.auth': 'true' };
    const flags = jmxFlags(port, { ...secure, ...passwordOptions(folder) });
    await using jvm = await startTarget(['counter a'], [...flags, ...stores(server.store, client.store)]);
    const trusting = { ca: server.certificate };
    const tls = { ...trusting, pfx: client.pfx, passphrase: 'changeit' };
    const common = { port: jvm.port, registryTls: true, credentials: ['monitor', 'secret'] } as const;
    await using known = scraper({ ...common, tls }, FIXTURES);
    expect((await known.scrape()).samples.get('fixture_Counter_Fixed{name="a"}')).toBe(7);
    writeFileSync(
      folder.file('rules.yaml'),
      `hostPort: 127.0.0.1:${jvm.port}\nusername: monitor\npassword: "\${PW}"\nssl:\n` +
        `  trustStore: {filename: ${server.store}, password: changeit}\n` +
        `  keyStore: {filename: ${client.store}, password: changeit}\n`,
    );
    const ours = ['--web.listen-address=127.0.0.1:0', `--jmx.config=${folder.file('rules.yaml')}`];
    await using adapter = await startBare(ours, { PW: 'secret' });
    expect((await adapter.scrape()).value('fixture_Counter_Fixed', { name: 'a' })).toBe(7);
    await using guessing = scraper({ ...common, tls, credentials: ['monitor', 'guess'] }, FIXTURES);
    await expect(guessing.scrape()).rejects.toThrow('Authentication failed');
    await using stranger = scraper({ ...common, tls: trusting }, FIXTURES);
    await expect(stranger.scrape()).rejects.toThrow(/certificate|closed|ECONNRESET|EPIPE/i);
    await using distrustful = scraper(common, FIXTURES);
    await expect(distrustful.scrape()).rejects.toThrow(/certificate/);
    await using plain = scraper({ port: jvm.port }, FIXTURES);
    await expect(plain.scrape()).rejects.toThrow(/no RMI server|closed|ECONNRESET|no answer/);
  });

  test('TLS for the connector only, on a port of its own', async () => {
    await using folder = await temporaryDirectory('jmx-tls2');
    const server = keyPair(folder, 'server');
    const port = await freePort();
    const flags = jmxFlags(port, { ssl: 'true', 'rmi.port': String(await freePort()) });
    await using jvm = await startTarget(['counter a'], [...flags, ...stores(server.store, server.store)]);
    await using target = scraper({ port: jvm.port, tls: { ca: server.certificate } }, FIXTURES);
    expect((await target.scrape()).samples.get('fixture_Counter_Fixed{name="a"}')).toBe(7);
  });
});
