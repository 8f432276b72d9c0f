//! `planout explain`

use clap::Args;
use planout::diagnostic::{Code, Level, explain, title};
use planout::nearest::nearest;
use serde_json::json;

use super::config::unknown_code;
use super::failure::Outcome;
use super::output::Answer;
use super::text::Text;
use super::{Context, Format};

/// The licences of all software that is linked into the program.
const LICENCES: &str = include_str!("../../THIRD-PARTY.md");

/// The argument that prints the licences, in both spellings.
const LICENCES_NAMES: [&str; 2] = ["licences", "licenses"];

#[derive(Args, Debug)]
pub(super) struct Explain {
    /// The code of a diagnostic, such as P0208 or 208; `licences` prints the licences of the software
    /// in this program [default: list all codes]
    code: Option<String>,
    /// How to print the answer
    #[arg(long, default_value = "text", hide_default_value = true)]
    format: Format,
}

impl Explain {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let Some(word) = &self.code else {
            return self.list(context);
        };
        if LICENCES_NAMES.contains(&word.to_lowercase().as_str()) {
            return context.output.answer(match self.format {
                Format::Text => Text::of_lines(LICENCES).into(),
                Format::Json => Answer::Data(format!("{:#}", json!({ "licences": LICENCES }))),
            });
        }
        let code = meant(word).ok_or_else(|| match nearest(word, LICENCES_NAMES) {
            Some(near) => unknown_code(word).help(format!("did you mean `{near}`?")),
            None => unknown_code(word),
        })?;
        context.output.answer(match self.format {
            Format::Text => text(code).into(),
            Format::Json => Answer::Data(format!("{:#}", object(code))),
        })
    }

    fn list(&self, context: &Context) -> Outcome {
        let codes = Code::ALL.iter().copied();
        let objects = codes.clone().map(object).collect::<serde_json::Value>();
        context.output.answer(match self.format {
            Format::Text => {
                let mut text = Text::default();
                codes.for_each(|code| {
                    text.line(format!("{code}  {:<7}  {}", severity(code), title(code)));
                });
                text.into()
            }
            Format::Json => Answer::Data(format!("{objects:#}")),
        })
    }
}

/// The code that a word means: the whole code, or only its number.
fn meant(word: &str) -> Option<Code> {
    let number = word.strip_prefix(['p', 'P']).unwrap_or(word);
    format!("P{number:0>4}").parse().ok()
}

fn severity(code: Code) -> &'static str {
    match code.default_level() {
        None | Some(Level::Error) => "error",
        Some(Level::Warn) => "warning",
        Some(Level::Off) => "off",
    }
}

fn object(code: Code) -> serde_json::Value {
    json!({
        "code": code.as_str(),
        "title": title(code),
        "severity": severity(code),
        "explanation": explain(code),
    })
}

/// The section without Markdown: examples get labels and indentation.
fn text(code: Code) -> Text {
    let mut text = Text::from(format!("{code}: {}", title(code)));
    text.line("");
    let mut in_example = false;
    for line in explain(code).lines() {
        match line.strip_prefix("```") {
            Some(info) => {
                in_example = !in_example;
                text.append(match info.split(' ').nth(1) {
                    Some("wrong") => Text::of_lines("Wrong:\n\n"),
                    Some("right") => Text::of_lines("Right:\n\n"),
                    _ => continue,
                });
            }
            None if in_example && !line.is_empty() => text.line(format!("    {line}")),
            None => text.line(line),
        }
    }
    text
}
