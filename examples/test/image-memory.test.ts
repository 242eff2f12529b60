// What one more sidecar costs beside the first: its own memory and nothing of Node's file, which both read from the layer
// they share. `npm run memory` prints the same figures.

import { describe, expect, test } from 'vitest';
import { buildImage, docker, skipsContainers } from '@podmate/testkit/containers';
import { images } from '../../docker/images.ts';
import { measureIdle, refuseGreed } from '../../docker/memory.ts';

const MIB = 1024 * 1024;

const skipped = await skipsContainers();

describe.skipIf(skipped).each(images)('a second $name', (image) => {
  test('costs a fraction of what the first shows, within its budget', async () => {
    const { first, second } = measureIdle(image, await buildImage(image.name));
    // a Node that has started maps more than 30 MiB of its file; without that the rest would say nothing
    for (const { resident, anonymous } of [first, second])
      expect(resident - anonymous).toBeGreaterThan(30 * MIB);
    expect(second.charged).toBeLessThan(first.resident / 2);
    // the charge has all that is its own, give or take the kernel's lazy counting
    expect(second.charged).toBeGreaterThan(0.9 * second.anonymous);
    expect(() => refuseGreed(image, second)).not.toThrow();
    expect(() => refuseGreed(image, { ...second, charged: first.resident })).toThrow(/over the budget/);
  });
});

test.skipIf(skipped)('leaves nothing behind, also when it cannot be measured', async () => {
  const [image] = images;
  if (image === undefined) throw new Error('docker/images.ts has no image');
  const ends = { ...image, idle: { ...image.idle, args: ['--version'] } };
  const tag = await buildImage(image.name);
  expect(() => measureIdle(ends, tag)).toThrow(/docker \w+: .*/);
  const { stdout } = await docker([
    'ps',
    '--all',
    '--quiet',
    '--filter',
    `name=podmate-memory-${image.name}-`,
  ]);
  expect(stdout).toBe('');
});
