// What is in every image of docker/images.ts: little, nothing but Node and the image's own program, for no one to change,
// with labels, licences and bills of materials. A new image gets these tests by its row in the table.

import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage, docker, skipsContainers } from '@podmate/testkit/containers';
import { temporaryDirectory } from '@podmate/testkit/files';
import type { TemporaryDirectory } from '@podmate/testkit/files';
import { repositoryRoot } from '../../docker/bundle.ts';
import { imageSizes } from '../../docker/image.ts';
import { images, sizeBudgets } from '../../docker/images.ts';
import { readOrigin, timestamp } from '../../docker/origin.ts';
import type { Origin } from '../../docker/origin.ts';

const run = promisify(execFile);

type Configuration = { User: string; Entrypoint: string[]; Labels: Record<string, string> };

/** One file of an image as tar lists it; `mode` like -rwxr-xr-x, `path` from the root without the slash. */
type Entry = { mode: string; owner: string; path: string };

type Spdx = {
  spdxVersion: string;
  creationInfo: { created: string };
  packages: {
    name: string;
    versionInfo: string;
    licenseDeclared: string;
    downloadLocation: string;
    externalRefs: { referenceLocator: string }[];
    checksums?: { algorithm: string; checksumValue: string }[];
  }[];
};

/** What the engine itself puts into every container. */
const OF_THE_ENGINE = /^(\.dockerenv|dev\/|proc\/|sys\/|etc\/(hostname|hosts|resolv\.conf|mtab)$)/;

async function inspect<T>(image: string, field: string): Promise<T> {
  const { stdout } = await docker(['image', 'inspect', '--format', `{{json ${field}}}`, image]);
  return JSON.parse(stdout);
}

/** Writes the image's file system to `file` as one tar archive. */
async function exportImage(image: string, file: string): Promise<void> {
  const { stdout } = await docker(['create', image]);
  const container = stdout.trim();
  try {
    await docker(['export', '--output', file, container]);
  } finally {
    await docker(['rm', container]);
  }
}

function entriesOf(archive: string): Entry[] {
  const listing = execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '--file', archive], {
    encoding: 'utf8',
  });
  return listing
    .trim()
    .split('\n')
    .map((line) => /^(?<mode>\S+) (?<owner>\S+) +\d+ \S+ \S+ (?<path>.*?)( -> .*)?$/.exec(line)?.groups)
    .map(({ mode = '', owner = '', path = '' } = {}) => ({ mode, owner, path }))
    .filter(({ path }) => !OF_THE_ENGINE.test(path));
}

describe.skipIf(await skipsContainers()).each(images)('image $name', ({ name, description, links }) => {
  const documents = `usr/share/doc/${name}`;
  let id: string; // not the tag, which moves on when someone commits and builds meanwhile
  let origin: Origin;
  let directory: TemporaryDirectory;
  let entries: Entry[];

  function read(path: string): string {
    return readFileSync(directory.file(path), 'utf8');
  }

  function paths(pattern: RegExp): string[] {
    return entries.map(({ path }) => path).filter((path) => pattern.test(path));
  }

  beforeAll(async () => {
    directory = await temporaryDirectory('image');
    origin = readOrigin();
    id = await inspect(await buildImage(name), '.Id');
    const archive = directory.file('image.tar');
    await exportImage(id, archive);
    entries = entriesOf(archive);
    const texts = ['usr/share', `usr/local/bin/${name}`];
    await run('tar', ['--extract', '--file', archive, '--directory', directory.path, ...texts]);
  });

  afterAll(() => directory.remove());

  test('keeps to its size budgets, in one layer on the base', async () => {
    const { imageBytes, appLayerBytes } = imageSizes(id);
    expect(imageBytes).toBeLessThanOrEqual(sizeBudgets.imageBytes);
    expect(appLayerBytes).toBeLessThanOrEqual(sizeBudgets.appLayerBytes);
    expect(await inspect<string[]>(id, '.RootFS.Layers')).toHaveLength(2);
  });

  test('runs its program as a user without rights and says what it is', async () => {
    const { User, Entrypoint, Labels } = await inspect<Configuration>(id, '.Config');
    const { version, revision, epochSeconds, source } = origin;
    expect(User).toBe('65532:65532');
    expect(Entrypoint).toEqual(['/usr/local/bin/podmate']);
    const known = {
      title: `podmate/${name}`,
      description,
      version,
      revision,
      licenses: 'Apache-2.0',
      ...(source === undefined ? {} : { source }),
      ...(epochSeconds === undefined ? {} : { created: timestamp(epochSeconds) }),
    };
    const labels = Object.entries(known).map(([key, value]) => [`org.opencontainers.image.${key}`, value]);
    expect(Labels).toEqual(Object.fromEntries(labels));
  });

  test('has no program but Node and its own', () => {
    const expected = ['/usr/local/bin/node', '/usr/local/bin/podmate', `/usr/local/bin/${name}`, ...links];
    const programs = paths(/(^|\/)s?bin\/./).map((path) => `/${path}`);
    expect(programs.toSorted()).toEqual(expected.toSorted());
    const executables = entries.filter(({ mode, path }) => /^-..x/.test(mode) && !/\.so(\.|$)/.test(path));
    const own = [`usr/local/bin/${name}`, 'usr/local/bin/node'];
    expect(executables.map(({ path }) => path).toSorted()).toEqual(own.toSorted());
  });

  test('belongs to root, gives no one more rights, and lets no one write but into /tmp', () => {
    expect(entries.length).toBeGreaterThan(20);
    expect(entries.filter(({ owner }) => owner !== '0/0')).toEqual([]);
    expect(entries.filter(({ mode }) => /s/i.test(mode))).toEqual([]);
    const writable = entries.filter(({ mode }) => mode[0] !== 'l' && (mode[5] === 'w' || mode[8] === 'w'));
    expect(writable).toEqual([{ mode: 'drwxrwxrwt', owner: '0/0', path: 'tmp/' }]);
  });

  test('carries the licence of everything in it', () => {
    const { packages }: { packages: { name: string; version: string }[] } = JSON.parse(
      read(`${documents}/contents.json`),
    );
    const notices = read(`${documents}/NOTICES.txt`);
    expect(packages.length).toBeGreaterThan(0);
    for (const { name: bundled, version } of packages) expect(notices).toContain(`\n${bundled} ${version} (`);
    expect(read(`${documents}/LICENSE`)).toBe(readFileSync(`${repositoryRoot}/LICENSE`, 'utf8'));
    expect(read('usr/share/doc/node/LICENSE')).toMatch(/Node\.js is licensed for use as follows/);
    const debian = paths(/^var\/lib\/dpkg\/status\.d\/./).map((path) => path.split('/').at(-1) ?? '');
    expect(debian).toEqual(expect.arrayContaining(['ca-certificates', 'libc6', 'libgcc-s1', 'libstdc++6']));
    for (const library of debian) {
      const copyright = read(`usr/share/doc/${library}/copyright`);
      expect(copyright.length).toBeGreaterThan(1000);
      for (const [text] of copyright.matchAll(/usr\/share\/common-licenses\/[A-Za-z0-9.-]*[A-Za-z0-9]/g)) {
        expect(read(text).length).toBeGreaterThan(1000);
      }
    }
  });

  test('has a bill of materials of what is bundled', () => {
    const { packages }: { packages: { name: string; version: string; licence: string; folder: string }[] } =
      JSON.parse(read(`${documents}/contents.json`));
    const lock: { packages: Record<string, { integrity: string }> } = JSON.parse(
      readFileSync(`${repositoryRoot}/package-lock.json`, 'utf8'),
    );
    const bill: Spdx = JSON.parse(read(`${documents}/sbom.spdx.json`));
    const { version, epochSeconds } = origin;
    expect(bill.spdxVersion).toBe('SPDX-2.3');
    expect(bill.creationInfo.created).toBe(timestamp(epochSeconds ?? 0));
    const [own, ...bundled] = bill.packages;
    expect(own).toMatchObject({
      name: `@podmate/${name}`,
      versionInfo: version,
      licenseDeclared: 'Apache-2.0',
    });
    const expected = packages.map((inside) => ({
      name: inside.name,
      versionInfo: inside.version,
      licenseDeclared: inside.licence,
      downloadLocation: 'NOASSERTION',
      purl: `pkg:npm/${inside.name.replace('@', '%40')}@${inside.version}`,
      integrity: lock.packages[inside.folder]?.integrity,
    }));
    const found = bundled.map(({ externalRefs, checksums, ...item }) => ({
      name: item.name,
      versionInfo: item.versionInfo,
      licenseDeclared: item.licenseDeclared,
      downloadLocation: item.downloadLocation,
      purl: externalRefs[0]?.referenceLocator,
      integrity: `sha512-${Buffer.from(checksums?.[0]?.checksumValue ?? '', 'hex').toString('base64')}`,
    }));
    expect(found).toEqual(expected);
  });

  test('has a bill of materials of its Node, with what is linked into it', async () => {
    const node = ['--entrypoint=/usr/local/bin/node', id, '-p', 'JSON.stringify(process.versions)'];
    const { stdout } = await docker(['run', '--rm', '--network=none', ...node]);
    const versions: Record<string, string> = JSON.parse(stdout);
    const bill: Spdx = JSON.parse(read('usr/share/doc/node/sbom.spdx.json'));
    for (const part of ['node', 'openssl', 'v8', 'uv', 'zlib', 'undici']) {
      expect(bill.packages).toContainEqual(
        expect.objectContaining({ name: part, versionInfo: versions[part] }),
      );
    }
    const references = bill.packages.flatMap(({ externalRefs }) =>
      externalRefs.map((ref) => ref.referenceLocator),
    );
    expect(references).toContain(`cpe:2.3:a:nodejs:node.js:${versions['node']}:*:*:*:*:*:*:*`);
    expect(references).toContain(`cpe:2.3:a:openssl:openssl:${versions['openssl']}:*:*:*:*:*:*:*`);
  });

  test('says nothing of the machine it was built on', async () => {
    const { stdout } = await run('npm', ['config', 'get', 'registry'], { cwd: repositoryRoot });
    const registry = new URL(stdout.trim()).host;
    const ours = entries.map(({ path }) => path).filter((path) => path.startsWith(`${documents}/`));
    const files = ours.filter((path) => !path.endsWith('/')).concat(`usr/local/bin/${name}`);
    expect(files).toHaveLength(5);
    for (const path of files) {
      const text = read(path);
      expect(text.includes(repositoryRoot), `${path} names the folder of the sources`).toBe(false);
      expect(text.includes(registry), `${path} names the registry`).toBe(false);
    }
  });
});
