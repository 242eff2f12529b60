// The envelope of Jolokia's answers: status, error and value, and what `list` says of a bean. Pure; for the poller.

import type { AttributeInfo } from '../jmx/mbean-info.ts';
import { isText, JsonError, type JsonNode } from './json-reader.ts';
import type { Slot } from './json-shape.ts';

/** One answer of a bulk reply. */
export type Answer = ReadonlyMap<string, JsonNode>;

/** The agent understood, and refuses. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
}

/** The answers of a bulk, one for each request. @throws AgentError what was said of the bulk as a whole; JsonError */
export function answersOf(bulk: JsonNode, count: number): Answer[] {
  if (bulk instanceof Map)
    throw new AgentError(refusalOf(bulk) ?? 'the agent answered a bulk with a single value');
  const answers = (Array.isArray(bulk) ? bulk : []).filter((one) => one instanceof Map);
  if (answers.length !== count) throw new JsonError(`${answers.length} answers to ${count} requests`);
  return answers;
}

/** Why there is no value; undefined when there is one. */
export function refusalOf(answer: Answer): string | undefined {
  const status = textOf(answer.get('status'));
  if (status === '200') return undefined;
  return `${textOf(answer.get('error')) || 'no value'} (status ${status})`;
}

/** The bean is not there any more. */
export const isGone = (answer: Answer): boolean =>
  textOf(answer.get('error_type')) === 'javax.management.InstanceNotFoundException';

/** The only numbers of an answer that change without its value. */
export function timestamps(answers: readonly Answer[]): Slot[] {
  return answers.flatMap((answer): Slot[] => {
    const time = answer.get('timestamp');
    if (!isText(time) || !/^\d{1,18}$/.test(time.text)) return [];
    return [{ at: time.at, end: time.end, kind: 'integer' }];
  });
}

/** Of a search. */
export function namesOf(answer: Answer): string[] {
  const names = answer.get('value');
  return Array.isArray(names) ? names.flatMap((name) => (isText(name) ? [name.text] : [])) : [];
}

/** Of the description of a bean. Jolokia 1 does not say what is write-only; reading that fails, and is left out. */
export function attributesOf(info: ReadonlyMap<string, JsonNode>): AttributeInfo[] {
  const attributes = info.get('attr');
  return [...(attributes instanceof Map ? attributes : [])].flatMap(([name, one]) => {
    if (!(one instanceof Map)) return [];
    const readable = textOf(one.get('read')) !== 'false';
    return [{ name, type: textOf(one.get('type')), description: textOf(one.get('desc')), readable }];
  });
}

/** Where `list` has a bean: domain and key properties, each with its slashes escaped. */
export function listPath(name: string): string {
  const colon = name.indexOf(':');
  return [name.slice(0, colon), name.slice(colon + 1)]
    .map((part) => part.replaceAll(/[!/]/g, (one) => `!${one}`))
    .join('/');
}

export const textOf = (node: JsonNode | undefined): string => (isText(node) ? node.text : '');
