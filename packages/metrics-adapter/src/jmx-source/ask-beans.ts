// --explain OBJECTNAME and --dump: asks all targets that the settings name, one after the other. For main.
import { explain, type SettingFault } from '@podmate/base/errors';
import { askTarget, type Ground, type Question } from './explain-beans.ts';
import { asksForJmx, type JmxValues, readTargets } from './targets.ts';
import type { Variable } from './rule-file.ts';

type Values = JmxValues & { readonly explain: string | undefined };

/** undefined: nothing was asked about beans. A line of StatsD has a |, an ObjectName has not. */
export function questionOf(values: Values): Question | undefined {
  if (values.dump !== undefined) return { pattern: values.dump, form: values.dumpFormat };
  if (values.explain === undefined || !asksForJmx(values) || values.explain.includes('|')) return undefined;
  return { pattern: values.explain, form: 'explain' };
}

/** For the check of all settings. */
export function* questionFaults(values: Values): Iterable<SettingFault> {
  const question = questionOf(values);
  if (question === undefined) return;
  const { pattern: value, form } = question;
  const setting = form === 'explain' ? '--explain' : '--dump';
  if (!asksForJmx(values)) yield { setting, value, what: 'there is no --jmx.target' };
  if (!/^[^:]*:./.test(value))
    yield { setting, value, what: 'not an ObjectName: domain:key=value; *:* for all' };
}

/** `isAnswered`: every target could be read, and had such a bean. @throws SettingErrors */
export async function askBeans(
  question: Question,
  values: Values,
  ground: Ground & { readonly variable: Variable },
): Promise<{ text: string; isAnswered: boolean }> {
  const { targets } = readTargets(values, ground.variable);
  const parts: string[] = [];
  let isAnswered = true;
  for (const target of targets) {
    if (targets.length > 1 && question.form !== 'json') parts.push(`target   ${target.name}\n`);
    try {
      const text = await askTarget(question, target, ground);
      if (text === undefined)
        ground.log.error('no such bean', { target: target.name, name: question.pattern });
      parts.push(text ?? '');
      isAnswered &&= text !== undefined;
    } catch (error) {
      ground.log.error('target not read', { target: target.name, error: explain(error) });
      isAnswered = false;
    }
  }
  return { text: parts.join(''), isAnswered };
}
