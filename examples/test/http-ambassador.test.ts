// examples/http-ambassador/compose.yaml, run for real; then the image alone, under the restrictions of a careful cluster.

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildImage, ComposeProject, skipsContainers, startContainer } from '@podmate/testkit/containers';
import { eventually } from '@podmate/testkit/eventually';

const skipped = await skipsContainers();

/** A pod's grace period is 30 s; an ambassador with nothing under way must not use any of it; a second on an idle machine. */
const PROMPT_END_MS = 3000;

describe.skipIf(skipped)(
  'compose.yaml: an application with localhost:5432, a database that takes only TLS',
  () => {
    const project = new ComposeProject('examples/http-ambassador/compose.yaml');

    beforeAll(async () => {
      await buildImage('http-ambassador');
      await project.compose('build', 'certificates'); // up takes an image that is there, however old
      await project.up();
    }, 180_000);

    afterAll(() => project[Symbol.asyncDispose]());

    test('what the application writes in plain text travels encrypted', async () => {
      const ledger = await project.container('ledger');
      await eventually(
        async () => expect((await ledger.logs()).stdout).toMatch(/^entry \d+, encrypted: true$/m),
        { withinMs: 30_000, everyMs: 300 },
      );
    });

    test('ends soon after SIGTERM', async () => {
      const ambassador = await project.container('http-ambassador');
      const { code, tookMs } = await ambassador.stop();
      expect(code).toBe(0);
      expect(tookMs).toBeLessThan(PROMPT_END_MS);
    });
  },
);

describe.skipIf(skipped)('the image', () => {
  test('runs as any user, read-only, without capabilities, in 96 MiB, and is alive without any upstream', async () => {
    const image = await buildImage('http-ambassador');
    const locked = ['--user', '31337:31337', '--read-only', '--cap-drop', 'ALL', '--memory', '96m'];
    const flags = [...locked, '--security-opt', 'no-new-privileges', '--network', 'none'];
    const admin = ['--env', 'HTTP_AMBASSADOR_ADMIN_LISTEN=127.0.0.1:9090'];
    const container = await startContainer(image, ['8080=http://127.0.0.1:1'], [...flags, ...admin]);
    onTestFinished(() => container[Symbol.asyncDispose]());
    await eventually(() => container.exec('http-ambassador', 'health'));
    const { code, tookMs } = await container.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(PROMPT_END_MS);
  });
});
