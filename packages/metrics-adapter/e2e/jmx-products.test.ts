// Promise: products as Debian ships them are read whole and by our presets: Tomcat, with its beans that cannot be
// serialized, ZooKeeper and ActiveMQ. They are started side by side, each in a folder of its own, on ports of the
// loopback. Debian has neither Kafka nor Cassandra: beans of their names stand for them.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, test } from 'vitest';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { freePort, jmxFlags, missingJdk, startTarget } from './jvm.ts';
import { scraper } from './scraping.ts';

const TOMCAT = '/usr/share/tomcat10';
const ZOOKEEPER = '/usr/share/java/zookeeper.jar';
const ACTIVEMQ = '/usr/share/activemq';
const STARTING = { withinMs: 60_000, everyMs: 300 };

type Running = AsyncDisposable;

function java(args: readonly string[], cwd: string): Running {
  const quick = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];
  const child = spawn('java', [...quick, ...args], { cwd, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe.skipIf(missingJdk).concurrent('products', () => {
  test.skipIf(!existsSync(`${TOMCAT}/bin/bootstrap.jar`))('tomcat10', async ({ expect }) => {
    await using folder = await temporaryDirectory('jmx-tomcat');
    for (const name of ['conf', 'logs', 'temp', 'webapps/ROOT', 'work'])
      mkdirSync(folder.file(name), { recursive: true });
    const [http, port] = [await freePort(), await freePort()];
    writeFileSync(
      folder.file('conf/server.xml'),
      `<Server port="-1"><GlobalNamingResources><Resource name="UserDatabase" auth="Container"
        type="org.apache.catalina.UserDatabase" factory="org.apache.catalina.users.MemoryUserDatabaseFactory"
        pathname="conf/users.xml"/></GlobalNamingResources><Service name="Catalina">
        <Executor name="shared" maxThreads="77"/>
        <Connector address="127.0.0.1" port="${http}"/><Engine name="Catalina" defaultHost="localhost">
        <Realm className="org.apache.catalina.realm.UserDatabaseRealm" resourceName="UserDatabase"/>
        <Host name="localhost" appBase="webapps"/></Engine></Service></Server>`,
    );
    writeFileSync(folder.file('conf/users.xml'), '<tomcat-users/>');
    writeFileSync(
      folder.file('conf/web.xml'),
      `<web-app><servlet><servlet-name>default</servlet-name>
        <servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class></servlet>
        <servlet-mapping><servlet-name>default</servlet-name><url-pattern>/</url-pattern></servlet-mapping></web-app>`,
    );
    writeFileSync(folder.file('webapps/ROOT/index.html'), 'hello');
    const jars = `${TOMCAT}/bin/bootstrap.jar:${TOMCAT}/bin/tomcat-juli.jar`;
    const homes = [`-Dcatalina.home=${TOMCAT}`, `-Dcatalina.base=${folder.path}`];
    await using tomcat = java(
      [...jmxFlags(port), ...homes, '-cp', jars, 'org.apache.catalina.startup.Bootstrap', 'start'],
      folder.path,
    );
    expect(tomcat).toBeDefined();
    await eventually(async () => {
      expect((await fetch(`http://127.0.0.1:${http}/index.html`)).status).toBe(200);
    }, STARTING);
    expect((await fetch(`http://127.0.0.1:${http}/absent`)).status).toBe(404);

    await using preset = scraper({ port }, '', ['tomcat', 'jvm']);
    const { samples, failures } = await preset.scrape();
    expect(failures).toEqual([]);
    expect(preset.poller.catalogue.denied.size).toBe(0); // what has no rule is not asked for
    const connector = `connector="http-nio-127.0.0.1-${http}"`;
    expect(samples.get(`tomcat_connector_threads_max{${connector}}`)).toBe(200);
    expect(samples.get(`tomcat_requests_total{${connector}}`)).toBeGreaterThanOrEqual(2);
    expect(samples.get(`tomcat_request_errors_total{${connector}}`)).toBeGreaterThanOrEqual(1);
    expect(samples.get('tomcat_servlet_requests_total{context="/",host="localhost",servlet="default"}')).toBe(
      samples.get(`tomcat_requests_total{${connector}}`),
    );
    expect(samples.get('tomcat_sessions_active{context="/",host="localhost"}')).toBe(0);
    expect(samples.get('tomcat_executor_threads_max{executor="shared"}')).toBe(77);
    expect(samples.get('tomcat_resource_cache_max_bytes{context="/",host="localhost"}')).toBe(10 << 20);
    expect([...samples.keys()].join()).toMatch(/tomcat_version\{version="Apache Tomcat\/10/);
    expect(samples.get('jvm_threads_daemon{}')).toBeGreaterThan(1);
    await preset.session.close();

    await using target = scraper({ port });
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
    const threads = [...learned.samples].filter(([name]) =>
      name.startsWith('Catalina_ThreadPool_maxThreads{'),
    );
    expect(threads.map(([, value]) => value)).toEqual([200]);
  });

  test.skipIf(!existsSync(ZOOKEEPER))('zookeeper', async ({ expect }) => {
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
      STARTING,
    );
    const { samples, failures } = await target.scrape();
    expect(failures).toEqual([]);
    expect(samples.get('zookeeper_ticktime{}')).toBe(3000);

    await using preset = scraper({ port }, '', ['zookeeper']);
    const own = (await preset.scrape()).samples;
    const label = `{client_port="${client}"`;
    expect(own.get(`zookeeper_tick_seconds${label}}`)).toBe(3);
    expect(own.get(`zookeeper_znodes${label}}`)).toBe(5);
    expect(own.get(`zookeeper_connections${label}}`)).toBe(0);
    expect([...own.keys()].join()).toContain(`zookeeper_version${label},version="3.`);
    expect(own.size).toBe(13);
  });

  test.skipIf(!existsSync(`${ACTIVEMQ}/bin/activemq.jar`))('activemq', async ({ expect, onTestFinished }) => {
    await using folder = await temporaryDirectory('jmx-activemq');
    const [stomp, port] = [await freePort(), await freePort()];
    const folders = ['base', 'data', 'conf'].map((name) => `-Dactivemq.${name}=${folder.path}`);
    const broker = `broker:(stomp://127.0.0.1:${stomp})?brokerName=shop&persistent=false&useShutdownHook=false`;
    await using activemq = java(
      [
        ...jmxFlags(port),
        `-Dactivemq.home=${ACTIVEMQ}`,
        ...folders,
        '-jar',
        `${ACTIVEMQ}/bin/activemq.jar`,
        'start',
        broker,
      ],
      folder.path,
    );
    expect(activemq).toBeDefined();
    await using target = scraper({ port }, '', ['auto']);
    await eventually(async () => {
      const { samples } = await target.scrape();
      expect(samples.get('activemq_memory_used_ratio{broker="shop"}')).toBe(0);
    }, STARTING);
    const client = connect(stomp, '127.0.0.1');
    onTestFinished(() => void client.destroy());
    client.write(
      `CONNECT\naccept-version:1.2\nhost:x\n\n\0${'SEND\ndestination:/queue/orders\n\nhello\0'.repeat(3)}`,
    );
    await eventually(async () => {
      const { samples, failures } = await target.scrape();
      expect(failures).toEqual([]);
      const of = '{broker="shop",destination="orders",type="Queue"}';
      expect(samples.get(`activemq_destination_messages${of}`)).toBe(3);
      expect(samples.get(`activemq_destination_messages_enqueued_total${of}`)).toBe(3);
      expect(samples.get(`activemq_destination_memory_bytes${of}`)).toBeGreaterThan(3000);
      expect(samples.get('activemq_messages{broker="shop"}')).toBe(3);
      expect([...samples.keys()].join()).not.toContain('Advisory');
      expect(samples.get('jvm_buffer_pool_used_buffers{pool="mapped"}')).toBe(0); // auto has the JVM as well
    });
  });

  test('kafka and cassandra, by beans of their names', async ({ expect }) => {
    const port = await freePort();
    const latency = '50thPercentile=100 99thPercentile=1500 Count=5';
    await using jvm = await startTarget(
      [
        'bean kafka.server:type=BrokerTopicMetrics,name=MessagesInPerSec,topic=orders {Count=7 MeanRate=1}',
        'bean kafka.log:type=Log,name=Size,topic=orders,partition=0 {Value=4096}',
        'bean kafka.consumer:type=consumer-fetch-manager-metrics,partition=0,topic=orders,client-id=c {records-lag=3}',
        `bean kafka.network:type=RequestMetrics,name=LocalTimeMs,request=FetchConsumer {${latency}}`,
        `bean kafka.network:type=RequestMetrics,name=LocalTimeMs,request=LeaderAndIsr {${latency}}`,
        `bean org.apache.cassandra.metrics:type=ClientRequest,scope=Write,name=Latency {${latency}}`,
        'bean org.apache.cassandra.metrics:type=ThreadPools,path=request,scope=ReadStage,name=PendingTasks {Value=2}',
      ],
      jmxFlags(port),
    );
    expect(jvm.pid).toBeGreaterThan(0);
    await using target = scraper({ port }, '', ['kafka', 'cassandra']);
    const { samples, report } = await target.scrape();
    expect(report.beans).toBe(6); // one kind of request is not among those worth a series
    expect(Object.fromEntries(samples)).toEqual({
      'kafka_topic_messages_in_total{topic="orders"}': 7,
      'kafka_log_size_bytes{partition="0",topic="orders"}': 4096,
      'kafka_consumer_records_lag{client="c",partition="0",topic="orders"}': 3,
      'kafka_request_seconds{phase="Local",quantile="0.5",request="FetchConsumer"}': 0.1,
      'kafka_request_seconds{phase="Local",quantile="0.99",request="FetchConsumer"}': 1.5,
      'cassandra_client_requests_total{operation="Write"}': 5,
      'cassandra_client_request_seconds{operation="Write",quantile="0.5"}': expect.closeTo(0.0001, 9),
      'cassandra_client_request_seconds{operation="Write",quantile="0.99"}': expect.closeTo(0.0015, 9),
      'cassandra_threadpool_pending_tasks{path="request",pool="ReadStage"}': 2,
    });
  });
});
