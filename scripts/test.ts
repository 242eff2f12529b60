// `npm test`: everything there is to test, on a machine that has nothing but Node and npm. Installs the real components
// (Debian), runs the checks, the unit and the e2e tests, and prints alone on its last line `N passed, N failed`.
// Invariant: nothing is left out silently. What a machine cannot provide is skipped by name and reason and counted as
// skipped; in a continuous build (CI is set) a skipped test is a failed one.

import { startVitest } from 'vitest/node';
import { ensurePackages } from '@podmate/testkit/debian';
import { ensureKubectl } from '@podmate/testkit/kubectl';
import { bundle } from '../docker/bundle.ts';
import { images } from '../docker/images.ts';
import { runChecks } from './check.ts';
import { Tally } from './tally.ts';

/** The real components of the suites: a test whose component could not be had skips itself by name. */
const DEBIAN_PACKAGES = [
  'logrotate',
  'busybox',
  'gawk',
  'mawk',
  'original-awk',
  'redis-server',
  'redis-tools',
  'redis-redisearch',
  'iproute2',
  'prometheus',
  'openjdk-17-jdk-headless',
  'libjolokia-core-java',
  'tomcat10',
  'zookeeper',
  'activemq',
  'nginx-light',
  'haproxy',
  'postgresql',
  'mariadb-server',
  'mariadb-client',
  'curl',
  'openssl',
  'dnsmasq-base',
];

const inContinuousBuild = !['', '0', 'false', undefined].includes(process.env['CI']);
const tally = new Tally();

function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

async function installComponents(): Promise<void> {
  const missing = [await ensureKubectl(say), ...(await ensurePackages(DEBIAN_PACKAGES, say))];
  for (const one of missing) if (one !== undefined) say(`! ${one.package}: ${one.reason}`);
}

async function check(): Promise<void> {
  for (const { name, ok } of await runChecks(say)) tally.count(`check: ${name}`, ok);
}

/** What the e2e tests start is what ships: each image's one file, which also starts in a fifth of the CPU of its sources. */
async function bundleImages(): Promise<void> {
  for (const image of images) await bundle(image);
  process.env['PODMATE_RUN'] = 'bundle';
}

/** One project after the other: the e2e tests have processes of their own and want the machine for themselves. */
async function vitest(project: string): Promise<void> {
  const before = tally.passed + tally.failed.length + tally.skipped.length;
  const run = await startVitest('test', [], {
    watch: false,
    project: [project],
    reporters: ['default', tally],
  });
  await run.close();
  const after = tally.passed + tally.failed.length + tally.skipped.length;
  if (after === before) tally.count(`${project}: no test was found`, false);
}

function verdict(): void {
  for (const { name, reason } of tally.skipped) say(`skipped: ${name} (${reason})`);
  if (inContinuousBuild)
    tally.failed.push(...tally.skipped.splice(0).map(({ name }) => `skipped in CI: ${name}`));
  for (const name of tally.failed) say(`failed: ${name}`);
  const skipped = tally.skipped.length > 0 ? `, ${tally.skipped.length} skipped` : '';
  say(`${tally.passed} passed, ${tally.failed.length} failed${skipped}`);
  process.exit(tally.failed.length > 0 ? 1 : 0); // whatever a test left open must not keep us
}

await installComponents();
await check();
await vitest('unit');
await bundleImages();
await vitest('e2e');
verdict();
