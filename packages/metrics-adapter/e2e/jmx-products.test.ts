// Promise: products as Debian ships them are read whole: Tomcat, with its beans that cannot be serialized, and
// ZooKeeper. Each is started by the test in a folder of its own, on a port of the loopback.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { freePort, jmxFlags, missingJdk } from './jvm.ts';
import { scraper } from './scraping.ts';

const TOMCAT = '/usr/share/tomcat10';
const ZOOKEEPER = '/usr/share/java/zookeeper.jar';

type Running = AsyncDisposable;

function java(args: readonly string[], cwd: string): Running {
  const child = spawn('java', ['-Xmx256m', '-XX:+UseSerialGC', ...args], { cwd, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe.skipIf(missingJdk)('products', () => {
  test.skipIf(!existsSync(`${TOMCAT}/bin/bootstrap.jar`))('tomcat10', async () => {
    await using folder = await temporaryDirectory('jmx-tomcat');
    for (const name of ['conf', 'logs', 'temp', 'webapps/ROOT', 'work'])
      mkdirSync(folder.file(name), { recursive: true });
    const [http, port] = [await freePort(), await freePort()];
    writeFileSync(
      folder.file('conf/server.xml'),
      `<Server port="-1"><GlobalNamingResources><Resource name="UserDatabase" auth="Container"
        type="org.apache.catalina.UserDatabase" factory="org.apache.catalina.users.MemoryUserDatabaseFactory"
        pathname="conf/users.xml"/></GlobalNamingResources><Service name="Catalina">
        <Connector address="127.0.0.1" port="${http}"/><Engine name="Catalina" defaultHost="localhost">
        <Realm className="org.apache.catalina.realm.UserDatabaseRealm" resourceName="UserDatabase"/>
        <Host name="localhost" appBase="webapps"/></Engine></Service></Server>`,
    );
    writeFileSync(folder.file('conf/users.xml'), '<tomcat-users/>');
    writeFileSync(folder.file('conf/web.xml'), '<web-app/>');
    const jars = `${TOMCAT}/bin/bootstrap.jar:${TOMCAT}/bin/tomcat-juli.jar`;
    const homes = [`-Dcatalina.home=${TOMCAT}`, `-Dcatalina.base=${folder.path}`];
    await using tomcat = java(
      [...jmxFlags(port), ...homes, '-cp', jars, 'org.apache.catalina.startup.Bootstrap', 'start'],
      folder.path,
    );
    expect(tomcat).toBeDefined();
    await using target = scraper({ port });
    await eventually(
      async () => expect([...(await target.scrape()).samples.keys()].join()).toContain('Catalina_ThreadPool'),
      { withinMs: 60_000, everyMs: 500 },
    );
    const learned = await eventually(
      async () => {
        const scrape = await target.scrape();
        expect(scrape.failures).toEqual([]);
        return scrape;
      },
      { withinMs: 30_000 },
    );
    expect(target.poller.catalogue.denied.size).toBeGreaterThan(5);
    expect(learned.report.beans).toBeGreaterThan(40);
    const connector = [...learned.samples].filter(([name]) =>
      name.startsWith('Catalina_ThreadPool_maxThreads{'),
    );
    expect(connector.map(([, value]) => value)).toEqual([200]);
  });

  test.skipIf(!existsSync(ZOOKEEPER))('zookeeper', async () => {
    await using folder = await temporaryDirectory('jmx-zookeeper');
    const [client, port] = [await freePort(), await freePort()];
    writeFileSync(
      folder.file('zoo.cfg'),
      `dataDir=${folder.path}\nclientPort=${client}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n`,
    );
    const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
    await using zookeeper = java(
      [...jmxFlags(port), '-cp', ZOOKEEPER, main, folder.file('zoo.cfg')],
      folder.path,
    );
    expect(zookeeper).toBeDefined();
    const rules = `
lowercaseOutputName: true
includeObjectNames: ["org.apache.ZooKeeperService:*"]
rules:
- pattern: 'org.apache.ZooKeeperService<name0=StandaloneServer_port(\\d+)><>(\\w+)'
  name: zookeeper_$2
- pattern: 'org.apache.ZooKeeperService<name0=StandaloneServer_port(\\d+), name1=InMemoryDataTree><>(\\w+)'
  name: zookeeper_tree_$2
`;
    await using target = scraper({ port }, rules);
    await eventually(
      async () => expect((await target.scrape()).samples.get('zookeeper_tree_nodecount{}')).toBe(5),
      { withinMs: 60_000, everyMs: 500 },
    );
    const { samples, failures } = await target.scrape();
    expect(failures).toEqual([]);
    expect(samples.get('zookeeper_ticktime{}')).toBe(3000);
  });
});
