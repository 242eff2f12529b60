// Names that change what they lead to, as managed services' do in a failover.
import { eventually } from '@podmate/testkit/eventually';
import { expect, onTestFinished, test } from 'vitest';
import { NamedServers } from '../../src/topology/named-servers.ts';

const at = (host: string): { host: string; port: number } => ({ host, port: 6379 });

function start(names: Map<string, string[]>): NamedServers {
  const resolve = async (name: string): Promise<string[]> => {
    const found = names.get(name);
    if (!found) throw new Error(`${name} is not known`);
    return found;
  };
  const servers = new NamedServers(at('primary'), [at('reader')], 1, resolve);
  onTestFinished(() => servers.stop());
  servers.start(() => {});
  return servers;
}

test('the primary is what its name leads to now; of readers those of a moment ago stay', async () => {
  const names = new Map([
    ['primary', ['10.0.0.1']],
    ['reader', ['10.0.0.2']],
  ]);
  const servers = start(names);
  await eventually(() => expect([...servers.primary]).toEqual(['10.0.0.1:6379']));
  names.set('primary', ['10.0.0.2']).set('reader', ['10.0.0.3']);
  await eventually(() => expect([...servers.primary]).toEqual(['10.0.0.2:6379']));
  expect(servers.endpoints).toEqual([
    { ...at('10.0.0.2'), serverName: 'primary' },
    { ...at('10.0.0.2'), serverName: 'reader' },
    { ...at('10.0.0.3'), serverName: 'reader' },
  ]);
});

test('a look-up that fails changes nothing, and is told', async () => {
  const names = new Map([
    ['primary', ['10.0.0.1']],
    ['reader', ['10.0.0.2', '10.0.0.3']],
  ]);
  const servers = start(names);
  await eventually(() => expect(servers.endpoints).toHaveLength(3));
  names.delete('primary');
  await eventually(() => expect(servers.complaints).toEqual(['primary is not known']));
  expect([...servers.primary]).toEqual(['10.0.0.1:6379']);
  names.set('primary', ['10.0.0.1']);
  await eventually(() => expect(servers.complaints).toEqual([]));
});

test('an address is taken as it is', async () => {
  const servers = new NamedServers(at('10.0.0.1'), [], 1, () => Promise.reject(new Error('asked')));
  onTestFinished(() => servers.stop());
  servers.start(() => {});
  await eventually(() => expect(servers.endpoints).toEqual([at('10.0.0.1')]));
  expect(servers.complaints).toEqual([]);
});
