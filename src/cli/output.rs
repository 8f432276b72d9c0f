//! Standard output for answers, standard error for all else.

use std::io::Write;

use anstream::{AutoStream, ColorChoice};

use planout::diagnostic::Report;

use super::failure::{Failure, Kind, Outcome};
use super::render;
use super::secrets::Secrets;
use super::{Color, Format, Global};

/// Prints what the arguments are wrong in, or the help that they ask for.
pub(super) fn usage(error: &clap::Error) -> std::io::Result<()> {
    let text = error.render().to_string();
    match Secrets::known().hide(&text) {
        hidden if error.use_stderr() && *hidden != *text => {
            std::io::stderr().write_all(hidden.as_bytes())
        }
        _ => error.print(),
    }
}

/// How and how much to print.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    color: ColorChoice,
    quiet: bool,
    verbose: bool,
}

impl Output {
    pub(super) fn new(global: &Global) -> Output {
        let color = match global.color {
            // Looks at the terminal, NO_COLOR and CLICOLOR_FORCE.
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Output { color, quiet: global.quiet, verbose: global.verbose }
    }

    /// Prints an answer.
    pub(super) fn answer(&self, text: &str) -> Outcome {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        Ok(out.flush()?)
    }

    /// Prints a text as it is, to the byte.
    pub(super) fn text(&self, text: &str) -> Outcome {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Prints an answer that may be nothing.
    pub(super) fn answer_unless_empty(&self, text: &str) -> Outcome {
        if text.is_empty() { Ok(()) } else { self.answer(text) }
    }

    /// Says something to people, without the secrets in it.
    fn say(&self, text: &str) {
        self.print(&Secrets::known().hide(text));
    }

    fn print(&self, text: &str) {
        // Where standard error is gone, there is nobody left to tell.
        let _ = writeln!(AutoStream::new(std::io::stderr(), self.color), "{text}");
    }

    /// Prints something worth knowing beside the answer.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// Whether nobody wants to know more than the answer.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether anybody wants to know how the program comes to its answer.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Prints how the program came to its answer, for those who ask.
    pub(super) fn detail(&self, text: &str) {
        if self.verbose {
            self.say(text);
        }
    }

    /// Prints the problems of some texts, how many there are, and where to read on.
    pub(super) fn reports<'a>(
        &self,
        reports: impl IntoIterator<Item = &'a Report>,
        format: Format,
    ) -> Outcome {
        let mut counts = render::Counts::default();
        let mut first = None;
        let mut json = Vec::new();
        let secrets = Secrets::known();
        for report in reports {
            for diagnostic in &report.diagnostics {
                counts.add(diagnostic.severity);
                first.get_or_insert(diagnostic.code);
                match format {
                    Format::Json => json.push(render::json(&report.source, diagnostic)),
                    Format::Text => {
                        let text = render::text(&report.source, diagnostic);
                        self.print(&secrets.hide_in_place(&text));
                    }
                }
            }
        }
        let Some(code) = first else {
            return Ok(());
        };
        match format {
            Format::Json => {
                let text = serde_json::Value::from(json).to_string();
                self.print(&secrets.hide_in_place(&text));
            }
            Format::Text => {
                self.say(&counts.to_string());
                self.note(&format!("for more: `planout explain {code}`"));
            }
        }
        Ok(())
    }

    /// Prints why the program fails.
    pub(super) fn failure(&self, failure: &Failure) {
        if failure.message.is_empty() || failure.kind == Kind::ClosedPipe {
            return;
        }
        self.say(&render::failure(&failure.message, failure.help.as_deref()));
    }
}
