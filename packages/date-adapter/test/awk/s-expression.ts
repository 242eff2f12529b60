// Syntax trees as one line of text, for tables of tests: (operator operand ...), variables by name, strings in
// quotes, numbers as they are. Says all that a tree says but its places.
import type {
  FunctionDefinition,
  Program,
  Redirection,
  Rule,
  Statement,
  SwitchCase,
} from '../../src/awk/ast.ts';
import type { ExpressionNode } from '../../src/awk/walk.ts';

export function programText(program: Program): string {
  return [...program.rules.map(ruleText), ...program.functions.map(functionText)].join(' ');
}

function ruleText(rule: Rule): string {
  const body = rule.body === undefined ? [] : [block(rule.body)];
  switch (rule.kind) {
    case 'pattern':
      return list('rule', ...(rule.pattern === undefined ? [] : [expressionText(rule.pattern)]), ...body);
    case 'range':
      return list('range', expressionText(rule.from), expressionText(rule.to), ...body);
    default:
      return list(rule.kind, ...rule.body.map(statementText));
  }
}

function functionText({ name, parameters, body }: FunctionDefinition): string {
  return list('function', name, list(...parameters.map((one) => one.name)), ...body.map(statementText));
}

const block = (body: readonly Statement[]): string =>
  list('do', ...body.map(statementText))
    .replace('(do', '{')
    .replace(/\)$/, '}');

export function statementText(node: Statement): string {
  switch (node.kind) {
    case 'block':
      return block(node.body);
    case 'expression':
      return expressionText(node.expression);
    case 'print':
    case 'printf':
      return list(node.kind, ...node.args.map(expressionText), ...redirectionText(node.redirection));
    case 'delete':
      return list('delete', expressionText(node.array), ...(node.subscripts ?? []).map(expressionText));
    case 'if': {
      const otherwise = node.otherwise === undefined ? [] : [statementText(node.otherwise)];
      return list('if', expressionText(node.test), statementText(node.then), ...otherwise);
    }
    case 'while':
      return list('while', expressionText(node.test), statementText(node.body));
    case 'do':
      return list('do', statementText(node.body), expressionText(node.test));
    case 'for': {
      const start = node.start === undefined ? '_' : statementText(node.start);
      const test = node.test === undefined ? '_' : expressionText(node.test);
      const step = node.step === undefined ? '_' : statementText(node.step);
      return list('for', start, test, step, statementText(node.body));
    }
    case 'forIn':
      return list(
        'for-in',
        expressionText(node.target),
        expressionText(node.array),
        statementText(node.body),
      );
    case 'switch':
      return list('switch', expressionText(node.subject), ...node.cases.map(caseText));
    case 'return':
      return list('return', ...(node.value === undefined ? [] : [expressionText(node.value)]));
    case 'exit':
      return list('exit', ...(node.status === undefined ? [] : [expressionText(node.status)]));
    default:
      return list(node.kind);
  }
}

const SIGNS = { write: '>', append: '>>', pipe: '|' };

function redirectionText(redirection: Redirection | undefined): string[] {
  return redirection === undefined ? [] : [list(SIGNS[redirection.kind], expressionText(redirection.target))];
}

function caseText({ label, body }: SwitchCase): string {
  return list('case', label === undefined ? '_' : expressionText(label), ...body.map(statementText));
}

export function expressionText(node: ExpressionNode): string {
  const all = (nodes: readonly ExpressionNode[]): string[] => nodes.map(expressionText);
  switch (node.kind) {
    case 'number':
      return String(node.value);
    case 'string':
      return JSON.stringify(node.value);
    case 'regex':
      return `/${node.source}/`;
    case 'variable':
      return node.variable.name;
    case 'field':
      return `$${expressionText(node.index)}`;
    case 'subscript':
      return `${expressionText(node.array)}[${all(node.subscripts).join(', ')}]`;
    case 'assignment':
      return list('=', ...all([node.target, node.value]));
    case 'compoundAssignment':
      return list(`${node.operator}=`, ...all([node.target, node.value]));
    case 'increment': {
      const sign = node.by === 1 ? '++' : '--';
      return list(
        ...(node.prefix ? [sign, expressionText(node.target)] : [expressionText(node.target), sign]),
      );
    }
    case 'conditional':
      return list('?', ...all([node.test, node.then, node.otherwise]));
    case 'and':
    case 'or':
      return list(node.kind, ...all([node.left, node.right]));
    case 'not':
      return list('!', expressionText(node.operand));
    case 'sign':
      return list(node.operator, expressionText(node.operand));
    case 'arithmetic':
    case 'comparison':
      return list(node.operator, ...all([node.left, node.right]));
    case 'concatenation':
      return list('.', ...all(node.parts));
    case 'match':
      return list(node.negated ? '!~' : '~', ...all([node.subject, node.pattern]));
    case 'membership':
      return list('in', list(...all(node.subscripts)), expressionText(node.array));
    case 'call':
    case 'builtin':
      return list(node.name, ...all(node.args));
    case 'indirectCall':
      return list(`@${node.callee.name}`, ...all(node.args));
    default: {
      const sign = { input: [], file: ['<'], command: ['|'] }[node.from];
      const source = node.source === undefined ? [] : [expressionText(node.source)];
      const target = node.target === undefined ? [] : [`-> ${expressionText(node.target)}`];
      return list('getline', ...sign, ...source, ...target);
    }
  }
}

function list(...parts: readonly string[]): string {
  return `(${parts.join(' ')})`;
}
