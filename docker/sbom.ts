// The bill of materials of one bundle: `node docker/sbom.ts <image>|all` reads docker/out/<image>.contents.json, which
// says what esbuild really put in, and package-lock.json, and writes docker/out/<image>.spdx.json with `npm sbom`.
// SPDX, because that is what image attestations carry; scanners read it as well as CycloneDX.
// The invariants: exactly the bundled packages, each with the checksum of the lock; the same inputs give the same bytes;
// no download address, so that the registry of the machine that built the image is not in it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from './bundle.ts';
import type { BundledPackage } from './bundled-packages.ts';
import { runAsCommand } from './command.ts';
import { selectImages } from './images.ts';
import { timestamp } from './origin.ts';

/** What bundle.ts writes into <image>.contents.json, as far as it is used here. */
export type Contents = {
  readonly image: string;
  readonly version: string;
  readonly packages: readonly Pick<BundledPackage, 'name' | 'version' | 'folder'>[];
};

/** package-lock.json, version 3, as far as it is used here. */
export type Lock = { readonly packages: Readonly<Record<string, LockedPackage>> };

type LockedPackage = {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
};

/** An SPDX 2.3 document, as far as it is changed here. */
type SpdxDocument = { documentNamespace: string; creationInfo: { created: string } };

type Bundled = Contents['packages'][number];

/** The lock's entry, without dependencies that were not bundled and without `resolved`, the address it came from. */
function lockedPackage({ name, version, folder }: Bundled, lock: Lock, folders: ReadonlySet<string>): object {
  const entry = lock.packages[folder];
  if (entry?.version !== version || entry.integrity === undefined) {
    throw new Error(
      `${name} ${version}: bundled from ${folder}, but package-lock.json has no such version there`,
    );
  }
  const { integrity, license } = entry;
  const dependencies = Object.entries(entry.dependencies ?? {}).filter(
    ([needed]) => folders.has(`${folder}/node_modules/${needed}`) || folders.has(`node_modules/${needed}`),
  );
  return { version, integrity, license, dependencies: Object.fromEntries(dependencies) };
}

/** A lock file that has the bundled packages and nothing else; those not nested in another are the image's own. */
function bundleLock(
  { image, version, packages }: Contents,
  lock: Lock,
): { packages: Record<string, object> } {
  const own = packages.filter(({ name, folder }) => folder === `node_modules/${name}`);
  const root = {
    name: `@podmate/${image}`, // the scope keeps it apart from a foreign npm package called like the image
    version,
    license: lock.packages['']?.license,
    dependencies: Object.fromEntries(own.map((bundled) => [bundled.name, bundled.version])),
  };
  const folders = new Set(packages.map(({ folder }) => folder));
  const locked = packages.map((bundled) => [bundled.folder, lockedPackage(bundled, lock, folders)]);
  return { packages: { '': root, ...Object.fromEntries(locked) } };
}

function npmSbom(lock: { packages: Record<string, object> }): SpdxDocument {
  const folder = mkdtempSync(join(tmpdir(), 'podmate-sbom-'));
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(lock.packages['']));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, ...lock }));
    const flags = [
      '--package-lock-only',
      '--sbom-format=spdx',
      '--sbom-type=application',
      '--loglevel=error',
    ];
    // --prefix: inside `npm run` the environment points npm to the repository instead
    const text = execFileSync('npm', ['sbom', ...flags, '--prefix', folder], {
      cwd: folder,
      encoding: 'utf8',
    });
    const document: SpdxDocument = JSON.parse(text);
    return document;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The SPDX 2.3 document of a bundle as JSON. npm's own time and random name are replaced by `epochSeconds` and a hash
 * of the rest. Throws when the lock does not know what was bundled: then the checksums would be of something else.
 */
export function billOfMaterials(contents: Contents, lock: Lock, epochSeconds: number): string {
  const document = npmSbom(bundleLock(contents, lock));
  const base = document.documentNamespace.replace(/[^/]*$/, '');
  document.creationInfo.created = timestamp(epochSeconds);
  document.documentNamespace = base;
  const hash = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  document.documentNamespace = `${base}podmate-${contents.image}-${contents.version}-${hash}`;
  return `${JSON.stringify(document, null, 2)}\n`;
}

function readText(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}

if (import.meta.main) {
  await runAsCommand(() => {
    const lock: Lock = JSON.parse(readText('package-lock.json'));
    const seconds = Number(process.env['SOURCE_DATE_EPOCH'] ?? 0);
    for (const { name } of selectImages(process.argv[2])) {
      const contents: Contents = JSON.parse(readText(`docker/out/${name}.contents.json`));
      const text = billOfMaterials(contents, lock, seconds);
      writeFileSync(join(repositoryRoot, `docker/out/${name}.spdx.json`), text);
    }
  });
}
