// The promise that --web.config.file of Prometheus' exporters works: TLS, client certificates, basic authentication, headers,
// and new passwords and certificates without a restart.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:https';
import { once } from 'node:events';
import { ensurePackages } from '@podmate/testkit/debian';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { describe, expect, test } from 'vitest';
import { runAdapter, startAdapter } from './running.ts';

const [missing] = await ensurePackages(['openssl']);

const SECRET = '$2b$04$abcdefghijklmnopqrstuubyCG3zY1GIXMyxfivm.ClDiInHzxjiq'; // ''
const U_STAR_U = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';

/** A certificate that is its own authority. */
function certificate(folder: string, name: string): void {
  const files = ['-keyout', `${folder}/${name}.key`, '-out', `${folder}/${name}.pem`];
  const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=DNS:localhost,DNS:${name}`];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...files, ...subject],
    {
      stdio: 'ignore',
    },
  );
}

const web = (users: string): string =>
  'tls_server_config: {cert_file: server.pem, key_file: server.key, client_ca_file: client.pem, ' +
  'client_auth_type: VerifyClientCertIfGiven, cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]}\n' +
  'http_server_config: {headers: {X-Frame-Options: deny}}\n' +
  `basic_auth_users: {${users}}\n`;

describe.skipIf(missing !== undefined)(`web configuration ${missing?.reason ?? ''}`, () => {
  test('TLS, client certificates, passwords; all of it anew', async () => {
    await using directory = await temporaryDirectory('web');
    for (const name of ['server', 'client', 'stranger']) certificate(directory.path, name);
    const file = directory.file('web.yml');
    writeFileSync(file, web(`ann: ${U_STAR_U}`));
    await using adapter = await startAdapter([`--web.config.file=${file}`]);
    const pem = (name: string): string => readFileSync(directory.file(name), 'utf8');
    const ask = async (options: RequestOptions): Promise<readonly [number | undefined, unknown]> => {
      const asked = request({
        host: '127.0.0.1',
        port: adapter.webPort,
        path: '/metrics',
        servername: 'localhost',
        ca: pem('server.pem'),
        agent: false,
        ...options,
      }).end();
      const [response] = await once(asked, 'response');
      response.resume();
      return [response.statusCode, response.headers['x-frame-options']];
    };
    expect(await ask({})).toEqual([401, 'deny']);
    expect(await ask({ auth: 'ann:U*V' })).toEqual([401, 'deny']);
    expect(await ask({ auth: 'bob:U*U' })).toEqual([401, 'deny']);
    expect(await ask({ auth: 'ann:U*U' })).toEqual([200, 'deny']);
    const client = { auth: 'ann:U*U', cert: pem('client.pem'), key: pem('client.key') };
    expect(await ask(client)).toEqual([200, 'deny']);
    const stranger = { auth: 'ann:U*U', cert: pem('stranger.pem'), key: pem('stranger.key') };
    await expect(ask(stranger)).rejects.toThrow(/socket hang up|ECONNRESET/);
    writeFileSync(file, web(`bob: ${SECRET}`));
    await eventually(async () => expect(await ask({ auth: 'bob:' })).toEqual([200, 'deny']), {
      withinMs: 10_000,
    });
    expect(await ask({ auth: 'ann:U*U' })).toEqual([401, 'deny']);
    writeFileSync(file, 'nonsense: 1\n');
    await eventually(() => expect(adapter.log()).toContain('not reloaded, the old one stays'), {
      withinMs: 10_000,
    });
    expect(await ask({ auth: 'bob:' })).toEqual([200, 'deny']);
  });

  test('a wrong file is refused at the start, with its line', async () => {
    await using directory = await temporaryDirectory('web');
    writeFileSync(directory.file('web.yml'), 'basic_auth_users:\n  ann: secret\n');
    const { code, stderr } = await runAdapter([`--web.config.file=${directory.file('web.yml')}`]);
    expect([code, stderr]).toEqual([
      64,
      expect.stringMatching(/web\.yml:2:3 basic_auth_users\.ann: not a bcrypt/),
    ]);
  });
});
