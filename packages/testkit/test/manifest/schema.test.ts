// What the schema check finds, in the words it has for it: each of wrong-schema/ is a right manifest with one thing
// changed, and the line of that thing bears the comment `# here`. Also that it takes what Kubernetes takes.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseManifest } from '../../src/manifest/documents.ts';
import { faultText } from '../../src/manifest/kubectl-yaml.ts';
import type { Fault } from '../../src/manifest/kubectl-yaml.ts';
import { schemaFaults } from '../../src/manifest/schema.ts';
import type { SchemaOptions } from '../../src/manifest/schema.ts';

const WRONG = join(import.meta.dirname, 'wrong-schema');

const EXPECTED: Readonly<Record<string, string>> = {
  'base64.yaml': 'data.level: "not base64!" must be base64',
  'choice.yaml':
    'spec.restartPolicy: "Onfailure" is none of Always, Never, OnFailure; did you mean OnFailure?',
  'choice.protocol.yaml':
    'spec.containers[0].ports[0].protocol: "tcp" is none of SCTP, TCP, UDP; did you mean TCP?',
  'missing.yaml': 'spec.selector: is missing; Kubernetes requires it',
  'null.yaml': 'spec.volumes[0].emptyDir: has no value; write one, {} or [], or take the field out',
  'quantity.yaml':
    'spec.volumes[0].emptyDir.sizeLimit: "1GB" must be a number or a quantity such as 100m or 64Mi',
  'unknown-field.yaml': 'spec.containers[0].comand: is no field of this; did you mean command?',
  'unknown-field.list.yaml':
    'spec.containers[0].ports[0].image: is no field of this; there are containerPort, hostIP, hostPort, name, protocol',
  'unknown-field.top.yaml':
    'replicas: is no field of this; there are apiVersion, kind, metadata, spec, status',
  'unknown-kind.yaml': 'kind: v1/Pods is not known here; did you mean v1/Pod?',
  'unknown-kind.version.yaml':
    'kind: apps/v1beta1/Deployment is not known here; did you mean apps/v1/Deployment?',
  'wrong-type.yaml': 'metadata.generateName: 7 must be a text; put it in quotes',
  'wrong-type.boolean.yaml': 'spec.automountServiceAccountToken: "false" must be true or false',
  'wrong-type.env.yaml': 'spec.containers[0].env[1].value: 420 must be a text; put it in quotes',
  'wrong-type.list.yaml': 'spec.containers[0].command: "/app --log /var/log/app/app.log" must be a list',
};

async function faultsOf(text: string, options?: SchemaOptions): Promise<Fault[]> {
  const found = await Promise.all(
    parseManifest(text, 'x.yaml').map((object) => schemaFaults(object, options)),
  );
  return found.flatMap(({ misfits, unknownFields }) => [...misfits, ...unknownFields]);
}

test('every manifest in wrong-schema is in the table', () => {
  expect(readdirSync(WRONG).toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
});

test.each(Object.entries(EXPECTED))('wrong-schema/%s', async (file, expected) => {
  const text = readFileSync(join(WRONG, file), 'utf8');
  const line = text.split('\n').findIndex((one) => one.endsWith('# here')) + 1;
  expect((await faultsOf(text)).map(faultText)).toEqual([`x.yaml:${line}: ${expected}`]);
});

const head = (apiVersion: string, kind: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: a }\n`;

test('all that is wrong with an object is said at once', async () => {
  const text = `${head('v1', 'Service')}spec:\n  ports:\n    - { prot: 80 }\n    - { port: http, targetPort: true }\n  typ: x\n`;
  expect((await faultsOf(text)).map(({ line, path, what }) => [line, path.join('.'), what])).toEqual([
    [6, 'spec.ports.0.port', 'is missing; Kubernetes requires it'],
    [7, 'spec.ports.1.port', '"http" must be a whole number'],
    [7, 'spec.ports.1.targetPort', 'true must be a text or a whole number; put it in quotes'],
    [6, 'spec.ports.0.prot', 'is no field of this; did you mean port?'],
    [8, 'spec.typ', 'is no field of this; did you mean type?'],
  ]);
});

test('labels and data have any keys, numbers and texts may both be ports and amounts', async () => {
  const text = `${head('v1', 'Service')}spec:\n  selector: { "any/key": x, "8080": x }\n  ports:\n    - { port: 80, targetPort: http }\n    - { port: 81, targetPort: 8080 }\n`;
  expect(await faultsOf(text)).toEqual([]);
  expect(await faultsOf(`${head('v1', 'ConfigMap')}data: { "0": x, any.key: z }\n`)).toEqual([]);
});

test('a key of digits is no place in a list', async () => {
  const text = `${head('v1', 'Service')}spec:\n  selector: { "8080": 1 }\n  ports: [{ port: 80 }]\n`;
  expect((await faultsOf(text)).map(faultText)).toEqual([
    'x.yaml:5: spec.selector.8080: 1 must be a text; put it in quotes',
  ]);
});

test('a custom resource is taken unread where it is expected, and nowhere else', async () => {
  const text = `${head('monitoring.coreos.com/v1', 'PodMonitor')}spec: { anything: 1 }\n`;
  expect(await faultsOf(text, { customKinds: ['monitoring.coreos.com/v1/PodMonitor'] })).toEqual([]);
  expect((await faultsOf(text)).map(({ what }) => what)).toEqual([
    'monitoring.coreos.com/v1/PodMonitor is not known here; mend it, or allow it as a custom resource',
  ]);
});

test.each(['constructor', 'toString', '../Pod', 'pod'])('no kind is called %s', async (kind) => {
  expect((await faultsOf(head('v1', kind))).map(({ path }) => path)).toEqual([['kind']]);
});
