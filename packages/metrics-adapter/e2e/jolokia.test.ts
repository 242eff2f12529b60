// Promise: a target read by Jolokia gives the series that it gives by RMI, but for what README lists; and whatever
// goes wrong there costs as little.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '@podmate/testkit/files';
import { jolokiaCommand, missingJolokia } from './jolokia.ts';
import { freePort, jmxFlags, startTarget } from './jvm.ts';
import { keyPair } from './key-pair.ts';
import { startBare } from './running.ts';
import { standStill } from './standing-still.ts';
import { jolokiaScraper, type Scrape, scraper } from './scraping.ts';

const urlOf = (port: number): string => `http://127.0.0.1:${port}/jolokia`;
const reasons = ({ failures }: Scrape): string[] =>
  failures.map((one) => `${one.bean} ${one.attribute ?? ''} ${one.reason}`);

/** Of the beans that do not change. */
const steady = (samples: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...samples].filter(([series]) => /^(fixture|text)/.test(series)));

/** Every leaf as the rules see it: with its text. */
const TEXTS = `
- pattern: 'fixture<type=Values(.*)><(.*)>(\\w+): (.*)'
  name: text
  value: 1
  labels: {properties: "$1", path: "$2", attribute: "$3", text: "$4"}`;

describe.skipIf(missingJolokia)('Jolokia', () => {
  test('the series of RMI, learned and recognized', async () => {
    const [port, jolokia] = [await freePort(), await freePort()];
    await using jvm = await startTarget(['values', 'failing f', jolokiaCommand(jolokia)], jmxFlags(port));
    await jvm.command('gc'); // so that LastGcInfo has records in tables in a record
    const yaml = `includeObjectNames: ["fixture:*", "java.lang:*"]\nrules:${TEXTS}\n- pattern: '.*'`;
    await using rmi = scraper({ port }, yaml);
    await using other = jolokiaScraper({ url: urlOf(jolokia) }, yaml);
    const expected = await rmi.scrape();
    // An object of no known class prints a number: by RMI it is an object, by Jolokia a number.
    const more = ['text{attribute="LongAdder",text="79"}'] as const;
    for (let round = 0; round < 3; round++) {
      const { samples, failures, report } = await other.scrape();
      expect(failures).toEqual([]);
      expect([...samples.keys()].toSorted()).toEqual([...expected.samples.keys(), ...more].toSorted());
      expect(steady(samples)).toEqual({ ...steady(expected.samples), [more[0]]: 1 });
      expect(report.recognized).toBe(round === 0 ? 0 : report.beans);
    }
    expect(
      [...expected.samples.keys()].filter((name) => /memoryUsageAfterGc_used.*key="Eden Space"/.test(name)),
    ).not.toEqual([]);
  });

  test('bad, new, vanished and slow beans cost themselves', async () => {
    const jolokia = await freePort();
    const commands = ['unprintable u', 'counter a', 'text t first', 'slow s 1000', jolokiaCommand(jolokia)];
    await using jvm = await startTarget(commands);
    await using target = jolokiaScraper({ url: urlOf(jolokia) }, 'includeObjectNames: ["fixture:*"]');
    const first = await target.scrape();
    expect(reasons(first)).toEqual(['fixture:type=Unprintable,name=u Silent unserializable']);
    expect(first.samples.get('fixture_Unprintable_After{name="u"}')).toBe(3);
    await jvm.command('gone fixture:type=Unprintable,name=u');
    await jvm.command('counter b');
    await jvm.command('text t second');
    const second = await target.scrape();
    expect(second.failures).toEqual([]);
    expect([...second.samples.keys()].toSorted()).toEqual([
      'fixture_Counter_Fixed{name="a"}',
      'fixture_Counter_Fixed{name="b"}',
      'fixture_Counter_Value{name="a"}',
      'fixture_Counter_Value{name="b"}',
      'fixture_Slow_Value{name="s"}',
    ]);
    // In time for the others only: all are late with it once, then it is alone, then it is not asked for a while.
    expect((await target.scrape(500)).samples.size).toBe(0);
    for (const detail of ['no answer within', 'it was late 1 times']) {
      const hurried = await target.scrape(500);
      expect(reasons(hurried)).toEqual(['fixture:type=Slow,name=s  timeout']);
      expect(hurried.failures[0]?.detail).toContain(detail);
      expect(hurried.samples.get('fixture_Counter_Fixed{name="b"}')).toBe(7);
    }
    expect((await target.scrape()).samples.get('fixture_Slow_Value{name="s"}')).toBe(1);
    await standStill(jvm);
    await expect(target.scrape(300)).rejects.toThrow('no answer within');
    jvm.kill('SIGCONT');
    await jvm.command('gone fixture:type=Slow,name=s');
    expect((await target.scrape()).report).toMatchObject({ beans: 3, recognized: 2 }); // kept; a text gives nothing
  });

  test('https, with password and a certificate of the client; a target that comes back', async () => {
    await using folder = await temporaryDirectory('jolokia');
    const [server, client] = [keyPair(folder, 'server'), keyPair(folder, 'client')];
    const [plain, secure] = [await freePort(), await freePort()];
    const options = {
      keyStore: server.store,
      trustStore: client.store,
      needClient: 'true',
      user: 'u',
      password: 'p',
    };
    const commands = [
      'counter a',
      jolokiaCommand(plain, { user: 'u', password: 'p' }),
      jolokiaCommand(secure, options),
    ];
    const first = await startTarget(commands);
    onTestFinished(() => first.stop());
    const url = `https://127.0.0.1:${secure}/jolokia/`;
    const fixtures = 'includeObjectNames: ["fixture:*"]';
    const tls = { ca: server.certificate, pfx: client.pfx, passphrase: 'changeit' };
    await using known = jolokiaScraper({ url, tls, credentials: ['u', 'p'] }, fixtures);
    expect((await known.scrape()).samples.get('fixture_Counter_Fixed{name="a"}')).toBe(7);
    await using inUrl = jolokiaScraper({ url: urlOf(plain).replace('//', '//u:p@') }, fixtures);
    expect((await inUrl.scrape()).samples.get('fixture_Counter_Fixed{name="a"}')).toBe(7);
    const flags = [
      `--jmx.target=${url}`,
      `--jmx.target=${urlOf(plain)}`,
      '--jmx.username=u',
      '--jmx.preset=none',
    ];
    const stores = [`--jmx.trust-store=${folder.file('server.pem')}`, `--jmx.key-store=${client.store}`];
    const secrets = { METRICS_ADAPTER_JMX_PASSWORD: 'p', METRICS_ADAPTER_JMX_KEY_STORE_PASSWORD: 'changeit' };
    await using adapter = await startBare(['--web.listen-address=127.0.0.1:0', ...flags, ...stores], secrets);
    const page = await adapter.scrape();
    for (const port of [plain, secure]) {
      const target = `127.0.0.1:${port}/jolokia`;
      expect(page.value('fixture_Counter_Fixed', { name: 'a', target })).toBe(7);
      expect(page.value('jmx_scrape_error', { target })).toBe(0);
    }
    const refused = [
      [
        { url, tls: { ca: server.certificate }, credentials: ['u', 'p'] },
        /certificate|ECONNRESET|EPIPE|socket/i,
      ],
      [{ url, credentials: ['u', 'p'] }, 'certificate'],
      [{ url: urlOf(plain), credentials: ['u', 'q'] }, 'HTTP 401: wrong user or password'],
      [{ url: urlOf(plain) }, 'HTTP 401: it asks for user and password'],
      [{ url: `http://u:p@127.0.0.1:${plain}/` }, 'HTTP 404: there is no Jolokia at this path'],
    ] as const;
    for (const [endpoint, message] of refused) {
      await using stranger = jolokiaScraper(endpoint, fixtures);
      await expect(stranger.scrape()).rejects.toThrow(message);
    }
    await first.stop();
    await expect(known.scrape()).rejects.toThrow(/ECONNREFUSED|hang up/);
    await using again = await startTarget(['counter b', jolokiaCommand(secure, options)]);
    expect(again.pid).not.toBe(first.pid);
    expect([...(await known.scrape()).samples.keys()].toSorted()).toEqual([
      'fixture_Counter_Fixed{name="b"}',
      'fixture_Counter_Value{name="b"}',
    ]);
  });

  test('servers that answer nonsense, too much, or nothing', async () => {
    const answers: [answer: string, message: RegExp][] = [
      ['', /not JSON/],
      ['<html>', /not JSON/],
      ['[]', /0 answers to 1 requests/],
      ['{"status":400,"error":"no bulk"}', /no bulk \(status 400\)/],
      ['[{"status":403,"error":"not allowed"}]', /search \*:\*: not allowed/],
      ['['.repeat(100_000), /too large a value/],
      [`["${'x'.repeat(3_000_000)}"]`, /longer than/],
      ['hang', /no answer within/],
    ];
    let answer = '';
    const server = createServer((_request, response) => void (answer === 'hang' || response.end(answer)));
    onTestFinished(() => void (server.closeAllConnections(), server.close()));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    await using target = jolokiaScraper({ url: urlOf(port), maxReplyBytes: 2_000_000 });
    for (const [said, message] of answers) {
      answer = said;
      await expect(target.scrape(300)).rejects.toThrow(message);
    }
  });
});
