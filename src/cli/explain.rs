//! `planout explain`

use clap::Args;
use planout::diagnostic::{Code, Level, explain, title};
use serde_json::json;

use super::failure::{Failure, Outcome};
use super::{Context, Format};

#[derive(Args, Debug)]
pub(super) struct Explain {
    /// The code of a problem, such as P0208 or 208 [default: list all of them]
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
        let code = meant(word).ok_or_else(|| {
            Failure::unknown("code", word, Code::ALL.iter().map(|code| code.as_str()))
        })?;
        context.output.answer(&match self.format {
            Format::Text => text(code),
            Format::Json => format!("{:#}", object(code)),
        })
    }

    fn list(&self, context: &Context) -> Outcome {
        let codes = Code::ALL.iter().copied();
        context.output.answer(&match self.format {
            Format::Text => codes
                .map(|code| format!("{code}  {:<7}  {}\n", severity(code), title(code)))
                .collect(),
            Format::Json => format!("{:#}", codes.map(object).collect::<serde_json::Value>()),
        })
    }
}

/// The code that a word means: as it is printed, or only its number.
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

/// The section without its Markdown: examples are labelled and indented.
fn text(code: Code) -> String {
    let mut text = format!("{code}: {}\n\n", title(code));
    let mut in_example = false;
    for line in explain(code).lines() {
        match line.strip_prefix("```") {
            Some(info) => {
                in_example = !in_example;
                text.push_str(match info.split(' ').nth(1) {
                    Some("wrong") => "Wrong:\n\n",
                    Some("right") => "Right:\n\n",
                    _ => continue,
                });
                continue;
            }
            None if in_example && !line.is_empty() => text.push_str("    "),
            None => {}
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}
