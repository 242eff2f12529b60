import { writeFileSync } from 'node:fs';
import { temporaryDirectory } from '@podmate/testkit/files';
import { expect, onTestFinished, test } from 'vitest';
import { readHttpServer } from '../../src/jmx-source/http-server.ts';
import { KEY_JKS, TRUST_JKS } from '../tls/stores.ts';

async function read(yaml: string): Promise<ReturnType<typeof readHttpServer>> {
  const folder = await temporaryDirectory('http-server');
  onTestFinished(() => folder.remove());
  writeFileSync(folder.file('key.jks'), KEY_JKS);
  writeFileSync(folder.file('trust.jks'), TRUST_JKS);
  writeFileSync(folder.file('jmx.yaml'), yaml.replaceAll('./', `${folder.path}/`));
  return readHttpServer(folder.file('jmx.yaml'), (name) => (name === 'PW' ? 'changeit' : undefined));
}

test('a file without httpServer says nothing', async () => {
  expect(await read('rules: []')).toBeUndefined();
});

test('everything of it', async () => {
  const found = await read(`
httpServer:
  metrics: {path: /jmx}
  threads: {minimum: 1, maximum: 2, keepAliveTime: 3}
  authentication: {basic: {username: prom, password: "\${PW}"}}
  ssl:
    mutualTLS: true
    certificate: {alias: srv}
    keyStore: {filename: ./key.jks, type: JKS, password: "\${PW}"}
    trustStore: {filename: ./trust.jks, password: changeit}
`);
  expect(found).toMatchObject({
    path: '/jmx',
    web: {
      users: new Map([['prom', { kind: 'plaintext', password: 'changeit' }]]),
      tls: {
        clients: 'RequireAndVerifyClientCert',
        options: { requestCert: true, rejectUnauthorized: true },
      },
    },
  });
  expect(found?.web.tls?.options.ca).toHaveLength(1);
  expect(found?.web.files.map((file) => file.replace(/.*\//, ''))).toEqual([
    'jmx.yaml',
    'key.jks',
    'trust.jks',
  ]);
});

const basic = (more: string): string => `httpServer:\n  authentication:\n    basic: {username: u, ${more}}\n`;

test.each([
  {
    name: 'digest',
    more: 'algorithm: SHA-512, salt: s, passwordHash: "0A:ff"',
    out: { kind: 'digest', digest: 'sha512' },
  },
  {
    name: 'pbkdf2',
    more: 'algorithm: PBKDF2WithHmacSHA256, salt: s, passwordHash: 0aff, keyLength: 128',
    out: { kind: 'pbkdf2', digest: 'sha256', iterations: 600_000 },
  },
  {
    name: 'pbkdf2, iterations',
    more: 'algorithm: PBKDF2WithHmacSHA1, salt: s, passwordHash: 0aff, iterations: 5',
    out: { kind: 'pbkdf2', digest: 'sha1', iterations: 5 },
  },
])('$name', async ({ more, out }) => {
  expect((await read(basic(more)))?.web.users.get('u')).toMatchObject(out);
});

test.each([
  { name: 'no password', yaml: basic('algorithm: plaintext'), out: /jmx.yaml:3: basic needs a password/ },
  {
    name: 'algorithm',
    yaml: basic('algorithm: MD5, salt: s, passwordHash: 00'),
    out: /:3: algorithm MD5: there are plaintext/,
  },
  {
    name: 'hash',
    yaml: basic('algorithm: SHA-1, salt: s, passwordHash: xyz'),
    out: /:3: SHA-1 needs a salt and a passwordHash/,
  },
  {
    name: 'variable',
    yaml: basic('password: "${NO}"'),
    out: /:3: password: there is no environment variable NO/,
  },
  {
    name: 'plugin',
    yaml: 'httpServer: {authentication: {plugin: {class: x}}}',
    out: /:1: plugin is a class of Java/,
  },
  { name: 'unknown key', yaml: 'httpServer:\n  port: 1', out: /:2: unknown key port/ },
  {
    name: 'store',
    yaml: 'httpServer:\n  ssl: {keyStore: {filename: ./no.jks}}',
    out: /:2: .*no.jks: .*ENOENT/,
  },
  {
    name: 'password of a store',
    yaml: 'httpServer:\n  ssl: {keyStore: {filename: ./key.jks, password: x}}',
    out: /key.jks: the password is wrong/,
  },
  {
    name: 'mutual',
    yaml: 'httpServer:\n  ssl: {mutualTLS: true, keyStore: {filename: ./key.jks, password: changeit}}',
    out: /:2: mutualTLS needs a trustStore/,
  },
])('wrong: $name', async ({ yaml, out }) => {
  await expect(read(yaml)).rejects.toThrow(out);
});
