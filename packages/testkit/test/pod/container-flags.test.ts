import { describe, expect, test } from 'vitest';
import { createArguments } from '../../src/pod/container-flags.ts';
import type { ContainerSurroundings } from '../../src/pod/container-flags.ts';
import type { ContainerSpec, PodSpec } from '../../src/pod/pod-spec.ts';

const IMAGE = 'engine-image';

type Given = {
  container?: Partial<ContainerSpec>;
  pod?: Partial<PodSpec>;
  imageUser?: string;
};

function argumentsOf({ container = {}, pod = {}, imageUser = '' }: Given): string[] {
  const spec: ContainerSpec = { name: 'main', image: 'image', ...container };
  const around: ContainerSurroundings = {
    name: 'engine-name',
    image: IMAGE,
    imageUser,
    holder: 'holder',
    pod: { containers: [spec], ...pod },
    environment: new Map([
      ['A', 'one\ntwo=2'],
      ['EMPTY', ''],
    ]),
    mounts: new Map([
      ['scratch', { engineName: 'volume-1', folder: '/engine/volume-1', readOnly: false }],
      ['config', { engineName: 'volume-2', folder: '/engine/volume-2', readOnly: true }],
    ]),
  };
  return createArguments(spec, around);
}

/** `flag value` pairs that are not the same for every container, and what comes after the image. */
function said(given: Given): { flags: string[]; words: string[] } {
  const all = argumentsOf(given);
  const image = all.indexOf(IMAGE);
  const flags = all
    .slice(0, image)
    .join(' ')
    .split(/ (?=--)/);
  const usual = /^--(?:name|pull|log-driver|network|ipc|env) /;
  return { flags: flags.filter((flag) => !usual.test(flag)), words: all.slice(image + 1) };
}

test('every container shares the network of the pod and can be read back', () => {
  expect(argumentsOf({}).join(' ')).toBe(
    '--name engine-name --pull missing --log-driver json-file ' +
      `--network container:holder --ipc container:holder --env A=one\ntwo=2 --env EMPTY= ${IMAGE}`,
  );
});

describe('command and args', () => {
  test.for<{ name: string; in: Partial<ContainerSpec>; flags: string[]; words: string[] }>([
    { name: 'neither: the image’s own', in: {}, flags: [], words: [] },
    {
      name: 'args alone: the image’s entry point',
      in: { args: ['-n', '--x'] },
      flags: [],
      words: ['-n', '--x'],
    },
    {
      name: 'command: the first word is the entry point',
      in: { command: ['sh', '-c'], args: ['exit 3'] },
      flags: ['--entrypoint sh'],
      words: ['-c', 'exit 3'],
    },
    {
      name: 'expansion in both',
      in: { command: ['echo', '$(A)'], args: ['$$(A)', '$(NOPE)'] },
      flags: ['--entrypoint echo'],
      words: ['one\ntwo=2', '$(A)', '$(NOPE)'],
    },
    { name: 'empty lists say nothing', in: { command: [], args: [] }, flags: [], words: [] },
  ])('$name', ({ in: container, flags, words }) => {
    expect(said({ container })).toEqual({ flags, words });
  });
});

test.for<{ name: string; in: Given; out: string[] }>([
  { name: 'a working folder', in: { container: { workingDir: '/srv' } }, out: ['--workdir /srv'] },
  {
    name: 'one process namespace',
    in: { pod: { shareProcessNamespace: true } },
    out: ['--pid container:holder'],
  },
  {
    name: 'limits, without swap',
    in: { container: { resources: { limits: { cpu: '250m', memory: '64Mi' }, requests: { cpu: 1 } } } },
    out: ['--cpu-period 100000', '--cpu-quota 25000', '--memory 67108864', '--memory-swap 67108864'],
  },
  {
    name: 'less than a byte is not no limit',
    in: { container: { resources: { limits: { memory: '1m' } } } },
    out: ['--memory 1', '--memory-swap 1'],
  },
  { name: 'the pod’s user', in: { pod: { securityContext: { runAsUser: 5 } } }, out: ['--user 5'] },
  {
    name: 'the container’s user and group over the pod’s',
    in: {
      pod: { securityContext: { runAsUser: 5, runAsGroup: 6 } },
      container: { securityContext: { runAsUser: 7 } },
    },
    out: ['--user 7:6'],
  },
  {
    name: 'a group alone keeps the image’s user',
    in: { container: { securityContext: { runAsGroup: 6 } }, imageUser: '65532:65532' },
    out: ['--user 65532:6'],
  },
  {
    name: 'a group alone with an image of root',
    in: { container: { securityContext: { runAsGroup: 6 } } },
    out: ['--user 0:6'],
  },
  {
    name: 'groups',
    in: { pod: { securityContext: { fsGroup: 9, supplementalGroups: [7, 8] } } },
    out: ['--group-add 7', '--group-add 8', '--group-add 9'],
  },
  {
    name: 'the restricted profile',
    in: {
      container: {
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    },
    out: ['--read-only', '--cap-drop ALL', '--cap-add NET_BIND_SERVICE', '--security-opt no-new-privileges'],
  },
  {
    name: 'privileged, no seccomp',
    in: {
      pod: { securityContext: { seccompProfile: { type: 'Unconfined' } } },
      container: { securityContext: { privileged: true, allowPrivilegeEscalation: true } },
    },
    out: ['--privileged', '--security-opt seccomp=unconfined'],
  },
  {
    name: 'mounts: data is read-only whatever is said, spaces are nothing special',
    in: {
      container: {
        volumeMounts: [
          { name: 'scratch', mountPath: '/var/my data' },
          { name: 'scratch', mountPath: '/read', readOnly: true },
          { name: 'scratch', mountPath: '/sub', subPath: 'a/b' },
          { name: 'config', mountPath: '/etc/config', readOnly: false },
          { name: 'config', mountPath: '/etc/one', subPath: 'one' },
        ],
      },
    },
    out: [
      '--volume volume-1:/var/my data:rw,nocopy',
      '--volume volume-1:/read:ro,nocopy',
      '--volume /engine/volume-1/a/b:/sub:rw',
      '--volume volume-2:/etc/config:ro,nocopy',
      '--volume /engine/volume-2/one:/etc/one:ro',
    ],
  },
])('$name', ({ in: given, out }) => {
  expect(said(given).flags).toEqual(out);
});

test.for([
  { policy: 'IfNotPresent', pull: 'missing' },
  { policy: 'Never', pull: 'never' },
  { policy: 'Always', pull: 'always' },
])('imagePullPolicy $policy', ({ policy, pull }) => {
  const flags = argumentsOf({ container: { imagePullPolicy: policy } });
  expect(flags[flags.indexOf('--pull') + 1]).toBe(pull);
});

function demanded(fields: PodSpec['securityContext'] = {}): Partial<PodSpec> {
  return { securityContext: { runAsNonRoot: true, ...fields } };
}

describe('runAsNonRoot', () => {
  test.for<{ name: string; in: Given; error: string }>([
    { name: 'an image of root', in: {}, error: "image's user is root" },
    { name: 'an image of user 0 with a group', in: { imageUser: '0:65532' }, error: "image's user is root" },
    { name: 'a named user', in: { imageUser: 'nobody' }, error: 'nobody is a name that cannot be verified' },
    { name: 'a named user with a group', in: { imageUser: 'www:33' }, error: 'www is a name' },
    {
      name: 'user 0 in the container, another in the pod',
      in: { pod: demanded({ runAsUser: 5 }), container: { securityContext: { runAsUser: 0 } } },
      error: 'runAsUser is 0',
    },
  ])('refuses $name', ({ in: given, error }) => {
    expect(() => argumentsOf({ pod: demanded(), ...given })).toThrow(error);
  });

  test.for<{ name: string; in: Given; out: string[] }>([
    { name: 'a numeric user', in: { imageUser: '65532' }, out: [] },
    {
      name: 'a numeric user over a named one',
      in: { imageUser: 'nobody', container: { securityContext: { runAsUser: 5 } } },
      out: ['--user 5'],
    },
    {
      name: 'root, where the container takes the demand back',
      in: { container: { securityContext: { runAsNonRoot: false, runAsUser: 0 } } },
      out: ['--user 0'],
    },
  ])('accepts $name', ({ in: given, out }) => {
    expect(said({ pod: demanded(), ...given }).flags).toEqual(out);
  });
});

test('a volume that is not declared is an error', () => {
  const container = { volumeMounts: [{ name: 'none', mountPath: '/x' }] };
  expect(() => argumentsOf({ container })).toThrow('container main: volume none is not declared');
});
