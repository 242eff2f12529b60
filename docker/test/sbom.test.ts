// The bill of materials by the real `npm sbom`: exactly what was bundled, the checksums of the lock, nothing of the
// machine, and the same bytes each time.

import { expect, test } from 'vitest';
import { billOfMaterials } from '../sbom.ts';
import type { Contents, Lock } from '../sbom.ts';

/** 64 bytes, as base64 and as npm writes it out. */
const SHA512 = { base64: `${'A'.repeat(86)}==`, hex: '00'.repeat(64) };

const integrity = `sha512-${SHA512.base64}`;

const lock: Lock = {
  packages: {
    '': { version: '7.8.9', license: 'Apache-2.0' },
    'node_modules/@s/tiny': locked('1.2.3', { license: 'MIT', dependencies: { leaf: '^1.0.0', tree: '*' } }),
    'node_modules/leaf': locked('2.0.0', { license: 'ISC' }),
    'node_modules/@s/tiny/node_modules/leaf': locked('1.9.0', { license: 'ISC' }),
    'node_modules/tree': locked('1.0.0', { license: 'MIT' }),
  },
};

const contents: Contents = {
  image: 'sample',
  version: '7.8.9',
  packages: [
    { name: '@s/tiny', version: '1.2.3', folder: 'node_modules/@s/tiny' },
    { name: 'leaf', version: '1.9.0', folder: 'node_modules/@s/tiny/node_modules/leaf' },
  ],
};

function locked(version: string, more: object): object {
  return { version, integrity, resolved: `https://mirror.invalid/${version}.tgz`, ...more };
}

type Spdx = {
  documentNamespace: string;
  creationInfo: { created: string };
  packages: { name: string; versionInfo: string }[];
};

function parse(text: string): Spdx {
  return JSON.parse(text);
}

test('names what was bundled, with version, licence, purl and checksum, and nothing that was only installed', () => {
  const { packages } = parse(billOfMaterials(contents, lock, 0));
  expect(packages).toMatchObject([
    { name: '@podmate/sample', versionInfo: '7.8.9', licenseDeclared: 'Apache-2.0' },
    {
      name: '@s/tiny',
      versionInfo: '1.2.3',
      licenseDeclared: 'MIT',
      externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:npm/%40s/tiny@1.2.3' }],
      checksums: [{ algorithm: 'SHA512', checksumValue: SHA512.hex }],
    },
    { name: 'leaf', versionInfo: '1.9.0', licenseDeclared: 'ISC' },
  ]);
});

test('names both of two versions', () => {
  const top = { name: 'leaf', version: '2.0.0', folder: 'node_modules/leaf' };
  const { packages } = parse(
    billOfMaterials({ ...contents, packages: [...contents.packages, top] }, lock, 0),
  );
  const leaves = packages.filter(({ name }) => name === 'leaf');
  expect(leaves.map(({ versionInfo }) => versionInfo).toSorted()).toEqual(['1.9.0', '2.0.0']);
});

test('names no address that a package came from', () => {
  const text = billOfMaterials(contents, lock, 0);
  expect(text).not.toContain('mirror.invalid');
  expect(text.match(/"downloadLocation": .*/g)).toEqual(Array(3).fill('"downloadLocation": "NOASSERTION",'));
});

test('gives the same bytes for the same inputs, and another name for other ones', () => {
  const one = billOfMaterials(contents, lock, 1_700_000_000);
  expect(billOfMaterials(contents, lock, 1_700_000_000)).toBe(one);
  expect(parse(one).creationInfo.created).toBe('2023-11-14T22:13:20Z');
  const fewer = billOfMaterials(
    { ...contents, packages: contents.packages.slice(0, 1) },
    lock,
    1_700_000_000,
  );
  expect(parse(fewer).documentNamespace).not.toBe(parse(one).documentNamespace);
});

test('an image without dependencies has one, too', () => {
  expect(parse(billOfMaterials({ ...contents, packages: [] }, lock, 0)).packages).toHaveLength(1);
});

test.each([
  { fault: 'another version', folder: 'node_modules/leaf' },
  { fault: 'no such folder', folder: 'node_modules/lost' },
])('refuses a bundle of which the lock has $fault', ({ folder }) => {
  const packages = [{ name: 'leaf', version: '1.9.0', folder }];
  expect(() => billOfMaterials({ ...contents, packages }, lock, 0)).toThrow(
    /leaf 1\.9\.0: bundled from .*, but package-lock\.json has no such version there/,
  );
});
