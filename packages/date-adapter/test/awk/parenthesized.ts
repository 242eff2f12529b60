// A tree as awk text with every operand in parentheses, so that only one tree can be meant: if gawk makes the same of
// it as of the original, our tree is gawk's. For the e2e tests of the grammar.
import type { Expression, LValue, RegexConstant } from '../../src/awk/ast.ts';
import { textCodec } from '../../src/awk/interpreter/bytes.ts';

/** An operand: in parentheses, but for what must be seen to be a regex. */
function operand(node: Expression | RegexConstant): string {
  return node.kind === 'regex' ? regexText(node) : `(${parenthesized(node)})`;
}

export function parenthesized(node: Expression): string {
  switch (node.kind) {
    case 'number':
      return String(node.value);
    case 'string':
      return stringText(node.value);
    case 'variable':
    case 'field':
    case 'subscript':
      return lvalueText(node);
    case 'assignment':
      return `${lvalueText(node.target)} = ${operand(node.value)}`;
    case 'compoundAssignment':
      return `${lvalueText(node.target)} ${node.operator}= ${operand(node.value)}`;
    case 'increment': {
      const sign = node.by === 1 ? '++' : '--';
      return node.prefix ? `${sign}${lvalueText(node.target)}` : `${lvalueText(node.target)}${sign}`;
    }
    case 'conditional':
      return `${operand(node.test)} ? ${operand(node.then)} : ${operand(node.otherwise)}`;
    case 'and':
    case 'or':
      return `${operand(node.left)} ${node.kind === 'and' ? '&&' : '||'} ${operand(node.right)}`;
    case 'not':
      return `! ${operand(node.operand)}`;
    case 'sign':
      return `${node.operator} ${operand(node.operand)}`;
    case 'arithmetic':
    case 'comparison':
      return `${operand(node.left)} ${node.operator} ${operand(node.right)}`;
    case 'concatenation':
      return node.parts.map(operand).join(' ');
    case 'match':
      return `${operand(node.subject)} ${node.negated ? '!~' : '~'} ${operand(node.pattern)}`;
    case 'membership':
      return `(${node.subscripts.map(operand).join(', ')}) in ${lvalueText(node.array)}`;
    case 'call':
    case 'builtin':
      return `${node.name}(${node.args.map(argument).join(', ')})`;
    case 'indirectCall':
      return `@${node.callee.name}(${node.args.map(argument).join(', ')})`;
    default: {
      const target = node.target === undefined ? '' : ` ${lvalueText(node.target)}`;
      if (node.source === undefined) return `getline${target}`;
      return node.from === 'file'
        ? `getline${target} < ${operand(node.source)}`
        : `${operand(node.source)} | getline${target}`;
    }
  }
}

/** Not in parentheses, where it may have to be an lvalue or an array. */
function argument(node: Expression | RegexConstant): string {
  const isPlace = node.kind === 'variable' || node.kind === 'field' || node.kind === 'subscript';
  return isPlace ? lvalueText(node) : operand(node);
}

function lvalueText(node: LValue): string {
  if (node.kind === 'variable') return node.variable.name;
  if (node.kind === 'field') return `$${operand(node.index)}`;
  return `${lvalueText(node.array)}[${node.subscripts.map(operand).join(', ')}]`;
}

function regexText({ source }: RegexConstant): string {
  return `/${source.replaceAll('/', String.raw`\/`)}/`;
}

function stringText(value: string): string {
  const bytes = textCodec(true).encode(value);
  return `"${Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}"`;
}
