import { expect, it } from 'vitest';
import { Constant } from '../../../src/byte-output.ts';
import { FieldNames } from '../../../src/formats/field-names.ts';
import { FieldPlan } from '../../../src/formats/outputs/field-options.ts';

const keyOf = (plan: FieldPlan, name: Parameters<FieldPlan['of']>[0]): string | undefined => {
  const { key } = plan.of(name);
  return key === undefined ? undefined : Buffer.from(key.bytes).toString();
};

it('looks a field up by its number, and does not mistake the number of another table', () => {
  const plan = new FieldPlan({ rename: { a: 'A' }, drop: ['b'] }, (name) => new Constant(`<${name}>`));
  const [one, other] = [new FieldNames(), new FieldNames()];
  expect(keyOf(plan, one.intern('a'))).toBe('<A>');
  expect(keyOf(plan, other.intern('b'))).toBeUndefined();
  expect(keyOf(plan, one.intern('a'))).toBe('<A>');
  expect(plan.of(one.intern('a'))).toBe(plan.of(one.intern('a')));
});

it('takes names that have no number', () => {
  const plan = new FieldPlan({}, (name) => new Constant(name));
  const name = { text: 'x', bytes: Buffer.from('x'), id: -1, role: 0 };
  expect(keyOf(plan, name)).toBe('x');
});
