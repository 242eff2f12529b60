// Promise: a network that is cut (no connection is closed, packets just do not arrive) is a failover like any other, and when
// it is mended the old primary, which knows of nothing, gets no write. The primary is in a network namespace of its own.
import { eventually } from '@podmate/testkit/eventually';
import { NetworkNamespace } from '@podmate/testkit/network-namespace';
import { Sentinels } from '@podmate/testkit/redis-sentinel';
import { RedisServer } from '@podmate/testkit/redis-server';
import { expect, test } from 'vitest';
import { PATIENCE, startAmbassador } from './running.ts';

const refusal = NetworkNamespace.refusal();

test.skipIf(refusal !== undefined)(
  `the primary is cut off: writes go on at the next one, reads never stop${refusal === undefined ? '' : ` (${refusal})`}`,
  async () => {
    using cable = NetworkNamespace.create();
    await using primary = await eventually(() =>
      RedisServer.start({ host: cable.there, namespace: cable.name }),
    );
    await using first = await RedisServer.start({ host: cable.here, replicaOf: primary });
    await using second = await RedisServer.start({ host: cable.here, replicaOf: primary });
    // Sentinels would tell each other the address of their end of the cable.
    await using sentinels = await Sentinels.start(primary, [first, second], {
      lines: ['sentinel announce-ip 127.0.0.1'],
    });
    await using ambassador = await startAmbassador(['--sentinels', sentinels.addresses.join()], 2);
    const [writer, reader] = [ambassador.client(), ambassador.client()];
    await writer.set('fixed', 'value');
    await expect.poll(() => ambassador.status(), PATIENCE).not.toContain('behind');

    cable.cut();
    const inDoubt = writer.set('doubtful', '1').catch(String);
    let reads = 0;
    const reading = (async () => {
      while ((await sentinels.primary()) === primary.address) {
        expect(await reader.get('fixed')).toBe('value');
        reads++;
      }
    })();
    expect(await inDoubt).toContain('may or may not have been executed');
    await reading;
    expect(reads).toBeGreaterThan(20);
    expect(await writer.set('later', '1')).toBe('OK');

    cable.mend();
    for (let i = 0; i < 50; i++) await writer.set('later', String(i));
    await eventually(async () => expect(await primary.ask('PING')).toContain('PONG'));
    for (let i = 0; i < 50; i++) await writer.set('later', String(i));
    expect(await primary.ask('EXISTS', 'later')).toContain(':0');
    expect(await ambassador.status()).toContain(`${await sentinels.primary()} primary up`);
  },
);
