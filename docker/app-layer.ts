// Lays out what an image has on top of the common base: `node docker/app-layer.ts <image> <folder>` puts the bundle,
// its links, licences and bill of materials where they belong in the image's root file system. Run inside the image build.
// The invariant: every time stamp is SOURCE_DATE_EPOCH (0 when unset), so the same bundle gives the same layer digest.
import { chmodSync, copyFileSync, lutimesSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from './bundle.ts';
import { selectImages } from './images.ts';
import type { Image } from './images.ts';

/** One name for every image's program: ENTRYPOINT cannot contain a build argument. */
const ENTRYPOINT = '/usr/local/bin/podmate';

function put(source: string, root: string, path: string, mode: number): void {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(repositoryRoot, source), target);
  chmodSync(target, mode); // a checkout's modes depend on the umask of who cloned it
}

function link(target: string, root: string, path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}

function setTimes(root: string, seconds: number): void {
  for (const path of ['.', ...readdirSync(root, { recursive: true, encoding: 'utf8' })]) {
    lutimesSync(join(root, path), seconds, seconds);
  }
}

function layOut({ name, links }: Image, root: string): void {
  const program = `/usr/local/bin/${name}`;
  const documents = `/usr/share/doc/${name}`;
  put(`docker/out/${name}.cjs`, root, program, 0o755);
  put('LICENSE', root, `${documents}/LICENSE`, 0o644);
  put(`docker/out/${name}.NOTICES.txt`, root, `${documents}/NOTICES.txt`, 0o644);
  put(`docker/out/${name}.contents.json`, root, `${documents}/contents.json`, 0o644);
  put(`docker/out/${name}.spdx.json`, root, `${documents}/sbom.spdx.json`, 0o644);
  for (const path of [ENTRYPOINT, ...links]) link(program, root, path);
  setTimes(root, Number(process.env['SOURCE_DATE_EPOCH'] ?? 0));
}

const [name, root] = process.argv.slice(2);
if (root === undefined) throw new Error('usage: app-layer.ts <image> <folder>');
for (const image of selectImages(name)) layOut(image, root);
