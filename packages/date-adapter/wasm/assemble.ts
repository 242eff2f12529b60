// src/awk/runtime/kernel.wat -> kernel-code.ts. Run after changing the .wat; a test says when it was forgotten.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const source = (name: string): string =>
  fileURLToPath(new URL(`../src/awk/runtime/${name}`, import.meta.url));

/** The TypeScript that holds the assembled kernel. */
export async function assembledKernel(): Promise<string> {
  const toolkit = await wabt();
  const module = toolkit.parseWat('kernel.wat', readFileSync(source('kernel.wat'), 'utf8'), { simd: true });
  const code = Buffer.from(module.toBinary({}).buffer).toString('base64');
  return `// Assembled from kernel.wat; do not edit.\nexport const KERNEL_CODE =\n  '${code}';\n`;
}

if (import.meta.main) writeFileSync(source('kernel-code.ts'), await assembledKernel());
