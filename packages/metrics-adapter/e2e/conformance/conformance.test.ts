// The drop-in promise: what statsd_exporter was seen to do, ours does with --compat=statsd_exporter, case by case. Cases marked
// optional are left out.
import { describe, expect, test } from 'vitest';
import { type Case, runCase } from './run-case.ts';
import furtherCases from './further-cases.json' with { type: 'json' };
import statsdCases from './statsd-cases.json' with { type: 'json' };

const cases: Case[] = JSON.parse(JSON.stringify([...statsdCases.cases, ...furtherCases.cases]));
const required = cases.filter(({ tags }) => tags?.includes('optional') !== true);

describe.concurrent('statsd_exporter', { timeout: 60_000 }, () => {
  test.each(required)('$id', (one) => expect(runCase(one)).resolves.toBeUndefined());
});
