//! Recovery after a mistake: the parser goes on where the next statement is likely to start, so that
//! one run reports every wrong statement, and each mistake once.
//!
//! The language needs no line breaks, but people write them: if a brace or a quote is missing, the
//! lines and their indentation show its place best.

use super::MAX_PROBLEMS;
use super::lexer::is_space;
use super::parser::Parser;
use super::quotes;
use super::token::{Broken, Token, TokenKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The places that later messages need.
#[derive(Default)]
pub(super) struct Recovery {
    /// The first block that goes on after its indented lines, and the place where it does.
    overlong: Option<(Opening, Span)>,
    /// The first `}` with a larger indentation than the block that it closes.
    early: Option<Span>,
    /// Whether the script has ended inside a block, or is not read further. A brace that is missing
    /// at the end is not a separate mistake then.
    at_end: bool,
    /// The number of strings that have been read again without their quotes.
    entered: usize,
}

/// The `{` of a block.
#[derive(Clone, Copy)]
pub(super) struct Opening {
    pub(super) place: Span,
    /// The indentation of its line.
    pub(super) indent: u32,
    /// Whether the brace is missing.
    pub(super) assumed: bool,
}

/// The content of braces that are skipped.
#[derive(Clone, Copy, PartialEq)]
enum Braces {
    Block,
    Literal,
}

impl Parser<'_> {
    /// Adds a problem, and skips to the place where the next statement is likely to start.
    pub(super) fn recover(&mut self, problem: Diagnostic) {
        self.note(problem);
        self.skip_statement();
        self.braces = self.statement_braces;
    }

    /// Adds a problem, or the mistake that causes it.
    pub(super) fn note(&mut self, problem: Diagnostic) {
        if self.recovery.at_end && self.kind() == TokenKind::End {
            return;
        }
        if let Some(string) = self.open_string() {
            let problem = self.string_goes_on(string);
            self.enter(string);
            return self.report(problem);
        }
        let hopeless = problem.code == Code::TooDeep;
        match self.unbalanced(&problem) {
            Some(cause) => {
                self.report(cause);
                // It would be read as the end of the surrounding block.
                self.take("}");
            }
            None => self.report(problem),
        }
        if hopeless {
            self.skip_all();
        }
    }

    /// Gives up on a script with very many errors.
    pub(super) fn limit_problems(&mut self) {
        if self.errors > MAX_PROBLEMS {
            self.skip_all();
        }
    }

    fn skip_all(&mut self) {
        self.recovery.at_end = true;
        while self.kind() != TokenKind::End {
            self.advance();
        }
    }

    pub(super) fn skip_statement(&mut self) {
        // Only a literal that fails leaves its braces open.
        let literals = self.braces.saturating_sub(self.statement_braces);
        let mut open = vec![Braces::Literal; literals];
        if open.is_empty() && self.starts_new_line() && !self.closes_more(false) {
            return;
        }
        let (assigns, mut map) = (self.is_assignment(), false);
        loop {
            map |= assigns && self.is(":");
            match self.kind() {
                TokenKind::End => return,
                TokenKind::Mark("}") => {
                    // A map without its `{` still has its keys.
                    let map = std::mem::take(&mut map) && !self.token.first;
                    if open.pop().is_none() && !map {
                        return;
                    }
                    self.advance();
                    if open.is_empty() && self.token.first && self.kind() != TokenKind::Else {
                        return;
                    }
                }
                TokenKind::Mark("{") => {
                    open.push(self.braces_to_come());
                    self.advance();
                }
                TokenKind::Mark(";") if !open.contains(&Braces::Block) => {
                    self.advance();
                    if !self.closes_more(!open.is_empty()) {
                        return;
                    }
                }
                _ if self.is_open_string(self.token) => self.enter(self.token),
                _ => self.advance(),
            }
        }
    }

    /// Whether the wrong statement begins like an assignment.
    fn is_assignment(&self) -> bool {
        let rest = &self.lexer.text()[self.statement.span.end as usize..];
        rest.trim_start_matches(is_space).starts_with(['=', '<'])
    }

    fn braces_to_come(&self) -> Braces {
        match self.previous.kind {
            TokenKind::Mark("@" | ":" | "[" | ",") => Braces::Literal,
            _ => Braces::Block,
        }
    }

    /// Whether a statement starts at the next token.
    pub(super) fn starts_statement(&self) -> bool {
        match self.kind() {
            TokenKind::If | TokenKind::Switch | TokenKind::Return => true,
            TokenKind::Identifier => {
                matches!(self.following.kind, TokenKind::Mark("=" | "<-"))
            }
            _ => false,
        }
    }

    /// Whether a statement and a line start at the next token.
    pub(super) fn starts_new_line(&self) -> bool {
        self.token.first && self.starts_statement()
    }

    /// The tokens from the next one to the end.
    pub(super) fn tokens_ahead(&self) -> impl Iterator<Item = Token> {
        let mut lexer = self.lexer.clone();
        let rest = std::iter::repeat_with(move || lexer.next());
        let ahead = [self.token, self.following].into_iter().chain(rest);
        ahead.take_while(|token| token.kind != TokenKind::End)
    }

    /// Whether the rest of the statement closes a bracket that was open before it, or a brace of a
    /// literal: then the text still belongs to the old statement.
    fn closes_more(&self, in_literal: bool) -> bool {
        let (mut depth, mut ended) = (0_usize, false);
        for token in self.tokens_ahead() {
            match token.kind {
                _ if ended && token.first => return false,
                TokenKind::Mark("}") if token.first => return false,
                TokenKind::Mark("{" | "}") if !in_literal => return false,
                TokenKind::Mark("(" | "[" | "{") => depth += 1,
                TokenKind::Mark(")" | "]" | "}") if depth == 0 => return true,
                TokenKind::Mark(")" | "]" | "}") => depth -= 1,
                _ => {}
            }
            ended = token.kind == TokenKind::Mark(";");
        }
        false
    }

    /// Whether the following text closes more braces than are open.
    pub(super) fn lacks_brace(&self) -> bool {
        let mut open = self.braces;
        for token in self.tokens_ahead() {
            match token.kind {
                TokenKind::Mark("{") => open += 1,
                TokenKind::Mark("}") if open == 0 => return true,
                TokenKind::Mark("}") => open -= 1,
                _ => {}
            }
        }
        false
    }

    // Strings

    /// The string that probably lacks its closing quote: it contains several lines, and the text
    /// directly after it does not fit.
    fn open_string(&self) -> Option<Token> {
        let touches = || {
            let after = self.lexer.text()[self.previous.span.end as usize..].chars().next();
            after.is_some_and(|after| after.is_alphanumeric() || matches!(after, '#' | '_' | '/'))
        };
        let taken = self.previous.span.start >= self.statement.span.start;
        match self.previous {
            string
                if taken
                    && touches()
                    && (self.is_open_string(string) || self.typographic_end(string).is_some()) =>
            {
                Some(string)
            }
            _ => Some(self.token).filter(|token| self.is_open_string(*token)),
        }
    }

    pub(super) fn is_open_string(&self, token: Token) -> bool {
        let string =
            matches!(token.kind, TokenKind::String | TokenKind::Broken(Broken::EndlessString));
        // Each string is read to its end again, which may be the end of the script.
        let enough = self.recovery.entered >= MAX_PROBLEMS;
        string && !enough && self.lexer.breaks_line(token.span)
    }

    /// The typographic quote that was meant to end a string.
    pub(super) fn typographic_end(&self, string: Token) -> Option<Span> {
        let is_string =
            matches!(string.kind, TokenKind::String | TokenKind::Broken(Broken::EndlessString));
        let line = self.lexer.rest_of_line(string.span.start as usize);
        let line = line.get(..string.span.length() as usize).unwrap_or(line);
        let (at, quote) = quotes::end_of_string(line).filter(|_| is_string)?;
        let start = string.span.start as usize + at;
        Some(Span::new(start, start + quote.len_utf8()))
    }

    /// The problem of a string that ends with a typographic quote.
    pub(super) fn wrong_end(&self, string: Token, end: Span) -> Diagnostic {
        let Span { start, .. } = string.span;
        let text = self.lexer.text();
        let (begin, end_text) =
            (&text[start as usize..][..1], &text[end.start as usize..end.end as usize]);
        let message = format!("`{end_text}` does not end a string that begins with `{begin}`");
        Diagnostic::error(Code::MalformedString, self.map.span(end), message)
            .also(self.map.span(Span { start, end: start + 1 }), "it begins here")
            .help(format!("write `{begin}` in its place"))
            .replace(self.map.span(end), begin)
    }

    fn string_goes_on(&self, string: Token) -> Diagnostic {
        if let Some(end) = self.typographic_end(string) {
            return self.wrong_end(string, end);
        }
        let Span { start, end } = string.span;
        let text = &self.lexer.text()[start as usize..end as usize];
        let quote = self.map.span(Span { start, end: start + 1 });
        let message = match string.kind {
            TokenKind::String => "this string does not end in its line",
            _ => "this string does not end",
        };
        let problem = Diagnostic::error(Code::MalformedString, quote, message)
            .help(format!("add the closing `{}`", &text[..1]));
        match string.kind {
            TokenKind::String => {
                problem.also(self.map.span(Span { start: end - 1, end }), "it ends here")
            }
            _ => problem,
        }
    }

    /// Goes on after the opening quote of a string.
    pub(super) fn enter(&mut self, string: Token) {
        self.recovery.entered += 1;
        self.lexer.enter(string);
        let Span { start, .. } = string.span;
        let quote = Span { start, end: start + 1 };
        let kind = TokenKind::Broken(Broken::EndlessString);
        self.previous = Token { kind, span: quote, ..string };
        self.token = self.lexer.next();
        self.following = self.lexer.next();
    }

    // Braces

    /// Remembers that a block still goes on at a statement that is not indented further than the
    /// block.
    pub(super) fn note_statement(&mut self, block: Opening) {
        if self.token.first && self.token.indent <= block.indent {
            self.note_overlong(block);
        }
    }

    /// Remembers the indentation of the next token, a `}` that closes a block.
    pub(super) fn note_closing(&mut self, block: Opening) {
        if self.token.first && self.token.indent < block.indent {
            self.note_overlong(block);
        }
        if self.token.first && self.token.indent > block.indent {
            let place = self.span();
            self.recovery.early.get_or_insert(place);
        }
    }

    fn note_overlong(&mut self, block: Opening) {
        let place = self.after_previous();
        self.recovery.overlong.get_or_insert((block, place));
    }

    /// Reports that the script has ended inside a block.
    pub(super) fn report_open_block(&mut self, block: Opening) {
        if self.recovery.at_end {
            return;
        }
        self.recovery.at_end = true;
        let (block, place) = self.recovery.overlong.unwrap_or((block, self.after_previous()));
        let problem = Diagnostic::error(Code::Syntax, place, "expected `}` to close the block");
        self.report(problem.also(block.place, "the block begins here"));
    }

    /// Reports an `else` inside a block, which ends before it.
    pub(super) fn report_else(&mut self, block: Opening) {
        let message = "expected `}` before `else`";
        let problem = Diagnostic::error(Code::Syntax, self.span(), message);
        self.report(problem.also(block.place, "the block begins here"));
    }

    /// Reports a `)` or `]` at the start of a statement, and goes on after it.
    pub(super) fn stray_closer(&mut self) {
        let problem = self.unexpected("a statement");
        self.note(*problem);
        self.advance();
        let goes_on = self.starts_statement()
            || matches!(self.kind(), TokenKind::End | TokenKind::Mark(";" | "}" | ")" | "]"));
        if goes_on {
            self.take(";");
        } else {
            self.skip_statement()
        }
    }

    /// Reports a `}` that closes nothing, or the one before it if that has closed a block too early.
    pub(super) fn report_stray_brace(&mut self) {
        let place = self.recovery.early.take().unwrap_or(self.span());
        let problem = Diagnostic::error(Code::Syntax, place, "a `}` without a `{`");
        self.report(problem.help("remove it, or write the `{` of its block"));
    }

    /// Reports a comment that swallows lines of code. Mistakes after it are caused by it.
    pub(super) fn report_swallowed_code(&mut self) {
        let Some(comment) = self.lexer.swallowing() else {
            return;
        };
        let place = self.map.span(comment);
        let message = "this comment swallows the next line, because the text is folded";
        let code = self.lexer.text()[..comment.start as usize].trim_end_matches(is_space).len();
        let last = self.map.span(Span::new(code.saturating_sub(1), code));
        let found = self.diagnostics.len();
        self.diagnostics.retain(|found| found.primary.span.start < last.end);
        let problem = if self.diagnostics.len() < found {
            Diagnostic::error(Code::Syntax, place, message)
        } else {
            Diagnostic::warning(Code::FoldedComment, place, message)
        };
        self.report(problem.help("write `|` in place of `>`, which keeps the lines apart"));
    }
}
