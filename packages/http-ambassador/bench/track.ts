// Where the race is run: nginx as upstream, plain and with TLS that asks for a certificate, on core 1.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type CertificateFiles, makeCertificate } from '@podmate/testkit/certificate';
import { temporaryDirectory } from '@podmate/testkit/files';
import { startNginx } from '@podmate/testkit/http-backend';
import { freePort } from '@podmate/testkit/image';

export type Track = AsyncDisposable & {
  readonly certificate: CertificateFiles;
  /** Ports of the upstream, by what it speaks there. */
  readonly upstream: Readonly<Record<'http' | 'https' | 'tcp', number>>;
};

export async function startTrack(): Promise<Track> {
  await using ends = new AsyncDisposableStack();
  const folder = ends.use(await temporaryDirectory('race-track'));
  const certificate = makeCertificate(folder);
  await writeFile(folder.file('64k'), 'x'.repeat(65_536));
  await writeFile(folder.file('1m'), 'x'.repeat(1_048_576));
  const json = JSON.stringify({ id: 1, name: 'x'.repeat(80), tags: ['a', 'b'] });
  const answers =
    'keepalive_requests 100000000; add_header Cache-Control no-cache; add_header X-Request-Id 0123456789abcdef; ' +
    `add_header Vary Accept; root ${folder.path}; location = / { return 200; } ` +
    `location = /small { default_type application/json; return 200 '${json}'; }`;
  const securePort = await freePort();
  const { certificate: cert, key } = certificate;
  const secure = `ssl_certificate ${cert}; ssl_certificate_key ${key}; ssl_client_certificate ${cert}; ssl_verify_client on;`;
  const nginx = ends.use(
    await startNginx(answers, `server { listen 127.0.0.1:${securePort} ssl; ${secure} ${answers} }`),
  );
  const { stdout } = await promisify(execFile)('pgrep', ['-P', String(nginx.process.pid)]);
  for (const pid of [String(nginx.process.pid), ...stdout.trim().split('\n')]) {
    await promisify(execFile)('taskset', ['-acp', '1', pid]);
  }
  const rest = ends.move();
  return {
    certificate,
    upstream: { http: nginx.port, https: securePort, tcp: nginx.port },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
