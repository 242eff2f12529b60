// What can be told about JMX: which targets, by which rules, with which credentials. A part of the table in settings.ts.
import type { Table } from '@podmate/base/settings';

const GROUP = 'JMX';
const access = {
  username: { kind: 'string', group: GROUP, metavar: 'NAME', help: 'User of its JMX port.' },
  password: { kind: 'secret', group: GROUP, file: true, help: 'Password of that user.' },
  registryTls: { kind: 'boolean', group: GROUP, help: 'Its RMI registry speaks TLS, too.' },
  trustStore: {
    kind: 'path',
    group: GROUP,
    metavar: 'FILE',
    help: 'Certificates to trust, whatever name they have: PEM, or a Java key store (JKS, PKCS #12).',
  },
  trustStorePassword: { kind: 'secret', group: GROUP, file: true, help: 'Password of that file.' },
  keyStore: {
    kind: 'path',
    group: GROUP,
    metavar: 'FILE',
    help: 'Key and certificate for a target that wants to know who we are: PEM, or a Java key store.',
  },
  keyStorePassword: { kind: 'secret', group: GROUP, file: true, help: 'Password of that file.' },
} as const satisfies Table;

export const jmxRows = {
  jmxTarget: {
    kind: 'list',
    group: GROUP,
    flags: ['jmx.target'],
    metavar: 'TARGET',
    help: 'Read the beans of this JVM: host:port of its JMX port, a service:jmx:rmi URL, or the http(s) URL of its Jolokia agent; auto: the JVM whose processes can be seen, in the best way that works (its JMX port, attach, hsperfdata), auto:NAME: that of this main class or jar, pid:N: that process, hsperfdata: by its counters alone, without any contact. May be given several times. StatsD is not received then unless one of its addresses is given.',
  },
  jmxConfig: {
    kind: 'path',
    group: GROUP,
    flags: ['jmx.config'],
    metavar: 'FILE',
    help: "Rules, in jmx_exporter's YAML; its hostPort or jmxUrl is the target where no other is given. Read again when it changes.",
  },
  jmxPreset: {
    kind: 'list',
    group: GROUP,
    flags: ['jmx.preset'],
    metavar: 'NAME',
    help: 'Ready-made rules, after those of --jmx.config: jvm, tomcat, kafka, zookeeper, activemq, cassandra, auto (all of them: products are known by their beans) or none. Without --jmx.config: auto.',
  },
  jmxUsername: { ...access.username, flags: ['jmx.username'], help: 'User of the JMX ports.' },
  jmxPassword: { ...access.password, flags: ['jmx.password'] },
  jmxRegistryTls: {
    ...access.registryTls,
    flags: ['jmx.registry-tls'],
    help: 'The RMI registry speaks TLS, too. Whether the connector does is seen.',
  },
  jmxTrustStore: { ...access.trustStore, flags: ['jmx.trust-store'] },
  jmxTrustStorePassword: { ...access.trustStorePassword, flags: ['jmx.trust-store-password'] },
  jmxKeyStore: { ...access.keyStore, flags: ['jmx.key-store'] },
  jmxKeyStorePassword: { ...access.keyStorePassword, flags: ['jmx.key-store-password'] },
  jmxTimeout: {
    kind: 'duration',
    group: GROUP,
    flags: ['jmx.timeout'],
    default: '10s',
    min: 10,
    help: 'A target is read for at most this long, and for less where Prometheus says that it waits less.',
  },
  jmxInterval: {
    kind: 'duration',
    group: GROUP,
    flags: ['jmx.interval'],
    default: '0s',
    help: 'Read the targets this often in the background; 0: when somebody scrapes.',
  },
  dump: {
    kind: 'string',
    group: GROUP,
    notIn: ['environment', 'file'],
    metavar: 'PATTERN',
    help: 'Print the beans of the JMX targets that fit (*:*: all) with their attributes, types and values, and exit.',
  },
  dumpFormat: {
    kind: 'choice',
    group: GROUP,
    notIn: ['environment', 'file'],
    choices: ['text', 'json'],
    default: 'text',
    help: 'json: an object for each bean, on a line.',
  },
  jmxTargets: {
    kind: 'sections',
    group: GROUP,
    help: 'Targets with settings of their own.',
    sections: {
      target: { kind: 'string', group: GROUP, required: true, metavar: 'TARGET', help: 'As --jmx.target.' },
      labels: {
        kind: 'list',
        group: GROUP,
        metavar: 'NAME=VALUE',
        help: 'Labels of its series; without any, and beside other targets, the label target.',
      },
      presets: { kind: 'list', group: GROUP, metavar: 'NAME', help: 'As --jmx.preset.' },
      config: { kind: 'path', group: GROUP, metavar: 'FILE', help: 'Its rules, instead of --jmx.config.' },
      ...access,
    },
  },
} as const satisfies Table;
