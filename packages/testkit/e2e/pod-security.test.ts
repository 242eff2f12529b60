// A container has the rights its manifest gives it and no others: read from /proc of the containers themselves.

import { describe, expect, test } from 'vitest';
import { skipsContainers } from '../src/containers.ts';
import { bash, IDLE, pod, sidecar, start } from './pods.ts';

const skipped = await skipsContainers();

const STATUS =
  "grep -E '^(Uid|Gid|Groups|CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t ' ' '";

/** Capability 10 alone. */
const NET_BIND_SERVICE = '0000000000000400';

describe.skipIf(skipped).concurrent('security', () => {
  test('the restricted profile; a container’s own words over the pod’s', async () => {
    const restricted = {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    };
    const root = {
      runAsUser: 0,
      runAsNonRoot: false,
      capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
    };
    await using run = await start(
      pod({
        restartPolicy: 'Never',
        securityContext: {
          runAsUser: 1001,
          runAsGroup: 1002,
          runAsNonRoot: true,
          fsGroup: 1003,
          supplementalGroups: [1004],
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [
          bash('restricted', `${STATUS}; touch /tmp/x`, { securityContext: restricted }),
          bash('other', `${STATUS}; touch /tmp/x && echo writes`, {
            securityContext: { runAsUser: 1005, seccompProfile: { type: 'Unconfined' } },
          }),
          bash('root', STATUS, { securityContext: root }),
        ],
      }),
    );
    await run.ended();
    const said = (name: string): string[] => run.pod.container(name).stdout.trim().split('\n');
    expect(said('restricted')).toEqual([
      'Uid: 1001 1001 1001 1001',
      'Gid: 1002 1002 1002 1002',
      expect.stringMatching(/^Groups: 1002 1003 1004 ?$|^Groups: 1003 1004 ?$/),
      'CapEff: 0000000000000000',
      'CapBnd: 0000000000000000',
      'NoNewPrivs: 1',
      'Seccomp: 2',
    ]);
    expect(run.pod.container('restricted').stderr).toContain('Read-only file system');
    expect(said('other')).toEqual(
      expect.arrayContaining(['Uid: 1005 1005 1005 1005', 'NoNewPrivs: 0', 'Seccomp: 0', 'writes']),
    );
    expect(said('root')).toEqual(
      expect.arrayContaining(['Uid: 0 0 0 0', `CapEff: ${NET_BIND_SERVICE}`, `CapBnd: ${NET_BIND_SERVICE}`]),
    );
  });

  test('runAsNonRoot refuses root, when it is the container’s turn', async () => {
    const events: string[] = [];
    await using run = await start(
      pod({
        securityContext: { runAsNonRoot: true },
        initContainers: [sidecar('side', IDLE, { securityContext: { runAsUser: 1001 } })],
        containers: [bash('main', IDLE)],
      }),
      { events },
    );
    await expect(run.ended()).rejects.toThrow(
      "container main: runAsNonRoot, but the image's user is root; set runAsUser",
    );
    expect(events[0]).toBe('side started');
    expect(run.pod.container('side').exits).toHaveLength(1);
    expect(run.pod.phase).toBe('Failed');
  });

  test('an image of ours is accepted as it is, without a shell, by the number of its user', async () => {
    const { version } = (await import('../../../package.json', { with: { type: 'json' } })).default;
    await using run = await start(
      pod({
        restartPolicy: 'Never',
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'log-tailer',
            image: `podmate/log-tailer:${version}`,
            args: ['--version'],
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      }),
    );
    expect(await run.ended()).toBe(true);
    expect(run.pod.container('log-tailer').stdout).toContain(version);
  });
});
