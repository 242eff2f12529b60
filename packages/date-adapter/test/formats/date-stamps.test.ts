import { expect, it } from 'vitest';
import { compileDateRule } from '../../src/dates/date-rule.ts';
import { stampsBy } from '../../src/formats/date-stamps.ts';
import { FieldNames } from '../../src/formats/field-names.ts';
import { inputFormat } from '../../src/formats/input-formats.ts';
import { outputFormat, stampLayout } from '../../src/formats/outputs/output-formats.ts';
import { writtenJson } from './written-record.ts';

const NGINX = '10.0.3.7 - - [01/Jan/2023:01:00:16 +0100] "GET / HTTP/1.1" 200 15 "-" "-"';

it.each([
  { output: 'json', to: 'rfc3339', out: { time_local: '2023-01-01T00:00:16Z' } },
  { output: 'ecs', out: { '@timestamp': '2023-01-01T00:00:16Z' } },
  { output: 'gelf', out: { timestamp: 1_672_531_216 } },
  { output: 'hec', out: { time: 1_672_531_216 } },
])('$output has the time that dates/ converts', ({ output, to, out }) => {
  const { stamps, ecs } = inputFormat('nginx', new FieldNames());
  const layout = stampLayout(output) ?? to ?? '';
  const converter = compileDateRule(
    { from: stamps, to: layout, toZone: 'UTC' },
    { now: () => 1_672_531_200 },
  );
  const stamp = stampsBy(converter);
  expect(writtenJson('nginx', NGINX, outputFormat(output, { stamp, ecs, host: 'h' }))).toMatchObject(out);
});
