//! Mistakes in scripts: what is forgotten, mistyped, or written out of habit.

use super::Kind;
use super::sample::{Edit, Sample, Script, Token, is_word};

pub(super) const KINDS: &[Kind] = &[
    Kind::new("no `;`", no_semicolon),
    Kind::new("no `)`", |sample| delete(sample, ")")),
    Kind::new("no `(`", |sample| delete(sample, "(")),
    Kind::new("no `]`", |sample| delete(sample, "]")),
    Kind::new("no `[`", |sample| delete(sample, "[")),
    Kind::new("no `{`", |sample| delete(sample, "{")),
    Kind::new("no `}`", no_closing_brace),
    Kind::new("no `,`", no_comma),
    Kind::new("no `=`", |sample| assignments(sample, "")),
    Kind::new("no closing quote", |sample| quotes(sample, &["", ""], false)),
    Kind::new("no opening quote", |sample| quotes(sample, &["", ""], true)),
    Kind::new("another closing quote", |sample| quotes(sample, &["\"", "'"], false)),
    Kind::new("smart quotes", smart_quotes),
    Kind::new("a smart opening quote", |sample| quotes(sample, &["‘", "“"], true)),
    Kind::new("`=` for `==`", |sample| swap(sample, "==", "=")),
    Kind::new("`===` for `==`", |sample| swap(sample, "==", "===")),
    Kind::new("`&` for `&&`", |sample| conditions(sample, "a & ")),
    Kind::new("`|` for `||`", |sample| conditions(sample, "a | ")),
    Kind::new("`and` for `&&`", |sample| conditions(sample, "a and ")),
    Kind::new("`or` for `||`", |sample| conditions(sample, "a or ")),
    Kind::new("`not` for `!`", |sample| conditions(sample, "not ")),
    Kind::new("`elif`", |sample| else_if(sample, "elif")),
    Kind::new("`elseif`", |sample| else_if(sample, "elseif")),
    Kind::new("`else` without braces", |sample| swap_after(sample, "else", "{", "")),
    Kind::new("`If`", |sample| swap(sample, "if", "If")),
    Kind::new("`Else`", |sample| swap(sample, "else", "Else")),
    Kind::new("`Return`", |sample| swap(sample, "return", "Return")),
    Kind::new("`return;`", |sample| line(sample, "return;")),
    Kind::new("`//` on its line", |sample| line(sample, "// note")),
    Kind::new("`/*` on its line", |sample| line(sample, "/* a note */")),
    Kind::new("`//` after a statement", |sample| after(sample, " // note")),
    Kind::new("`/*` after a statement", |sample| after(sample, " /* a note */")),
    Kind::new("`++`", |sample| line(sample, "count++;")),
    Kind::new("a declaration", |sample| line(sample, "let count = 1;")),
    Kind::new("a call as a statement", |sample| line(sample, "print(count);")),
    // It is legal after a block.
    Kind::new("an extra `;`", |sample| line(sample, ";")).silent(),
    Kind::new("an extra `}`", |sample| line(sample, "}")),
    Kind::new("an extra `)`", |sample| swap(sample, ")", "))")),
    Kind::new("`+=`", |sample| assignments(sample, "+=")),
    Kind::new("`:` for `=`", |sample| assignments(sample, ":")),
    Kind::new("`==` for `=`", |sample| assignments(sample, "==")),
    Kind::new("`:` for `=` in an argument", |sample| arguments(sample, ":")),
    Kind::new("an argument without its name", positional),
    Kind::new("`,` for `;`", |sample| at_statement_end(sample, ",")),
    Kind::new("`:` for `;`", |sample| at_statement_end(sample, ":")),
    Kind::new("`;` for `,`", |sample| swap(sample, ",", ";")),
    Kind::new("`]` for `)`", |sample| swap(sample, ")", "]")),
    Kind::new("`)` for `]`", |sample| swap(sample, "]", ")")),
    Kind::new("`(` for `{`", |sample| swap_after(sample, ")", "{", "(")),
    Kind::new("`{` for `(`", |sample| swap_after(sample, "if", "(", "{")),
    Kind::new("a map without `@`", |sample| values(sample, "{\"a\": 1}")),
    Kind::new("a map of bare keys", |sample| values(sample, "{a: 1}")),
    Kind::new("a bare key after `@`", |sample| values(sample, "@{a: 1}")),
    Kind::new("`?` and `:`", |sample| values(sample, "a ? 1 : 2")),
    Kind::new("no value", |sample| values(sample, "")),
    Kind::new("two values", |sample| values(sample, "1 2")),
    Kind::new("a trailing `,` in a list", |sample| values(sample, "[1, 2,]")),
    Kind::new("a trailing `,` in a call", |sample| values(sample, "f(a=1,)")),
    Kind::new("an open list", |sample| values(sample, "[1, 2")),
    Kind::new("an open call", |sample| values(sample, "f(a=[1, 2]")),
    Kind::new("an open literal", |sample| values(sample, "@{\"a\": [1, 2]")),
    Kind::new("an open parenthesis", |sample| values(sample, "(1 + 2")),
    Kind::new("a number with two points", |sample| values(sample, "1.2.3")),
    Kind::new("a field of a map", |sample| values(sample, "a.b")),
    Kind::new("an `if` as a value", |sample| values(sample, "if (a) 1 else 2")),
    Kind::new("an unknown character", |sample| before_statement(sample, "$")),
    Kind::new("a character that is not ascii", |sample| values(sample, "größe")),
    Kind::new("a comment in a folded block", comment_in_folded),
];

/// What the compiler accepts, and only checks find.
pub(super) const VALID: &[Kind] = &[
    Kind::new("`True`", |sample| values(sample, "True")).valid(),
    Kind::new("`None`", |sample| values(sample, "None")).valid(),
    Kind::new("a misspelt operator", misspelt_operator).valid(),
    Kind::new("a misspelt argument", misspelt_argument).valid(),
    Kind::new("a misspelt variable", misspelt_variable).valid(),
    Kind::new("a random operator without names", |sample| {
        values(sample, "uniformChoice([1, 2], 'all')")
    })
    .valid(),
];

fn delete(sample: &Sample, text: &str) -> Vec<Edit> {
    sample.find(&[text]).map(|token| Edit::delete(token.at.clone())).collect()
}

fn swap(sample: &Sample, from: &str, to: &str) -> Vec<Edit> {
    sample.find(&[from]).map(|token| Edit::replace(token.at.clone(), to)).collect()
}

/// Replaces tokens that follow another.
fn swap_after(sample: &Sample, before: &str, from: &str, to: &str) -> Vec<Edit> {
    let tokens = sample.tokens().filter(|(script, index, token)| {
        token.text == from && *index > 0 && script.text(index - 1) == before
    });
    tokens.map(|(.., token)| Edit::replace(token.at.clone(), to)).collect()
}

/// Inserts something at the start of conditions.
fn conditions(sample: &Sample, with: &str) -> Vec<Edit> {
    let starts = sample.tokens().filter(|(script, index, token)| {
        token.text == "(" && *index > 0 && script.text(index - 1) == "if"
    });
    starts.map(|(.., token)| Edit::insert(token.at.end, with)).collect()
}

/// The `;` of assignments: after anything else it can be left out.
fn statement_ends(sample: &Sample) -> impl Iterator<Item = &Token> {
    sample
        .scripts
        .iter()
        .flat_map(|script| script.assignments().map(|(_, end)| &script.tokens[end]))
}

fn no_semicolon(sample: &Sample) -> Vec<Edit> {
    statement_ends(sample).map(|token| Edit::delete(token.at.clone())).collect()
}

fn at_statement_end(sample: &Sample, mark: &str) -> Vec<Edit> {
    statement_ends(sample).map(|token| Edit::replace(token.at.clone(), mark)).collect()
}

/// Without its `}` a block ends somewhere between what it holds and what follows.
fn no_closing_brace(sample: &Sample) -> Vec<Edit> {
    let braces = sample.tokens().filter(|(_, index, token)| token.text == "}" && *index > 0);
    let edit = |(script, index, token): (&Script, usize, &Token)| {
        let before = sample.line(script.tokens[index - 1].at.start);
        Edit::delete(token.at.clone()).on(before..=sample.line(token.at.start))
    };
    braces.map(edit).collect()
}

/// `[a, -1]` and `[a, [0]]` mean something without the comma.
fn no_comma(sample: &Sample) -> Vec<Edit> {
    let commas = sample.tokens().filter(|(script, index, token)| {
        token.text == "," && !matches!(script.text(index + 1), "-" | "+" | "[" | "(")
    });
    commas.map(|(.., token)| Edit::delete(token.at.clone())).collect()
}

/// The assignments of scripts in which anything can be written.
fn free_assignments(sample: &Sample) -> impl Iterator<Item = (&Script, usize, usize)> {
    let scripts = sample.scripts.iter().filter(|script| script.block);
    scripts.flat_map(|script| script.assignments().map(move |(start, end)| (script, start, end)))
}

/// Replaces the `=` of assignments.
fn assignments(sample: &Sample, with: &str) -> Vec<Edit> {
    let edit = |(script, start, _): (&Script, usize, usize)| {
        Edit::replace(script.tokens[start + 1].at.clone(), with)
    };
    free_assignments(sample).map(edit).collect()
}

fn before_statement(sample: &Sample, text: &str) -> Vec<Edit> {
    let edit = |(script, start, _): (&Script, usize, usize)| {
        Edit::insert(script.tokens[start].at.start, text)
    };
    free_assignments(sample).map(edit).collect()
}

/// Replaces a quote of each string; `with` is for `'` and for `"`.
fn quotes(sample: &Sample, with: &[&str; 2], opening: bool) -> Vec<Edit> {
    let strings = sample.tokens().filter(|(script, _, token)| {
        script.block && token.text.starts_with(['\'', '"']) && !token.text.contains('\n')
    });
    let edit = |(.., token): (&Script, usize, &Token)| {
        let at = if opening { token.at.start } else { token.at.end - 1 };
        let with = if token.text.starts_with('\'') { with[0] } else { with[1] };
        Edit::replace(at..at + 1, with)
    };
    strings.map(edit).collect()
}

fn smart_quotes(sample: &Sample) -> Vec<Edit> {
    let strings = sample.tokens().filter(|(script, _, token)| {
        script.block && token.text.starts_with(['\'', '"']) && token.text.len() > 2
    });
    let edit = |(.., token): (&Script, usize, &Token)| {
        let inside = &token.text[1..token.text.len() - 1];
        Edit::replace(token.at.clone(), format!("“{inside}”"))
    };
    strings.map(edit).collect()
}

fn else_if(sample: &Sample, with: &str) -> Vec<Edit> {
    let tokens = sample
        .tokens()
        .filter(|(script, index, token)| token.text == "else" && script.text(index + 1) == "if");
    let edit = |(script, index, token): (&Script, usize, &Token)| {
        Edit::replace(token.at.start..script.tokens[index + 1].at.end, with)
    };
    tokens.map(edit).collect()
}

/// Inserts a line before each statement that starts one.
fn line(sample: &Sample, text: &str) -> Vec<Edit> {
    let starts = sample.tokens().filter(|(script, index, _)| {
        script.block && !script.folded && script.starts_statement(*index)
    });
    let edit = |(.., token): (&Script, usize, &Token)| {
        let indent = sample.indent(token.at.start)?;
        Some(Edit::insert(token.at.start, format!("{text}\n{indent}")))
    };
    starts.filter_map(edit).collect()
}

/// Inserts something at the end of lines that end with a statement.
fn after(sample: &Sample, text: &str) -> Vec<Edit> {
    let scripts = sample.scripts.iter().filter(|script| script.block && !script.folded);
    let ends = scripts.flat_map(|script| script.assignments().map(|(_, end)| &script.tokens[end]));
    let ends = ends.filter(|token| sample.line_end(token.at.end) == token.at.end);
    ends.map(|token| Edit::insert(token.at.end, text)).collect()
}

/// Comments that take along the code in the next line.
fn comment_in_folded(sample: &Sample) -> Vec<Edit> {
    let ends = sample.tokens().filter(|(script, index, token)| {
        script.folded && token.text == ";" && *index + 1 < script.tokens.len()
    });
    let ends = ends.filter(|(script, index, token)| {
        // An empty line ends the comment, and so do lines that are indented further.
        let column = |token: &Token| sample.indent(token.at.start).map(str::len);
        let (first, next) = (&script.tokens[0], &script.tokens[index + 1]);
        let this = &script.tokens[script.statement(*index)];
        sample.line_end(token.at.end) == token.at.end
            && sample.line(next.at.start) == sample.line(token.at.start) + 1
            && column(first) == column(this)
            && column(first) == column(next)
    });
    ends.map(|(.., token)| Edit::insert(token.at.end, "  # note")).collect()
}

/// Replaces the values of assignments.
fn values(sample: &Sample, with: &str) -> Vec<Edit> {
    let edit = |(script, start, end): (&Script, usize, usize)| {
        let at = script.tokens[start + 2].at.start..script.tokens[end].at.start;
        // The `;` of a value of several lines would be lines away.
        let one_line = sample.line(at.start) == sample.line(at.end);
        one_line.then(|| Edit::replace(at, with))
    };
    free_assignments(sample).filter_map(edit).collect()
}

/// The `=` of named arguments, with the index of each.
fn named(sample: &Sample) -> impl Iterator<Item = (&Script, usize)> {
    sample.tokens().filter_map(|(script, index, token)| {
        let before = index.checked_sub(2).map_or("", |before| script.text(before));
        let inside = matches!(before, "(" | ",") && is_word(script.text(index - 1));
        (script.block && token.text == "=" && inside).then_some((script, index))
    })
}

fn arguments(sample: &Sample, with: &str) -> Vec<Edit> {
    let edit =
        |(script, index): (&Script, usize)| Edit::replace(script.tokens[index].at.clone(), with);
    named(sample).map(edit).collect()
}

/// Leaves out the name of the second argument or a later one.
fn positional(sample: &Sample) -> Vec<Edit> {
    let later = named(sample).filter(|(script, index)| script.text(index - 2) == ",");
    let edit = |(script, index): (&Script, usize)| {
        Edit::delete(script.tokens[index - 1].at.start..script.tokens[index].at.end)
    };
    later.map(edit).collect()
}

fn misspell(token: &Token) -> Edit {
    let (head, tail) = token.text.split_at(token.text.len() / 2);
    Edit::replace(token.at.clone(), format!("{head}x{tail}"))
}

fn misspelt_operator(sample: &Sample) -> Vec<Edit> {
    let calls = sample.tokens().filter(|(script, index, token)| {
        is_word(&token.text) && token.text != "if" && script.text(index + 1) == "("
    });
    calls.map(|(.., token)| misspell(token)).collect()
}

fn misspelt_argument(sample: &Sample) -> Vec<Edit> {
    named(sample).map(|(script, index)| misspell(&script.tokens[index - 1])).collect()
}

/// Variables that the script sets, where they are read.
fn misspelt_variable(sample: &Sample) -> Vec<Edit> {
    let reads = sample.tokens().filter(|(script, index, token)| {
        let read = !matches!(script.text(index + 1), "=" | "(" | ":");
        let set = script
            .assignments()
            .any(|(start, _)| start < *index && script.tokens[start].text == token.text);
        read && set && script.statement(*index) != *index
    });
    reads.map(|(.., token)| misspell(token)).collect()
}
