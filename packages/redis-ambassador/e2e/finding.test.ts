// Promise: the servers are found by whatever one has: a primary's name, two names, URLs with a login; and what is wrong with it
// is said once on stderr and by readiness.
import { eventually } from '@podmate/testkit/eventually';
import { freePort, startImage } from '@podmate/testkit/image';
import { Sentinels } from '@podmate/testkit/redis-sentinel';
import { startReplicated } from '@podmate/testkit/redis-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAmbassador } from './running.ts';

const PASSWORD = 'p@ss:word';
const SECURED = ['--requirepass', PASSWORD, '--masterauth', PASSWORD];
let servers: Awaited<ReturnType<typeof startReplicated>>;
beforeAll(async () => {
  servers = await startReplicated(2, { args: SECURED, password: PASSWORD });
});
afterAll(() => servers?.[Symbol.asyncDispose]());

const login = (place: string): string => `redis://:${encodeURIComponent(PASSWORD)}@${place}`;

test('the primary alone, by name and URL: its replicas are found, the password is never shown', async () => {
  const url = login(`localhost:${servers.primary.port}`);
  await using ambassador = await startAmbassador(['--primary', url], 2);
  expect(await ambassador.client().set('a', '1')).toBe('OK');
  expect(ambassador.image.stderr).toContain('localhost');
  expect(ambassador.image.stderr).not.toContain(encodeURIComponent(PASSWORD));
  expect(ambassador.image.stderr).not.toContain(PASSWORD);
});

test('two names: reads at what the one leads to, and at no other', async () => {
  const [one, other] = servers.replicas;
  const replica = login(`localhost:${one?.port}`);
  await using ambassador = await startAmbassador(
    ['--primary', login(servers.primary.address), '--replicas', replica],
    1,
  );
  expect(await ambassador.status()).not.toContain(`:${other?.port}`);
});

/** What readiness says, and how often stderr does. */
async function complaint(args: readonly string[], expected: RegExp): Promise<number> {
  await using ambassador = await startAmbassador(args, undefined);
  await eventually(async () => {
    const response = await fetch(`http://${ambassador.admin}/readyz`);
    expect([response.status, await response.text()]).toEqual([503, expect.stringMatching(expected)]);
  });
  return ambassador.image.stderr.split('\n').filter((line) => expected.test(line)).length;
}

test('a primary that is a replica', async () => {
  const [replica] = servers.replicas;
  const args = ['--primary', login(replica?.address ?? '')];
  const expected = new RegExp(
    `${replica?.address} is a replica of ${servers.primary.address}, not a primary`,
  );
  expect(await complaint(args, expected)).toBe(1);
});

test('a name that leads nowhere', async () => {
  expect(await complaint(['--primary', 'nowhere.invalid:6379'], /getaddrinfo nowhere.invalid/)).toBe(1);
});

test('no Sentinel is there, and none that knows the primary', async () => {
  const nobody = `127.0.0.1:${await freePort()}`;
  expect(await complaint(['--sentinels', nobody], new RegExp(`Sentinel ${nobody}: connect.*refused`))).toBe(
    1,
  );
  await using sentinels = await Sentinels.start(servers.primary, [], { count: 1, password: PASSWORD });
  const args = ['--sentinels', sentinels.addresses.join(), '--sentinel-name', 'other'];
  expect(await complaint(args, /knows no primary called other/)).toBe(1);
});

test.each([
  { args: ['--servers', 'a', '--sentinels', 'b'], why: 'different ways to find the servers; choose one' },
  { args: ['--replicas', 'a', '--servers', 'b'], why: 'no primary for them' },
  { args: ['--primary', 'redis://u:secret@r:1/5'], why: 'names the database 5' },
  { args: ['--servers', 'redis://u:a@r,redis://u:b@s'], why: 'different logins' },
])('$args is refused at once: $why', async ({ args, why }) => {
  await using image = startImage('redis-ambassador', args);
  expect(await image.exited).toMatchObject({ code: 64 });
  expect(image.stderr).toContain(why);
  expect(image.stderr).not.toContain('secret');
});
