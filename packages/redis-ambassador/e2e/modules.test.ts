// Promise: commands of a module go where the module's own flags say, which are asked for when the servers come up: a search
// runs at a replica, sees what was indexed through the ambassador, and cursors stay with the primary.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deploy, PATIENCE } from './running.ts';

/** Debian's package redis-redisearch. */
const MODULE = '/usr/lib/redis/modules/redisearch.so';
const refusal = existsSync(MODULE) ? '' : ` (no ${MODULE}: Debian has it in redis-redisearch)`;

test.skipIf(refusal !== '')(`RediSearch at a primary and its replica${refusal}`, async () => {
  await using deployment = await deploy({ replicas: 1, server: { args: ['--loadmodule', MODULE] } });
  const client = deployment.client();
  const [replica] = deployment.replicas;
  await expect.poll(() => deployment.status(), PATIENCE).toMatch(/, [1-9]\d* beyond/);

  expect(await client.call('FT.CREATE', 'pets', 'SCHEMA', 'name', 'TEXT')).toBe('OK');
  for (let i = 1; i <= 20; i++) {
    const add = ['FT.ADD', 'pets', `pet${i}`, '1', 'FIELDS', 'name', `dog number${i}`] as const;
    expect(await client.call(...add)).toBe('OK');
    // Consistency key: what a write of a module touches is not known, so this is at the primary or after a fence.
    expect(await found(`number${i}`)).toEqual([1, `pet${i}`]);
  }

  await expect.poll(() => deployment.status(), PATIENCE).not.toContain('behind');
  const before = await deployment.primary.calls('FT.SEARCH');
  for (let i = 1; i <= 20; i++) expect(await found(`number${i}`)).toEqual([1, `pet${i}`]);
  expect(await deployment.primary.calls('FT.SEARCH')).toBe(before);
  expect(await replica?.calls('FT.SEARCH')).toBeGreaterThanOrEqual(20);

  const answer = await client.call('FT.AGGREGATE', 'pets', 'dog', 'WITHCURSOR', 'COUNT', '5');
  const cursor = Array.isArray(answer) ? String(answer[1]) : '';
  await client.call('FT.CURSOR', 'READ', 'pets', cursor);
  expect(await deployment.primary.calls('FT.CURSOR')).toBe(1);
  expect(await replica?.calls('FT.AGGREGATE')).toBe(0);
  expect(await client.call('AMBASSADOR', 'ROUTE', 'FT.SEARCH', 'pets', 'dog')).toContain('it only reads');
  expect(await client.call('AMBASSADOR', 'ROUTE', 'FT.ADD', 'pets', 'x')).toContain('keys: any key');

  function found(word: string): Promise<unknown> {
    return client.call('FT.SEARCH', 'pets', word, 'NOCONTENT');
  }
});
