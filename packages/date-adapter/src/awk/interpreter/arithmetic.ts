// The operators + - * / % ^ of awk, in the numbers of C. Pure; for the evaluator.
import type { ArithmeticOperator } from '../ast.ts';
import { RunError } from './values.ts';

/** @param assigned whether it is `/=` and the like, for the message. @throws RunError for a division by zero */
export function calculate(
  operator: ArithmeticOperator,
  left: number,
  right: number,
  assigned: boolean,
): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) throw new RunError(`division by zero${assigned ? ' in /=' : ''}`);
      return left / right;
    case '%':
      if (right === 0) throw new RunError(`division by zero in %${assigned ? '=' : ''}`);
      return left % right;
    default:
      return power(left, right);
  }
}

/** pow of C: 1 to any power and -1 to an infinite one are 1, where JavaScript has NaN (C17 F.10.4.4). */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent))) return 1;
  return base ** exponent;
}
