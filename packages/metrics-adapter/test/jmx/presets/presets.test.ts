import { describe, expect, test } from 'vitest';
import { presetsNamed, withPresets } from '../../../src/jmx/presets/presets.ts';
import { parseBeanName } from '../../../src/jmx/rules/bean-name.ts';
import { leftOut, readJmxConfig } from '../../../src/jmx/rules/config.ts';
import { RuleList } from '../../../src/jmx/rules/rule.ts';
import { yamlTree } from '../../../src/jmx/rules/yaml-tree.ts';

const config = (yaml = '') => readJmxConfig(yamlTree(yaml), () => undefined);
const ALL = presetsNamed(['auto']);

/** `name{label="value"} value` */
function seriesOf(
  bean: string,
  attribute: string,
  text: string,
  rules = withPresets(config(), ALL, false),
): string {
  const name = parseBeanName(bean);
  const path = attribute.split('.');
  const last = path.pop() ?? '';
  const list = new RuleList(rules.rules, rules);
  const outcome = list.apply({ bean, name, properties: name.properties, path, attribute: last }, text);
  if (outcome === undefined) return 'none';
  const { series, value, rule } = outcome;
  const labels = Object.entries(series.labels).map(([key, label]) => `${key}="${label}"`);
  return `${series.name}{${labels.join(',')}} ${(value ?? Number(text)) * (rule.text.valueFactor ?? 1)}`;
}

const LATENCY = 'org.apache.cassandra.metrics:type=ClientRequest,scope=Read,name=Latency';
const TOTAL_TIME = 'kafka.network:type=RequestMetrics,name=TotalTimeMs,request=Produce';
const LAG = 'kafka.consumer:type=consumer-fetch-manager-metrics';
const QUEUE = 'org.apache.activemq:type=Broker,brokerName=b,destinationType=Queue,destinationName=o.a';
const FOLLOWER = 'org.apache.ZooKeeperService:name0=ReplicatedServer_id2,name1=replica.2,name2=Follower';

const ROWS: { name: string; bean: string; attribute: string; text: string; out: string }[] = [
  {
    name: 'a member of a composite, and a label that the table gives',
    bean: 'java.lang:type=Memory',
    attribute: 'HeapMemoryUsage.used',
    text: '1024',
    out: 'jvm_memory_used_bytes{area="heap"} 1024',
  },
  {
    name: 'a key property as a label',
    bean: 'java.lang:type=MemoryPool,name=G1 Old Gen',
    attribute: 'CollectionUsage.max',
    text: '-1',
    out: 'jvm_memory_pool_collection_max_bytes{pool="G1 Old Gen"} -1',
  },
  {
    name: 'milliseconds',
    bean: 'java.lang:type=GarbageCollector,name=Copy',
    attribute: 'CollectionTime',
    text: '2500',
    out: 'jvm_gc_collection_seconds_sum{gc="Copy"} 2.5',
  },
  {
    name: 'canonical order of key properties',
    bean: 'java.lang:name=Copy,type=GarbageCollector',
    attribute: 'CollectionCount',
    text: '2',
    out: 'jvm_gc_collection_seconds_count{gc="Copy"} 2',
  },
  {
    name: 'a quoted key property',
    bean: 'Catalina:type=ThreadPool,name="http-nio-8080"',
    attribute: 'currentThreadsBusy',
    text: '3',
    out: 'tomcat_connector_threads_busy{connector="http-nio-8080"} 3',
  },
  {
    name: 'an embedded Tomcat',
    bean: 'Tomcat:type=Manager,host=localhost,context=/',
    attribute: 'activeSessions',
    text: '3',
    out: 'tomcat_sessions_active{context="/",host="localhost"} 3',
  },
  {
    name: 'parts of a key property',
    bean: 'Catalina:j2eeType=Servlet,WebModule=//localhost/shop,name=default,J2EEApplication=none,J2EEServer=none',
    attribute: 'requestCount',
    text: '7',
    out: 'tomcat_servlet_requests_total{context="/shop",host="localhost",servlet="default"} 7',
  },
  {
    name: 'a text as a label',
    bean: 'Catalina:type=Server',
    attribute: 'serverInfo',
    text: 'Apache Tomcat/10.1.60',
    out: 'tomcat_version{version="Apache Tomcat/10.1.60"} 1',
  },
  {
    name: 'a member of an ensemble',
    bean: FOLLOWER,
    attribute: 'NumAliveConnections',
    text: '4',
    out: 'zookeeper_connections{member="2",replica="2",role="Follower"} 4',
  },
  {
    name: 'its tree',
    bean: `${FOLLOWER},name3=InMemoryDataTree`,
    attribute: 'NodeCount',
    text: '5',
    out: 'zookeeper_znodes{member="2",replica="2",role="Follower"} 5',
  },
  {
    name: 'a queue',
    bean: QUEUE,
    attribute: 'QueueSize',
    text: '9',
    out: 'activemq_destination_messages{broker="b",destination="o.a",type="Queue"} 9',
  },
  {
    name: 'not its consumers',
    bean: `${QUEUE},endpoint=Consumer`,
    attribute: 'QueueSize',
    text: '9',
    out: 'none',
  },
  {
    name: 'a broker in all',
    bean: 'kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec',
    attribute: 'Count',
    text: '9',
    out: 'kafka_broker_bytes_in_total{} 9',
  },
  {
    name: 'a topic of it',
    bean: 'kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec,topic=orders.v1',
    attribute: 'Count',
    text: '9',
    out: 'kafka_topic_bytes_in_total{topic="orders.v1"} 9',
  },
  {
    name: 'one of the values that a label may have',
    bean: TOTAL_TIME,
    attribute: '99thPercentile',
    text: '12.0',
    out: 'kafka_request_seconds{phase="Total",quantile="0.99",request="Produce"} 0.012',
  },
  {
    name: 'none of them',
    bean: TOTAL_TIME.replace('Produce', 'LeaderAndIsr'),
    attribute: '99thPercentile',
    text: '12.0',
    out: 'none',
  },
  {
    name: 'key properties in one order',
    bean: `${LAG},client-id=c-1,topic=t,partition=0`,
    attribute: 'records-lag',
    text: '1.0',
    out: 'kafka_consumer_records_lag{client="c-1",partition="0",topic="t"} 1',
  },
  {
    name: 'and in another',
    bean: `${LAG},partition=0,topic=t,client-id=c-1`,
    attribute: 'records-lag',
    text: '1.0',
    out: 'kafka_consumer_records_lag{client="c-1",partition="0",topic="t"} 1',
  },
  {
    name: 'microseconds',
    bean: LATENCY,
    attribute: '999thPercentile',
    text: '2000.0',
    out: 'cassandra_client_request_seconds{operation="Read",quantile="0.999"} 0.002',
  },
  { name: 'an attribute of no rule', bean: LATENCY, attribute: 'Mean', text: '1.0', out: 'none' },
];

describe('presets', () => {
  test.each(ROWS)('$name', ({ bean, attribute, text, out }) => {
    expect(seriesOf(bean, attribute, text)).toBe(out);
  });

  test.each(ALL)(
    '$name: rules are asked once, names are base units and survive the exposition',
    ({ rules }) => {
      for (const { text, independent } of rules) {
        expect([text.pattern, independent || text.value === '1']).toEqual([text.pattern, true]); // 1: of a text
        expect(text.name).toMatch(/^[a-z][a-z_]+$/);
        expect(text.name?.endsWith('_total')).toBe(text.type === 'counter');
        expect(text.name).not.toMatch(/_(?:info|created|bucket|ms|millis)$/);
        expect(text.help).toMatch(/^[A-Z0-9].*\.$/);
      }
    },
  );

  test('one metric has one type and one help', () => {
    const said = new Map<string | undefined, string>();
    for (const { text } of ALL.flatMap((preset) => preset.rules)) {
      const says = `${text.type} ${text.help}`;
      expect(said.getOrInsert(text.name, says)).toBe(says);
    }
  });

  test('an unknown one is refused by name', () => {
    expect(presetsNamed(['jvm', 'kafka']).map(({ name }) => name)).toEqual(['jvm', 'kafka']);
    expect(() => presetsNamed(['kafak'])).toThrow('no preset kafak: there are auto, none, jvm, tomcat');
  });
});

test('beans that are too many, and those of others, are not read', () => {
  const [activemq] = presetsNamed(['activemq']);
  const broker = 'org.apache.activemq:type=Broker,brokerName=b';
  expect(activemq?.reads(broker)).toBe(true);
  expect(activemq?.reads(`${broker},destinationType=Topic,destinationName=news`)).toBe(true);
  expect(activemq?.reads(`${broker},destinationType=Topic,destinationName=ActiveMQ.Advisory.Queue`)).toBe(
    false,
  );
  expect(activemq?.reads(`${broker},destinationType=Queue,destinationName=o,endpoint=Consumer`)).toBe(false);
});

describe('presets and a file', () => {
  const jvm = presetsNamed(['jvm']);

  test('alone they ask for nothing but what they have rules for', () => {
    const alone = withPresets(config(), jvm, false);
    expect(alone.include).toEqual(['java.lang:*', 'java.nio:*']);
    expect(alone.reads?.('java.lang:type=MemoryPool,name=Metaspace')).toBe(true);
    expect(alone.reads?.('java.nio:type=Other,name=x')).toBe(false);
    const out = (name: string) => leftOut(alone, 'java.lang:type=Threading', { name, type: 'int' });
    expect(out('ThreadCount')).toBe(undefined);
    expect(out('CurrentThreadCpuTime')).toBe('no preset has a rule for it');
  });

  test('the file comes first', () => {
    const file = config('rules:\n- pattern: "java.lang<type=Threading><>ThreadCount"\n  name: mine\n');
    const both = withPresets(file, jvm, true);
    expect(both.include).toEqual([]);
    expect(seriesOf('java.lang:type=Threading', 'ThreadCount', '5', both)).toBe('mine{} 5');
    expect(seriesOf('java.lang:type=Threading', 'PeakThreadCount', '6', both)).toBe('jvm_threads_peak{} 6');
    expect(leftOut(both, 'java.lang:type=Threading', { name: 'X', type: 'int' })).toBe(undefined);
  });

  test('beans that it does not name are read as well', () => {
    const both = withPresets(config('includeObjectNames: ["shop:*"]'), jvm, true);
    expect(both.include.slice(0, 2)).toEqual(['shop:*', 'java.lang:type=Memory']);
  });

  test('a rule that takes everything is told', () => {
    const { warnings } = withPresets(config('rules:\n- pattern: x\n  name: y\n- pattern: ".*"\n'), jvm, true);
    expect(warnings).toEqual(['line 4: it takes every value, so that the presets never see one']);
  });
});
