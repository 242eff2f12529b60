import { describe, expect, test } from 'vitest';
import { environmentOf, expand } from '../../src/pod/environment.ts';
import type { ContainerSpec } from '../../src/pod/pod-spec.ts';
import { identity, main, store } from './identity.ts';

const data = store({
  configMaps: {
    settings: { A: 'map-a', 'b.key': 'map-b', MULTI: 'one\ntwo', EMPTY: '' },
    more: { A: 'more-a' },
  },
  secrets: { login: { USER: 'root', PASSWORD: 'p=1 $(A)' } },
});

function environment(container: Partial<ContainerSpec>): Record<string, string> {
  return Object.fromEntries(environmentOf({ ...main, ...container }, identity(), data));
}

describe('expansion', () => {
  const variables = new Map([
    ['A', 'x'],
    ['B', '$(A)'],
    ['EMPTY', ''],
  ]);

  test.for([
    { name: 'a name', in: '$(A)', out: 'x' },
    { name: 'inside of text, twice', in: 'a$(A)b$(A)', out: 'axbx' },
    { name: 'an empty value', in: '<$(EMPTY)>', out: '<>' },
    { name: 'a value is not expanded again', in: '$(B)', out: '$(A)' },
    { name: 'an undefined name stays', in: '$(NOPE)', out: '$(NOPE)' },
    { name: 'the escape', in: '$$(A)', out: '$(A)' },
    { name: 'an escaped dollar before a reference', in: '$$$(A)', out: '$x' },
    { name: 'two escapes', in: '$$$$(A)', out: '$$(A)' },
    { name: 'the escape alone', in: 'costs $$5', out: 'costs $5' },
    { name: 'a dollar alone', in: 'costs $5 and $', out: 'costs $5 and $' },
    { name: 'the shell’s form', in: '$A ${A}', out: '$A ${A}' },
    { name: 'no end', in: '$(A', out: '$(A' },
    { name: 'a name ends at the first parenthesis', in: '$(NOPE$(A))', out: '$(NOPE$(A))' },
    { name: 'nothing in it', in: '$()', out: '$()' },
  ])('$name', ({ in: text, out }) => {
    expect(expand(text, variables)).toBe(out);
  });
});

test.for<{ name: string; in: Partial<ContainerSpec>; out: Record<string, string> }>([
  { name: 'nothing', in: {}, out: {} },
  { name: 'a value that is not there', in: { env: [{ name: 'A' }] }, out: { A: '' } },
  {
    name: 'newlines, equals signs and blanks',
    in: { env: [{ name: 'A', value: 'one\ntwo=2 ' }] },
    out: { A: 'one\ntwo=2 ' },
  },
  {
    name: 'values see what is before them, not what comes',
    in: {
      env: [
        { name: 'A', value: '$(B)' },
        { name: 'B', value: 'b' },
        { name: 'C', value: '$(B)' },
      ],
    },
    out: { A: '$(B)', B: 'b', C: 'b' },
  },
  {
    name: 'the last of a name wins, and sees the one before',
    in: {
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '$(A)2' },
      ],
    },
    out: { A: '12' },
  },
  {
    name: 'envFrom with a prefix, its later sources over earlier ones, env over all',
    in: {
      envFrom: [
        { configMapRef: { name: 'settings' } },
        { configMapRef: { name: 'more' } },
        { prefix: 'DB_', secretRef: { name: 'login' } },
      ],
      env: [
        { name: 'EMPTY', value: 'not' },
        { name: 'WHO', value: '$(DB_USER)' },
      ],
    },
    out: {
      A: 'more-a',
      'b.key': 'map-b',
      MULTI: 'one\ntwo',
      EMPTY: 'not',
      DB_USER: 'root',
      DB_PASSWORD: 'p=1 $(A)',
      WHO: 'root',
    },
  },
  {
    name: 'single keys, as they are',
    in: {
      env: [
        { name: 'A', value: 'a' },
        { name: 'KEY', valueFrom: { configMapKeyRef: { name: 'settings', key: 'b.key' } } },
        { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'PASSWORD' } } },
      ],
    },
    out: { A: 'a', KEY: 'map-b', PASSWORD: 'p=1 $(A)' },
  },
  {
    name: 'what is optional and missing is not set',
    in: {
      envFrom: [
        { configMapRef: { name: 'none', optional: true } },
        { secretRef: { name: 'none', optional: true } },
      ],
      env: [
        { name: 'A', valueFrom: { configMapKeyRef: { name: 'none', key: 'a', optional: true } } },
        { name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'none', optional: true } } },
        { name: 'C', valueFrom: { secretKeyRef: { name: 'login', key: 'none', optional: true } } },
      ],
    },
    out: {},
  },
  {
    name: 'the pod and its resources',
    in: {
      resources: { limits: { memory: '64Mi' } },
      env: [
        { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
        { name: 'URL', value: 'http://$(IP):80' },
      ],
    },
    out: { IP: '172.18.0.2', MEMORY: '64', URL: 'http://172.18.0.2:80' },
  },
])('$name', ({ in: container, out }) => {
  expect(environment(container)).toEqual(out);
});

test.for<{ name: string; in: Partial<ContainerSpec>; error: string }>([
  {
    name: 'a missing ConfigMap',
    in: { envFrom: [{ configMapRef: { name: 'none' } }] },
    error: 'ConfigMap none',
  },
  {
    name: 'a Secret is no ConfigMap',
    in: { envFrom: [{ secretRef: { name: 'settings' } }] },
    error: 'Secret settings',
  },
  {
    name: 'a missing key',
    in: { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'none' } } }] },
    error: 'env A: ConfigMap settings with key none',
  },
  {
    name: 'a missing secret key',
    in: {
      env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'login', key: 'none', optional: false } } }],
    },
    error: 'env A: Secret login with key none',
  },
])('$name is an error', ({ in: container, error }) => {
  expect(() => environment(container)).toThrow(error);
});
