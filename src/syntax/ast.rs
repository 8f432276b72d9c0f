//! The syntax tree.

use crate::source::Span;

/// A name and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name.
    pub text: Box<str>,
    /// Its place.
    pub span: Span,
}

/// A program, or the part of one between braces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// The rules in order.
    pub rules: Vec<Rule>,
    /// The place from brace to brace, or the whole program.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// `name = value;`
    Assign {
        /// The variable.
        name: Name,
        /// The value of the assignment.
        value: Expr,
        /// The place from the name to the semicolon.
        span: Span,
    },
    /// `if (...) ... else ...`
    If(If),
    /// `switch {...}`
    Switch(Switch),
    /// `return value`
    Return(Return),
}

/// `if (condition) then else if (condition) then else otherwise`
#[derive(Clone, Debug, PartialEq)]
pub struct If {
    /// The conditions with their branches, in order. There is at least one.
    pub branches: Vec<(Expr, Expr)>,
    /// The expression after the last `else`.
    pub otherwise: Option<Expr>,
    /// The whole statement.
    pub span: Span,
}

/// `switch { condition => control; ... }`
#[derive(Clone, Debug, PartialEq)]
pub struct Switch {
    /// The conditions with their statements, in order.
    pub cases: Vec<(Expr, Rule)>,
    /// The whole statement.
    pub span: Span,
}

/// `return value`
#[derive(Clone, Debug, PartialEq)]
pub struct Return {
    /// The returned value: whether the unit is in the experiment.
    pub value: Expr,
    /// The whole statement.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// The kind of the node.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
    /// The most operators that are nested in it; see [`super::MAX_OPERATORS`].
    pub(super) height: u32,
}

/// The kinds of expressions. A list may have millions of them, so rare and large kinds are boxed.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `name`
    Variable(Box<str>),
    /// `1.5`, and in planout4j `-1.5`
    Number(f64),
    /// A string, its escapes verbatim.
    String(Box<str>),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ rules }`
    Block(Block),
    /// `(a)`
    Parenthesis(Box<Expr>),
    /// `name(arguments)`
    Call(Box<Call>),
    /// `base[index]`
    Index(Box<Expr>, Box<Expr>),
    /// `@json`
    Literal(Box<Literal>),
    /// `-a`
    Negative(Box<Expr>),
    /// `!a`
    Not(Box<Expr>),
    /// `a + b`
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
}

/// A call of an operator by its name, with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The name.
    pub name: Name,
    /// The arguments between the parentheses.
    pub arguments: Arguments,
}

/// The arguments of an operator.
#[derive(Clone, Debug, PartialEq)]
pub enum Arguments {
    /// `f(a, b)`, also `f()`
    Positional(Vec<Expr>),
    /// `f(k=a, l=b)`
    Named(Vec<(Name, Expr)>),
}

/// The operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BinaryOperator {
    Or,
    And,
    Coalesce,
    Equals,
    NotEquals,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// JSON after `@`.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    /// The kind of the node.
    pub kind: LiteralKind,
    /// Its place.
    pub span: Span,
}

/// The kinds of literals.
#[derive(Clone, Debug, PartialEq)]
pub enum LiteralKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number with its sign.
    Number(f64),
    /// A string, its escapes verbatim.
    String(Box<str>),
    /// `[a, b]`
    List(Vec<Literal>),
    /// `{"k": v}` as it is written: a key may occur more than once.
    Map(Vec<(Name, Literal)>),
}

impl BinaryOperator {
    /// The operator for a mark.
    pub(super) fn from_mark(mark: &str) -> Option<BinaryOperator> {
        Some(match mark {
            "||" => BinaryOperator::Or,
            "&&" => BinaryOperator::And,
            "??" => BinaryOperator::Coalesce,
            "==" => BinaryOperator::Equals,
            "!=" => BinaryOperator::NotEquals,
            "<" => BinaryOperator::Less,
            ">" => BinaryOperator::Greater,
            "<=" => BinaryOperator::LessOrEqual,
            ">=" => BinaryOperator::GreaterOrEqual,
            "+" => BinaryOperator::Add,
            "-" => BinaryOperator::Subtract,
            "*" => BinaryOperator::Multiply,
            "/" => BinaryOperator::Divide,
            "%" => BinaryOperator::Modulo,
            _ => return None,
        })
    }

    /// The precedence level. Operators of one level are read from left to right.
    pub(crate) fn level(self) -> u8 {
        match self {
            BinaryOperator::Or | BinaryOperator::And | BinaryOperator::Coalesce => level::LOGIC,
            BinaryOperator::Equals
            | BinaryOperator::NotEquals
            | BinaryOperator::Less
            | BinaryOperator::Greater
            | BinaryOperator::LessOrEqual
            | BinaryOperator::GreaterOrEqual => level::COMPARISON,
            BinaryOperator::Add | BinaryOperator::Subtract => level::SUM,
            BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Modulo => {
                level::PRODUCT
            }
        }
    }
}

/// The precedence levels, the loosest first. All operators are left-associative.
pub(super) mod level {
    pub(in super::super) const LOOSEST: u8 = 0;
    pub(super) const LOGIC: u8 = 1;
    pub(super) const COMPARISON: u8 = 2;
    pub(super) const SUM: u8 = 3;
    pub(in super::super) const PRODUCT: u8 = 4;
    pub(in super::super) const TIGHTEST: u8 = 5;
}

impl Expr {
    pub(super) fn new(kind: ExprKind, span: Span) -> Expr {
        let height = kind.height();
        Expr { kind, span, height }
    }
}

impl ExprKind {
    fn height(&self) -> u32 {
        let tallest = |list: &[Expr]| list.iter().map(|expr| expr.height).max().unwrap_or(0);
        match self {
            ExprKind::List(list) => 1 + tallest(list),
            ExprKind::Call(call) => match &call.arguments {
                Arguments::Positional(list) => 1 + tallest(list),
                Arguments::Named(list) => {
                    1 + list.iter().map(|(_, expr)| expr.height).max().unwrap_or(0)
                }
            },
            ExprKind::Block(block) => 1 + block.rules.iter().map(Rule::height).max().unwrap_or(0),
            ExprKind::Parenthesis(inner) => inner.height,
            ExprKind::Negative(value) | ExprKind::Not(value) => 1 + value.height,
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => 1 + a.height.max(b.height),
            _ => 0,
        }
    }
}

impl Rule {
    /// The place of the statement.
    pub fn span(&self) -> Span {
        match self {
            Rule::Assign { span, .. } => *span,
            Rule::If(rule) => rule.span,
            Rule::Switch(rule) => rule.span,
            Rule::Return(rule) => rule.span,
        }
    }

    fn height(&self) -> u32 {
        match self {
            Rule::Assign { value, .. } => value.height,
            Rule::If(rule) => {
                let branches = rule.branches.iter().flat_map(|(a, b)| [a.height, b.height]);
                branches.chain(rule.otherwise.iter().map(|expr| expr.height)).max().unwrap_or(0)
            }
            Rule::Switch(rule) => {
                rule.cases.iter().map(|(a, b)| a.height.max(b.height())).max().unwrap_or(0)
            }
            Rule::Return(rule) => rule.value.height,
        }
    }
}
