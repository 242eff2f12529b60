import { describe, expect, test } from 'vitest';
import { translateArguments } from '../src/exporter-arguments.ts';

test.each([
  {
    name: 'ours stay',
    in: ['--max-series=5', '--labels', 'a=b=c'],
    out: ['--max-series=5', '--labels', 'a=b=c'],
  },
  {
    name: 'its names for what every image has',
    in: ['--log.level=debug', '--log.format', 'json', '--check-config', '-h'],
    out: ['--log-level=debug', '--log-format', 'json', '--check', '--help'],
  },
  {
    name: 'empty is none',
    in: ['--statsd.mapping-config=', '--statsd.relay.address', '', '--statsd.listen-tcp='],
    out: ['--statsd.listen-tcp='],
  },
  { name: 'a file', in: ['--statsd.mapping-config', '/m.yml'], out: ['--statsd.mapping-config', '/m.yml'] },
])('$name', ({ in: argv, out }) => expect(translateArguments(argv)).toEqual(out));

const JMX = ['--web.listen-address=:9404', '--jmx.config=/etc/jmx.yaml'];

describe("jmx_exporter's", () => {
  test.each([
    { name: 'port and file', in: ['9404', '/etc/jmx.yaml'], out: JMX },
    {
      name: 'with flags of ours',
      in: ['9404', '/etc/jmx.yaml', '--log.level=debug'],
      out: [...JMX, '--log-level=debug'],
    },
    {
      name: 'host',
      in: ['127.0.0.1:9404', 'a.yaml'],
      out: ['--web.listen-address=127.0.0.1:9404', '--jmx.config=a.yaml'],
    },
    {
      name: 'IPv6',
      in: ['::1:9404', 'a.yaml'],
      out: ['--web.listen-address=[::1]:9404', '--jmx.config=a.yaml'],
    },
    {
      name: 'in brackets',
      in: ['[::1]:9404', 'a.yaml'],
      out: ['--web.listen-address=[::1]:9404', '--jmx.config=a.yaml'],
    },
    { name: 'java', in: ['-jar', 'jmx_prometheus_standalone.jar', '9404', '/etc/jmx.yaml'], out: JMX },
    {
      name: 'java with options, the older name',
      in: [
        '--add-opens=java.base/java.lang=ALL-UNNAMED',
        '-XX:MaxRAMPercentage=100',
        '-XshowSettings:vm',
        '-Xmx64m',
        '-server',
        '-jar',
        '/opt/jmx_prometheus_httpserver-0.20.0.jar',
        '9404',
        '/etc/jmx.yaml',
      ],
      out: JMX,
    },
    {
      name: 'java with stores',
      in: [
        '-Djavax.net.ssl.trustStore=/t.jks',
        '-Djavax.net.ssl.trustStorePassword=a=b',
        '-Djavax.net.ssl.trustStoreType=JKS',
        '-jar',
        'jmx_prometheus_standalone.jar',
        '9404',
        '/etc/jmx.yaml',
      ],
      out: [...JMX, '--jmx.trust-store=/t.jks', '--jmx.trust-store-password=a=b'],
    },
    { name: 'a lone file is no command line of its', in: ['a.yaml'], out: ['a.yaml'] },
    { name: 'nor a lone port', in: ['9404', '--jmx.config=a'], out: ['9404', '--jmx.config=a'] },
  ])('$name', ({ in: argv, out }) => expect(translateArguments(argv)).toEqual(out));

  test.each([
    { in: ['-jar', 'app.jar'], out: /there is no Java here; only java -jar/ },
    { in: ['-version'], out: /there is no Java here/ },
    { in: ['-cp', 'x', 'Main'], out: /there is no Java here/ },
    {
      in: ['-javaagent:jmx_prometheus_javaagent.jar=9404:a.yaml', '-jar', 'app.jar'],
      out: /there is no Java here/,
    },
    {
      in: ['-Dmy.own=1', '-jar', 'jmx_prometheus_standalone.jar', '9404', 'a'],
      out: /java -Dmy.own=1: has no meaning here/,
    },
    {
      in: ['-jar', 'jmx_prometheus_standalone.jar', 'a.yaml'],
      out: /a.yaml: not \[host:\]port config.yaml; OpenTelemetry/,
    },
    { in: ['-jar', 'jmx_prometheus_standalone.jar'], out: /not \[host:\]port config.yaml/ },
  ])('refused: $in', ({ in: argv, out }) => expect(() => translateArguments(argv)).toThrow(out));
});
