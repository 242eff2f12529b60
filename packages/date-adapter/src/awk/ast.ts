// The syntax tree of an awk program, for the interpreter, the compiler and the analyses. Types only, no code; one
// file, longer than 300 lines, because it is one contract.
// What is sugar is gone when a tree leaves parseProgram: a lone /re/ has become a match against $0, groups have
// become structure, names have become variables and functions. Every node has `at`, an offset into
// `program.source.text`: of an operator its sign, of everything else its first character; SourceText turns it into
// file:line:column. Nodes are never changed once parseProgram has returned, so they can be keys of a Map.
//
// Texts (of strings and regexes) are in the text model of this package: a byte that is not part of valid UTF-8,
// as "\377" makes one, is a lone surrogate U+DC80 + (byte - 0x80); everything else is as JavaScript has it.
import type { SourceText } from './source-error.ts';

export type Program = {
  readonly source: SourceText;
  readonly posix: boolean;
  /** In the order of the text. Several BEGINs are several rules. */
  readonly rules: readonly Rule[];
  /** In the order of the text; `index` of each is its place here. */
  readonly functions: readonly FunctionDefinition[];
  /** The program's own variables in order of first mention; `index` of each is its place here. */
  readonly globals: readonly GlobalVariable[];
  /** The special variables that the program mentions, in order of first mention. */
  readonly specials: readonly SpecialVariable[];
  /** How many rules are ranges: the number of in-range flags an engine keeps. */
  readonly rangeCount: number;
};

// ---- rules and functions

export type Rule = ActionRule | PatternRule | RangeRule;

export type ActionRule = {
  /** `beginFile` and `endFile` are gawk's. */
  readonly kind: 'begin' | 'end' | 'beginFile' | 'endFile';
  readonly at: number;
  readonly body: readonly Statement[];
};

export type PatternRule = {
  readonly kind: 'pattern';
  readonly at: number;
  /** Without one, every record. */
  readonly pattern: Expression | undefined;
  /** Without one, `print $0`; an empty action `{}` is an empty list. */
  readonly body: readonly Statement[] | undefined;
};

/** `from, to`: both may hold for the same record. */
export type RangeRule = {
  readonly kind: 'range';
  readonly at: number;
  readonly from: Expression;
  readonly to: Expression;
  readonly body: readonly Statement[] | undefined;
  /** 0 .. rangeCount - 1: whose in-range flag. */
  readonly index: number;
};

export type FunctionDefinition = {
  readonly name: string;
  readonly index: number;
  /** Of the name. */
  readonly at: number;
  /** A call may have fewer arguments, never more; those left out are untyped and fresh, as locals. */
  readonly parameters: readonly LocalVariable[];
  readonly body: readonly Statement[];
};

// ---- variables

/**
 * What a variable holds, by all its uses: `untyped` when no use decides (a parameter that is only handed on, or
 * gets arrays from some callers and scalars from others): then it is decided while the program runs.
 * A global or a parameter that is `scalar` may still meet an array at run time, through an element that is one or a
 * call by name: a fatal error there.
 */
export type Shape = 'scalar' | 'array' | 'untyped';

/** One object for each variable of a program: references to it are the same object. */
export type Variable = GlobalVariable | LocalVariable | SpecialVariable;

export type GlobalVariable = {
  readonly scope: 'global';
  readonly name: string;
  readonly index: number;
  readonly shape: Shape;
};

/** A parameter; `index` is its place among the parameters of its function. */
export type LocalVariable = {
  readonly scope: 'local';
  readonly name: string;
  readonly index: number;
  readonly shape: Shape;
};

/** A variable that the language gives a meaning. `index` is its place in the table SPECIALS of specials.ts. */
export type SpecialVariable = {
  readonly scope: 'special';
  readonly name: SpecialName;
  readonly index: number;
  readonly shape: Shape;
};

/** Of POSIX, or of gawk; under posix gawk's are ordinary globals. ENVIRON, ARGV, PROCINFO, SYMTAB, FUNCTAB are arrays. */
export type SpecialName = PosixSpecialName | GawkSpecialName;
export type PosixSpecialName =
  | 'ARGC'
  | 'ARGV'
  | 'CONVFMT'
  | 'ENVIRON'
  | 'FILENAME'
  | 'FNR'
  | 'FS'
  | 'NF'
  | 'NR'
  | 'OFMT'
  | 'OFS'
  | 'ORS'
  | 'RLENGTH'
  | 'RS'
  | 'RSTART'
  | 'SUBSEP';
export type GawkSpecialName =
  | 'ARGIND'
  | 'BINMODE'
  | 'ERRNO'
  | 'FIELDWIDTHS'
  | 'FPAT'
  | 'FUNCTAB'
  | 'IGNORECASE'
  | 'LINT'
  | 'PROCINFO'
  | 'RT'
  | 'SYMTAB'
  | 'TEXTDOMAIN';

// ---- statements

export type Statement =
  | BlockStatement
  | ExpressionStatement
  | PrintStatement
  | DeleteStatement
  | IfStatement
  | WhileStatement
  | DoStatement
  | ForStatement
  | ForInStatement
  | SwitchStatement
  | ReturnStatement
  | ExitStatement
  | JumpStatement;

export type BlockStatement = {
  readonly kind: 'block';
  readonly at: number;
  readonly body: readonly Statement[];
};

export type ExpressionStatement = {
  readonly kind: 'expression';
  readonly at: number;
  readonly expression: Expression;
};

/** `print` without arguments is `print $0` (no arguments here); `printf` has at least its format. */
export type PrintStatement = {
  readonly kind: 'print' | 'printf';
  readonly at: number;
  readonly args: readonly Expression[];
  readonly redirection: Redirection | undefined;
};

/** `> file`, `>> file`, `| command`. */
export type Redirection = {
  readonly kind: 'write' | 'append' | 'pipe';
  readonly at: number;
  readonly target: Expression;
};

/** `delete a[i, j]`, or the whole array when `subscripts` is undefined. */
export type DeleteStatement = {
  readonly kind: 'delete';
  readonly at: number;
  readonly array: ArrayReference;
  readonly subscripts: readonly Expression[] | undefined;
};

export type IfStatement = {
  readonly kind: 'if';
  readonly at: number;
  readonly test: Expression;
  readonly then: Statement;
  readonly otherwise: Statement | undefined;
};

export type WhileStatement = {
  readonly kind: 'while';
  readonly at: number;
  readonly test: Expression;
  readonly body: Statement;
};

export type DoStatement = {
  readonly kind: 'do';
  readonly at: number;
  readonly body: Statement;
  readonly test: Expression;
};

export type ForStatement = {
  readonly kind: 'for';
  readonly at: number;
  readonly start: Statement | undefined;
  /** Without one, for ever. */
  readonly test: Expression | undefined;
  readonly step: Statement | undefined;
  readonly body: Statement;
};

/** The subscripts are those of the moment the loop begins. */
export type ForInStatement = {
  readonly kind: 'forIn';
  readonly at: number;
  readonly target: VariableReference;
  readonly array: ArrayReference;
  readonly body: Statement;
};

/** gawk: the first case that is equal or matches, else the default wherever it stands; falls through. */
export type SwitchStatement = {
  readonly kind: 'switch';
  readonly at: number;
  readonly subject: Expression;
  readonly cases: readonly SwitchCase[];
};

export type SwitchCase = {
  readonly at: number;
  /** A number or string is compared by ==, a regex is matched; undefined is `default`. */
  readonly label: NumberConstant | StringConstant | RegexConstant | undefined;
  readonly body: readonly Statement[];
};

export type ReturnStatement = {
  readonly kind: 'return';
  readonly at: number;
  readonly value: Expression | undefined;
};

export type ExitStatement = {
  readonly kind: 'exit';
  readonly at: number;
  readonly status: Expression | undefined;
};

/** `break` and `continue` are inside a loop (`break` also in a switch). `next` may be inside a function. */
export type JumpStatement = {
  readonly kind: 'break' | 'continue' | 'next' | 'nextfile';
  readonly at: number;
};

// ---- expressions

export type Expression =
  | NumberConstant
  | StringConstant
  | VariableReference
  | FieldReference
  | SubscriptReference
  | Assignment
  | CompoundAssignment
  | Increment
  | Conditional
  | Logical
  | Not
  | Arithmetic
  | Sign
  | Concatenation
  | Comparison
  | Match
  | Membership
  | FunctionCall
  | IndirectCall
  | BuiltinCall
  | Getline;

/** What can be assigned to. */
export type LValue = VariableReference | FieldReference | SubscriptReference;

/** What names an array: a variable, or (gawk's arrays of arrays) an element. */
export type ArrayReference = VariableReference | SubscriptReference;

/** What stands where a regex is wanted: a constant, or an expression whose string is a dynamic regex. */
export type RegexOperand = Expression | RegexConstant;

export type NumberConstant = { readonly kind: 'number'; readonly at: number; readonly value: number };

/** Escapes are resolved. `isRegex`: gawk's `@/re/`, a string whose type is regexp. */
export type StringConstant = {
  readonly kind: 'string';
  readonly at: number;
  readonly value: string;
  readonly isRegex?: true;
};

/**
 * A regex between slashes, as it was written but for `\/`, which is `/` here. Never an expression by itself: as a
 * value, /re/ is the Match node `$0 ~ /re/`.
 */
export type RegexConstant = { readonly kind: 'regex'; readonly at: number; readonly source: string };

/** A scalar, or an array as the argument of a function or builtin. */
export type VariableReference = {
  readonly kind: 'variable';
  readonly at: number;
  readonly variable: Variable;
};

/** `$index`. */
export type FieldReference = { readonly kind: 'field'; readonly at: number; readonly index: Expression };

/** `a[i]`, `a[i, j]` (joined by SUBSEP), `a[i][j]` (the array is itself an element). At least one subscript. */
export type SubscriptReference = {
  readonly kind: 'subscript';
  readonly at: number;
  readonly array: ArrayReference;
  readonly subscripts: readonly Expression[];
};

export type Assignment = {
  readonly kind: 'assignment';
  readonly at: number;
  readonly target: LValue;
  readonly value: Expression;
};

/** `target += value` and the like. */
export type CompoundAssignment = {
  readonly kind: 'compoundAssignment';
  readonly at: number;
  readonly operator: ArithmeticOperator;
  readonly target: LValue;
  readonly value: Expression;
};

/** `++x`, `x++`, `--x`, `x--`: the prefix forms have the new value, the others the old one as a number. */
export type Increment = {
  readonly kind: 'increment';
  readonly at: number;
  readonly target: LValue;
  readonly by: 1 | -1;
  readonly prefix: boolean;
};

export type Conditional = {
  readonly kind: 'conditional';
  readonly at: number;
  readonly test: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
};

/** Short-circuit; the value is 1 or 0. */
export type Logical = {
  readonly kind: 'and' | 'or';
  readonly at: number;
  readonly left: Expression;
  readonly right: Expression;
};

export type Not = { readonly kind: 'not'; readonly at: number; readonly operand: Expression };

/** `**` is `^`. */
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^';

export type Arithmetic = {
  readonly kind: 'arithmetic';
  readonly at: number;
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
};

/** Unary: the operand as a number, or its negative. */
export type Sign = {
  readonly kind: 'sign';
  readonly at: number;
  readonly operator: '+' | '-';
  readonly operand: Expression;
};

/** Two parts or more, from left to right; a chain `a b c` is one node. */
export type Concatenation = {
  readonly kind: 'concatenation';
  readonly at: number;
  readonly parts: readonly Expression[];
};

export type ComparisonOperator = '<' | '<=' | '==' | '!=' | '>' | '>=';

export type Comparison = {
  readonly kind: 'comparison';
  readonly at: number;
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
};

/** `~` and, negated, `!~`; also a lone /re/ (the subject is then `$0`, at the regex). */
export type Match = {
  readonly kind: 'match';
  readonly at: number;
  readonly negated: boolean;
  readonly subject: Expression;
  readonly pattern: RegexOperand;
};

/** `i in a`, `(i, j) in a`. */
export type Membership = {
  readonly kind: 'membership';
  readonly at: number;
  readonly subscripts: readonly Expression[];
  readonly array: ArrayReference;
};

/**
 * A call of `program.functions[index]` by its name. An argument that is a VariableReference of an array, or of a
 * variable not yet of any type, or (gawk) an element that is an array, goes by reference.
 */
export type FunctionCall = {
  readonly kind: 'call';
  readonly at: number;
  readonly name: string;
  readonly index: number;
  readonly args: readonly Expression[];
};

/** gawk's `@name(args)`: the variable has the name of a function of the program or of a builtin. */
export type IndirectCall = {
  readonly kind: 'indirectCall';
  readonly at: number;
  readonly callee: Variable;
  readonly args: readonly Expression[];
};

/**
 * A call of a builtin; builtins.ts says what each argument is. An argument is a RegexConstant only where that
 * table says regex. `length` without parentheses has no arguments.
 */
export type BuiltinCall = {
  readonly kind: 'builtin';
  readonly at: number;
  readonly name: BuiltinName;
  readonly args: readonly RegexOperand[];
};

/** The eight forms: `getline`, `getline x`, `getline <file`, `getline x <file`, `cmd | getline`, `cmd | getline x`. */
export type Getline = {
  readonly kind: 'getline';
  readonly at: number;
  readonly from: 'input' | 'file' | 'command';
  /** The file or command; undefined for `input`. */
  readonly source: Expression | undefined;
  /** Without one, `$0`. */
  readonly target: LValue | undefined;
};

export type BuiltinName = PosixBuiltinName | GawkBuiltinName | AdapterBuiltinName;
export type PosixBuiltinName =
  | 'atan2'
  | 'close'
  | 'cos'
  | 'exp'
  | 'fflush'
  | 'gsub'
  | 'index'
  | 'int'
  | 'length'
  | 'log'
  | 'match'
  | 'rand'
  | 'sin'
  | 'split'
  | 'sprintf'
  | 'sqrt'
  | 'srand'
  | 'sub'
  | 'substr'
  | 'system'
  | 'tolower'
  | 'toupper';
export type GawkBuiltinName =
  | 'and'
  | 'asort'
  | 'asorti'
  | 'bindtextdomain'
  | 'compl'
  | 'dcgettext'
  | 'dcngettext'
  | 'gensub'
  | 'isarray'
  | 'lshift'
  | 'mkbool'
  | 'mktime'
  | 'or'
  | 'patsplit'
  | 'rshift'
  | 'strftime'
  | 'strtonum'
  | 'systime'
  | 'typeof'
  | 'xor';
/** Ours. A program that defines a function of the same name gets its own. */
export type AdapterBuiltinName = 'convtime' | 'json' | 'logfmt' | 'now' | 'strptime';
