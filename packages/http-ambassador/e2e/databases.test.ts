// Promise: an app with a plain database URL on localhost reaches a database that takes TLS only, verified, with the
// clients' own defaults; and what goes wrong is said in the database's words.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type CertificateFiles, makeCertificate } from '@podmate/testkit/certificate';
import { findCommand } from '@podmate/testkit/debian';
import { eventually } from '@podmate/testkit/eventually';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { RawServer, rawClient } from '@podmate/testkit/http-raw';
import { freePort, portOf } from '@podmate/testkit/image';
import { MariadbServer } from '@podmate/testkit/mariadb-server';
import { PostgresServer } from '@podmate/testkit/postgres-server';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { errorPacket, packetOf } from '../src/database/mysql-handshake.ts';
import { type Running, startWith } from './running.ts';

type Outcome = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a client to its end. */
function runClient(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const child = spawn(command, args, { env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  child.on('error', reject).on('close', (code) => resolve({ code, stdout: stdout.trim(), stderr }));
  return promise;
}

/** psql with a URL for localhost, as an application would have it. */
function psql(port: number, statement: string, user = 'app', options = ''): Promise<Outcome> {
  const where = `host=127.0.0.1 port=${port} user=${user} password=secret dbname=postgres ${options}`;
  return runClient('psql', ['-XAtw', where, '-c', statement]);
}

/** The mariadb client with a URL for localhost. */
function mariadb(port: number, user: string, statement: string, ...options: string[]): Promise<Outcome> {
  const where = ['--no-defaults', '-h127.0.0.1', `-P${port}`, `-u${user}`, '-psecret'];
  return runClient('mariadb', [...where, ...options, '-BNe', statement]);
}

describe.skipIf(findCommand('pg_ctlcluster') === undefined)('PostgreSQL, TLS only', () => {
  let folder: TemporaryDirectory;
  let files: CertificateFiles;
  let postgres: PostgresServer;
  let ambassador: Running;
  const ports = { verified: 0, unknown: 0, wrongName: 0, mutual: 0, plain: 0 };

  beforeAll(async () => {
    folder = await temporaryDirectory('databases');
    files = makeCertificate(folder);
    postgres = await PostgresServer.start(files);
    await postgres.ask(`create role mutual login password 'secret'`);
    for (const name of ['verified', 'unknown', 'wrongName', 'mutual', 'plain'] as const)
      ports[name] = await freePort();
    const target = `postgres://localhost:${postgres.port}`;
    const { certificate, key } = files;
    await writeFile(
      folder.file('config.yaml'),
      `listeners:
  - { listen: '127.0.0.1:${ports.verified}', mode: tcp, to: verified }
  - { listen: '127.0.0.1:${ports.unknown}', mode: tcp, to: '${target}' }
  - { listen: '127.0.0.1:${ports.wrongName}', mode: tcp, to: wrong-name }
  - { listen: '127.0.0.1:${ports.mutual}', mode: tcp, to: mutual }
  - { listen: '127.0.0.1:${ports.plain}', mode: tcp, to: 'tcp://localhost:${postgres.port}' }
upstreams:
  - { name: verified, targets: ['${target}'], tlsCa: '${certificate}' }
  - { name: wrong-name, targets: ['${target}'], tlsCa: '${certificate}', tlsServerName: elsewhere.example }
  - { name: mutual, targets: ['${target}'], tlsCa: '${certificate}', tlsCertificate: '${certificate}', tlsKey: '${key}' }
`,
    );
    const args = ['--config', folder.file('config.yaml'), '--connect-timeout', '500ms', '--retries', '1'];
    ambassador = await startWith(ports.verified, args);
  });
  afterAll(async () => {
    await ambassador?.[Symbol.asyncDispose]();
    await postgres?.[Symbol.asyncDispose]();
    await folder?.remove();
  });

  const isSecure = 'select ssl, version from pg_stat_ssl where pid = pg_backend_pid()';

  test('psql as it is, with SCRAM, and with every mode that lets it go without TLS', async () => {
    for (const options of ['', 'sslmode=disable', 'sslmode=allow', 'channel_binding=disable']) {
      const outcome = await psql(ports.verified, isSecure, 'app', options);
      expect({ options, ...outcome }).toEqual({ options, code: 0, stdout: 't|TLSv1.3', stderr: '' });
    }
    const wide = `select sum(length(line)) from (select repeat('x', 1000) as line from generate_series(1, 3000)) as t`;
    expect((await psql(ports.verified, wide)).stdout).toBe('3000000');
    expect(
      (await psql(ports.verified, `copy (select repeat('y', 999) from generate_series(1, 3000)) to stdout`))
        .stdout.length,
    ).toBe(2_999_999);
  });

  test('the server takes nobody without TLS: what all this is for', async () => {
    const outcome = await psql(ports.plain, isSecure, 'app', 'sslmode=disable');
    expect(outcome.stderr).toContain('no encryption');
  });

  test("a wrong password is the server's to refuse", async () => {
    const outcome = await runClient('psql', [
      '-XAtw',
      `postgres://app:wrong@127.0.0.1:${ports.verified}/postgres`,
      '-c',
      'select 1',
    ]);
    expect(outcome.stderr).toContain('password authentication failed');
  });

  test('an unknown authority and a wrong name are refused, and psql says so', async () => {
    const unknown = await psql(ports.unknown, isSecure);
    expect(unknown.stderr).toMatch(/FATAL: {2}postgres:\/\/localhost:\d+: self-signed certificate\n/);
    const wrongName = await psql(ports.wrongName, isSecure);
    expect(wrongName.stderr).toMatch(/FATAL: {2}wrong-name: .*elsewhere\.example/);
    await eventually(() => expect(ambassador.image.stderr).toMatch(/no connection.*wrong-name/));
  });

  test('a client certificate, for the role that must have one', async () => {
    expect((await psql(ports.verified, isSecure, 'mutual')).stderr).toContain('valid client certificate');
    expect((await psql(ports.mutual, isSecure, 'mutual')).stdout).toBe('t|TLSv1.3');
  });

  test('a cancelled statement: the request of its own connection arrives, too', async () => {
    const conninfo = `host=127.0.0.1 port=${ports.verified} user=app password=secret dbname=postgres`;
    const child = spawn('psql', ['-XAtw', conninfo, '-c', 'select pg_sleep(60)']);
    let stderr = '';
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
    await eventually(async () =>
      expect(
        await postgres.ask(`select count(*) from pg_stat_activity where query ~ '^select pg_sleep'`),
      ).toBe('1'),
    );
    child.kill('SIGINT');
    await eventually(() => expect(stderr).toContain('canceling statement due to user request'));
  });

  test('a frozen server: the client hears of it in time, and is served once it is well again', async () => {
    postgres.signal('SIGSTOP');
    const outcome = await psql(ports.verified, isSecure);
    expect(outcome.stderr).toContain('FATAL:  verified: no connection within 0.5 s');
    postgres.signal('SIGCONT');
    expect((await psql(ports.verified, isSecure)).stdout).toBe('t|TLSv1.3');
  });

  test('what is not PostgreSQL is told so', async () => {
    await using client = await rawClient({ host: '127.0.0.1', port: ports.verified });
    client.send('GET / HTTP/1.1\r\n\r\n');
    expect(await client.gotAll()).toContain('not-postgres');
  });
});

const HAS_MARIADB = ['mariadbd', 'mariadb'].every((name) => findCommand(name) !== undefined);

describe.skipIf(!HAS_MARIADB)('MariaDB, TLS only', () => {
  let folder: TemporaryDirectory;
  let server: MariadbServer;
  let ambassador: Running;
  let unknown = 0;
  let ports = { verified: 0, mutual: 0 };

  beforeAll(async () => {
    folder = await temporaryDirectory('mariadb-client');
    const files = makeCertificate(folder);
    server = await MariadbServer.start(files);
    await server.ask(
      `create user app@'%' identified by 'secret' require ssl; grant all on *.* to app@'%';
       install soname 'auth_ed25519';
       create user signed@'%' identified via ed25519 using password('secret') require ssl;
       create user mutual@'%' identified by 'secret' require x509`,
    );
    const [port, mutual] = [await freePort(), await freePort()];
    unknown = await freePort();
    const target = `localhost:${server.port}`;
    await writeFile(
      folder.file('config.yaml'),
      `listeners:
  - { listen: '127.0.0.1:${port}', mode: tcp, to: verified }
  - { listen: '127.0.0.1:${unknown}', mode: tcp, to: 'mysql://${target}' }
  - { listen: '127.0.0.1:${mutual}', mode: tcp, to: mutual }
upstreams:
  - { name: verified, targets: ['mariadb://${target}'], tlsCa: '${files.certificate}' }
  - { name: mutual, targets: ['mysql://${target}'], tlsCa: '${files.certificate}', tlsCertificate: '${files.certificate}', tlsKey: '${files.key}' }
`,
    );
    const args = ['--config', folder.file('config.yaml'), '--connect-timeout', '500ms', '--retries', '0'];
    ambassador = await startWith(port, args);
    ports = { verified: port, mutual };
  });
  afterAll(async () => {
    await ambassador?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await folder?.remove();
  });

  const CIPHER = "show status like 'ssl_version'";
  const SECURE = 'Ssl_version\tTLSv1.3';

  test('the client as it is, with TLS off, compressed, and with a way to sign in that takes a turn more', async () => {
    for (const options of [[], ['--skip-ssl'], ['--compress']]) {
      const outcome = await mariadb(ports.verified, 'app', CIPHER, ...options);
      expect({ options, ...outcome }).toEqual({ options, code: 0, stdout: SECURE, stderr: '' });
    }
    expect((await mariadb(ports.verified, 'signed', CIPHER)).stdout).toBe(SECURE);
    expect(
      (await mariadb(ports.verified, 'app', `select length(repeat('x', 5000000)), repeat('y', 2000000)`))
        .stdout.length,
    ).toBe(2_000_008);
  });

  test('the server takes nobody without TLS: what all this is for', async () => {
    expect((await mariadb(server.port, 'app', CIPHER, '--skip-ssl')).stderr).toContain('Access denied');
  });

  test('what the server refuses, the client hears in its words, at the right place', async () => {
    expect((await mariadb(ports.verified, 'nobody', CIPHER)).stderr).toContain(
      "ERROR 1045 (28000): Access denied for user 'nobody'",
    );
    expect((await mariadb(ports.verified, 'mutual', CIPHER)).stderr).toContain('Access denied');
    expect((await mariadb(ports.mutual, 'mutual', CIPHER)).stdout).toBe(SECURE);
  });

  test('what we refuse, too: an unknown authority, a client that insists on TLS, a frozen server', async () => {
    const refused = await mariadb(unknown, 'app', CIPHER);
    expect(refused.stderr).toMatch(
      /ERROR 1158 \(08S01\): mysql:\/\/localhost:\d+: self-signed certificate$/m,
    );
    expect((await mariadb(ports.verified, 'app', CIPHER, '--ssl-verify-server-cert')).stderr).toContain(
      'SSL is required',
    );
    server.signal('SIGSTOP');
    expect((await mariadb(ports.verified, 'app', CIPHER)).stderr).toContain('no connection within 0.5 s');
    server.signal('SIGCONT');
    expect((await mariadb(ports.verified, 'app', CIPHER)).stdout).toBe(SECURE);
  });

  // MySQL's server is not in Debian. This says what one says over TLS to a user it has not seen since its start.
  test('caching_sha2_password in full: the client encrypts its password for us, the server gets it as it is', async () => {
    const { certificate, key } = { certificate: folder.file('cert.pem'), key: folder.file('key.pem') };
    const heard: string[] = [];
    const scripted = createServer((socket) => {
      socket.write(
        packetOf(
          0,
          Buffer.from('\x0a8.4.0\0\x01\0\0\x0012345678\0\x00\x8a\x21\x02\0\x08\0\x15', 'latin1'),
          Buffer.alloc(10),
          Buffer.from('abcdefghijkl\0caching_sha2_password\0'),
        ),
      );
      socket.once('data', (request: Buffer) => {
        heard.push(`request ${request[0]}`);
        socket.pause();
        if (request.length > 36) socket.unshift(request.subarray(36)); // TLS begins at once
        const secure = new TLSSocket(socket, {
          isServer: true,
          cert: readFileSync(certificate),
          key: readFileSync(key),
        });
        const turns = [
          packetOf(3, Buffer.from([1, 4])),
          packetOf(5, Buffer.from([0, 0, 0, 2, 0, 0, 0])),
          packetOf(1, Buffer.from([0, 0, 0, 2, 0, 0, 0])),
        ];
        secure.on('data', (bytes: Buffer) => {
          heard.push(`${bytes[3]}: ${bytes.length > 60 ? 'response' : bytes.toString('latin1', 4)}`);
          secure.write(turns.shift() ?? '');
        });
        secure.on('error', () => socket.destroy());
      });
      socket.on('error', () => socket.destroy());
    });
    scripted.listen(0, '127.0.0.1');
    await once(scripted, 'listening');
    onTestFinished(() => void scripted.close());
    const port = await freePort();
    await using proxy = await startWith(port, [
      '--tls-ca',
      certificate,
      `${port}=mysql://localhost:${portOf(scripted)}`,
    ]);
    const ping = await runClient('mariadb-admin', [
      '--no-defaults',
      '-h127.0.0.1',
      `-P${proxy.port}`,
      '-uapp',
      '-psecret',
      'ping',
    ]);
    expect(ping).toEqual({ code: 0, stdout: 'mysqld is alive', stderr: '' });
    expect(heard.slice(0, 4)).toEqual(['request 32', '2: response', '4: secret\0', '0: \x0e']);
  });
});

const STARTUP = '\0\0\0\x10\0\x03\0\0user\0a\0\0';
const badAnswers = [
  { name: 'no TLS', answer: 'N', says: 'the server does not offer TLS' },
  { name: 'an error', answer: 'E', says: 'the server does not offer TLS' },
  {
    name: 'bytes behind the S (CVE-2021-23222)',
    answer: 'SR\0\0\0\x08\0\0\0\0',
    says: 'more than its answer',
  },
];

test('a PostgreSQL that answers anything but one S gets no word of the client', async () => {
  await using servers = new AsyncDisposableStack();
  const targets: { port: number; server: RawServer; says: string }[] = [];
  for (const { answer, says } of badAnswers) {
    const server = servers.use(
      await RawServer.start((peer) => peer.socket.once('data', () => peer.send(answer))),
    );
    targets.push({ port: await freePort(), server, says });
  }
  const routes = targets.map(({ port, server }) => `${port}=postgres://127.0.0.1:${server.port}`);
  servers.use(await startWith(0, [...routes, '--retries', '0']));
  for (const { port, server, says } of targets) {
    await using client = await rawClient({ host: '127.0.0.1', port });
    client.send(STARTUP);
    expect(await client.gotAll()).toContain(says);
    expect(server.received).toBe('\0\0\0\x08\x04\xd2\x16\x2f');
  }
});

const latin1 = (packet: Buffer): string => packet.toString('latin1');
/** A greeting as MySQL 8 has it, with these lower capabilities. */
const greetingOf = (capabilities: number): Buffer =>
  packetOf(
    0,
    Buffer.from('\x0a8.4.0\0\x01\0\0\x0012345678\0', 'latin1'),
    Buffer.from([capabilities & 0xff, capabilities >> 8, 0x21, 2, 0, 8, 0, 0x15]),
    Buffer.alloc(10),
    Buffer.from('abcdefghijkl\0mysql_native_password\0'),
  );
const TLS_AND_41 = 0x8a00;
const badGreetings = [
  {
    name: 'no TLS',
    greeting: latin1(greetingOf(TLS_AND_41 & ~0x800)),
    says: 'the server does not offer TLS',
  },
  {
    name: 'more than its greeting',
    greeting: latin1(Buffer.concat([greetingOf(TLS_AND_41), packetOf(2, Buffer.from([0]))])),
    says: 'sent more than its answer before TLS',
  },
  {
    name: 'an error',
    greeting: latin1(errorPacket(0, 'Too many connections')),
    says: 'Too many connections',
  },
  { name: 'another protocol', greeting: 'SSH-2.0-OpenSSH_9.2\r\n', says: 'a packet too long' },
];

test('a MySQL that greets badly gets no word of the client, and the client hears why', async () => {
  await using servers = new AsyncDisposableStack();
  const targets: { port: number; server: RawServer; says: string }[] = [];
  for (const { greeting, says } of badGreetings) {
    const server = servers.use(await RawServer.start((peer) => peer.send(greeting)));
    targets.push({ port: await freePort(), server, says });
  }
  const routes = targets.map(({ port, server }) => `${port}=mysql://127.0.0.1:${server.port}`);
  servers.use(await startWith(0, [...routes, '--retries', '0']));
  for (const { port, server, says } of targets) {
    await using client = await rawClient({ host: '127.0.0.1', port });
    expect(await client.gotAll()).toContain(says);
    expect(server.received).toBe('');
  }
});
