// `npm run pod -- FILE...`: runs a manifest on the Docker engine as a cluster would run it, for anyone without a cluster.
// Prints what happens on stderr and what the containers print on stdout, each line with the container's name. Ends when all
// pods have ended, with 0 if all succeeded and 1 if not; Ctrl-C ends the pods in a pod's order, a second one at once.

import { readFileSync } from 'node:fs';
import { parseArgs, styleText } from 'node:util';
import { ManifestError } from '@podmate/testkit/manifest/kubectl-yaml';
import { parseManifest } from '@podmate/testkit/manifest/documents';
import type { KubernetesObject } from '@podmate/testkit/manifest/documents';
import { schemaFaults } from '@podmate/testkit/manifest/schema';
import { ManifestRun } from '@podmate/testkit/pod/run';
import { standIns } from '../examples/stand-ins.ts';

const USAGE = `usage: npm run pod -- [--publish [IP:]PORT:PORT]... [--image NAME=OTHER]... FILE...
  FILE      Kubernetes manifests; - is stdin: kubectl kustomize FOLDER | npm run pod -- -
  --publish a port of the pod on this machine, as docker run has it: 127.0.0.1:8080:8080
  --image   another image in place of one that a manifest names`;

/** Bad usage, as sysexits.h has it. */
const EXIT_USAGE = 64;
/** A Ctrl-C reaches us several times at once, from the terminal, from npm and from its parent: within this it is one. */
const SAME_KEY_PRESS_MS = 1000;

type CommandLine = { files: string[]; publish: string[]; replaced: Record<string, string> };

function commandLine(): CommandLine {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      publish: { type: 'string', multiple: true, default: [] },
      image: { type: 'string', multiple: true, default: [] },
    },
  });
  if (positionals.length === 0) throw new Error('no manifest is named');
  const replaced = values.image.map((pair): [string, string] => {
    const [name = '', other = ''] = pair.split('=', 2);
    if (name === '' || other === '') throw new Error(`--image ${pair}: must be NAME=OTHER`);
    return [name, other];
  });
  return { files: positionals, publish: values.publish, replaced: Object.fromEntries(replaced) };
}

/** The objects of all files. Throws with every fault that a cluster's API server would see in them. */
async function readObjects(files: readonly string[]): Promise<KubernetesObject[]> {
  const objects = files.flatMap((file) =>
    parseManifest(readFileSync(file === '-' ? 0 : file, 'utf8'), file === '-' ? 'stdin' : file),
  );
  const checked = await Promise.all(objects.map((object) => schemaFaults(object)));
  const faults = checked.flatMap(({ misfits, unknownFields }) => [...misfits, ...unknownFields]);
  if (faults.length > 0) throw new ManifestError(faults);
  return objects;
}

function print(name: string, line: string): void {
  process.stdout.write(`${styleText('cyan', `${name} |`)} ${line}\n`);
}

function tell(event: string): void {
  process.stderr.write(`${styleText('bold', 'podmate:')} ${event}\n`);
}

/** `end` aborts when the user wants it to end, `kill` when that takes too long for them. */
function onUsersWish(): { end: AbortSignal; kill: AbortSignal } {
  const end = new AbortController();
  const kill = new AbortController();
  let firstAt = Infinity;
  const onSignal = (): void => {
    firstAt = Math.min(firstAt, performance.now());
    if (performance.now() - firstAt > SAME_KEY_PRESS_MS) kill.abort();
    else end.abort(new Error('ended before it began'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  process.stdout.on('error', () => end.abort()); // as for `npm run pod ... | head`: nobody reads on
  return { end: end.signal, kill: kill.signal };
}

async function main({ files, publish, replaced }: CommandLine): Promise<boolean> {
  const wish = onUsersWish();
  const objects = await readObjects(files);
  await using run = await ManifestRun.start(objects, {
    publish,
    replaced,
    standIns,
    keepOutput: false,
    signal: wish.end,
    say: tell,
    onEvent: (pod, container, event) => tell([pod, container, event].filter(Boolean).join(' ')),
    onLine: (_pod, container, _stream, line) => print(container, line),
  });
  wish.end.addEventListener('abort', () => void run.end());
  wish.kill.addEventListener('abort', () => {
    run[Symbol.asyncDispose]().catch(() => {}); // told when this block is left
  });
  return await run.ended(); // awaited here: the pods are removed when this block is left
}

process.chdir(process.env['INIT_CWD'] ?? '.'); // npm runs us in the repository; files are named from where its user is
let parsed: CommandLine;
try {
  parsed = commandLine();
} catch (error) {
  tell(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exit(EXIT_USAGE);
}
try {
  process.exitCode = (await main(parsed)) ? 0 : 1;
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
