// Tiny pods for the tests of the pod runner, written as objects: containers with a bash or a Node program in them, on
// images that are there wherever ours are built. Everything that happens to a pod is kept in words, in its order.

import { parseManifest } from '../src/manifest/documents.ts';
import { ManifestRun } from '../src/pod/run.ts';
import type { RunOptions } from '../src/pod/run.ts';

/** An object of a manifest, or a part of one. */
export type Json = Readonly<Record<string, unknown>>;

/** Ends at SIGTERM with code 0, having said so; until it can, `IS_UP` fails. */
export const UNTIL_TERM = "trap 'echo bye; exit 0' TERM; echo up; touch /tmp/up; sleep infinity & wait";

/** Ends at SIGTERM, unlike most programs that are the first process of their namespace. */
export const IDLE = "trap 'exit 0' TERM; touch /tmp/up; sleep infinity & wait";

/** A probe for both. */
export const IS_UP = { periodSeconds: 1, exec: { command: ['test', '-f', '/tmp/up'] } };

/** A container that runs a bash script. */
export function bash(name: string, script: string, fields: Json = {}): Json {
  return { name, image: 'debian:bookworm-slim', command: ['bash', '-c', script], ...fields };
}

/** A container that runs a program of Node; SIGTERM ends it. */
export function node(name: string, script: string, fields: Json = {}): Json {
  const program = `process.on('SIGTERM', () => process.exit(0)); ${script}`;
  return { name, image: 'node:26-bookworm-slim', command: ['node', '-e', program], ...fields };
}

/** A native sidecar. */
export function sidecar(name: string, script: string, fields: Json = {}): Json {
  return bash(name, script, { restartPolicy: 'Always', ...fields });
}

/** A probe with the shortest period there is. */
export function probe(fields: Json): Json {
  return { periodSeconds: 1, ...fields };
}

export function pod(spec: Json, metadata: Json = {}): Json {
  const name = 'pod';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { terminationGracePeriodSeconds: 5, ...spec },
  };
}

export function configMap(name: string, data: Json): Json {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

export function secret(name: string, stringData: Json): Json {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData };
}

export function text(objects: readonly Json[]): string {
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}

/** Runs the objects; `events` gets what happens, `container event` or `event` of the pod. */
export function start(
  objects: Json | readonly Json[],
  { events, ...options }: RunOptions & { readonly events?: string[] } = {},
): Promise<ManifestRun> {
  return ManifestRun.start(parseManifest(text([objects].flat()), 'test.json'), {
    pull: false,
    restartBackOffMs: 100,
    onEvent: (_pod, container, event) => events?.push([container, event].filter(Boolean).join(' ')),
    ...options,
  });
}
