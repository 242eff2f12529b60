// Two projects: unit (pure, parallel, seconds) and e2e (real processes and servers, one promise per file).
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'docker/test/**/*.test.ts', 'scripts/test/**/*.test.ts'],
          testTimeout: 20_000,
          maxWorkers: 2, // vitest leaves one core of two to itself otherwise
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['packages/*/e2e/**/*.test.ts', 'examples/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 3, // on two cores: they wait for other processes most of the time
        },
      },
    ],
  },
});
