import { writeFileSync } from 'node:fs';
import { temporaryDirectory } from '@podmate/testkit/files';
import { expect, onTestFinished, test } from 'vitest';
import { openSslName } from '../../src/tls/cipher-names.ts';
import { readWebConfig } from '../../src/web/web-config.ts';

async function read(yaml: string): Promise<ReturnType<typeof readWebConfig>> {
  const directory = await temporaryDirectory('web-config');
  onTestFinished(() => directory.remove());
  writeFileSync(directory.file('web.yml'), yaml);
  return readWebConfig(directory.file('web.yml'));
}

test.each([
  ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA', 'ECDHE-ECDSA-AES256-SHA'],
  ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ['TLS_RSA_WITH_AES_128_CBC_SHA', 'AES128-SHA'],
  ['TLS_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'],
])('%s is %s', (rfc, openSsl) => expect(openSslName(rfc)).toBe(openSsl));

test.each([
  { name: 'a password in the clear', yaml: 'basic_auth_users: {ann: secret}', fault: /:1:20 .*not a bcrypt/ },
  { name: 'no key', yaml: 'tls_server_config: {cert: x}', fault: /key_file is missing/ },
  { name: 'an absent file', yaml: 'tls_server_config: {cert_file: a.pem, key: x}', fault: /a\.pem.*ENOENT/ },
  { name: 'an unknown key', yaml: 'tls_config: {}', fault: /tls_config: unknown key/ },
  {
    name: 'clients to be verified by nothing',
    yaml: 'tls_server_config: {cert: x, key: y, client_auth_type: RequireAndVerifyClientCert}',
    fault: /client_ca_file is missing/,
  },
])('refused: $name', async ({ yaml, fault }) => expect(() => read(yaml)).rejects.toThrow(fault));

test('nothing in it is as none', async () => {
  const { tls, users, headers } = await read('');
  expect([tls, users.size, headers.size]).toEqual([undefined, 0, 0]);
});
