// The bill of materials of Node itself, as SPDX 2.3 on stdout: `node runtime-sbom.ts`, run by rootfs.sh inside the image
// build on the very Node that goes into the base layer. Debian's libraries are not in it: var/lib/dpkg/status.d lists
// them in the form scanners read. What is linked into Node (OpenSSL, V8, ...) is no package that a scanner could see.
// The invariant: the same Node gives the same bytes, whatever the image; it imports nothing of ours, being copied alone.
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';

/** In process.versions, but no software: numbers of interfaces, and of the standard that ICU follows. */
const NO_SOFTWARE = new Set(['node', 'modules', 'napi', 'unicode']);

/** Vendor and product as the vulnerability data base spells them, where a scanner could not guess. */
const CPE_NAMES: Readonly<Record<string, string>> = { node: 'nodejs:node.js', openssl: 'openssl:openssl' };

function externalRefs(name: string, version: string): object[] {
  const purl = `pkg:generic/${name}@${encodeURIComponent(version)}`;
  const refs = [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }];
  const cpe = CPE_NAMES[name];
  if (cpe !== undefined) {
    const locator = `cpe:2.3:a:${cpe}:${version}:*:*:*:*:*:*:*`;
    refs.push({ referenceCategory: 'SECURITY', referenceType: 'cpe23Type', referenceLocator: locator });
  }
  return refs;
}

function spdxId(name: string): string {
  return `SPDXRef-Package-${name.replaceAll('_', '-')}`; // SPDX allows letters, digits, dots and hyphens
}

function spdxPackage(name: string, version: string, licenseDeclared: string): object {
  return {
    name,
    SPDXID: spdxId(name),
    versionInfo: version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseDeclared,
    externalRefs: externalRefs(name, version),
  };
}

function relationship(spdxElementId: string, relationshipType: string, relatedSpdxElement: string): object {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}

const { node: nodeVersion } = process.versions;
const components = Object.entries(process.versions)
  .flatMap(([name, version = '']) => (NO_SOFTWARE.has(name) || version === '' ? [] : [{ name, version }]))
  .toSorted((a, b) => (a.name < b.name ? -1 : 1));

const content = {
  packages: [
    spdxPackage('node', nodeVersion, 'MIT'),
    ...components.map(({ name, version }) => spdxPackage(name, version, 'NOASSERTION')),
  ],
  relationships: [
    relationship('SPDXRef-DOCUMENT', 'DESCRIBES', spdxId('node')),
    ...components.map(({ name }) => relationship(spdxId('node'), 'CONTAINS', spdxId(name))),
  ],
};
const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
const document = {
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: `node-${nodeVersion}`,
  documentNamespace: `http://spdx.org/spdxdocs/podmate-node-${nodeVersion}-${hash}`,
  comment: 'The licences of Node and of all it contains are in /usr/share/doc/node/LICENSE.',
  creationInfo: { created: '1970-01-01T00:00:00Z', creators: ['Tool: podmate-runtime-sbom'] },
  ...content,
};
writeSync(1, `${JSON.stringify(document, null, 2)}\n`);
