//! The level of each check: by default, by configuration, or by a comment in the file.

use std::collections::BTreeMap;

use super::allow::Allows;
use super::{Code, Diagnostic, Level, Severity};
use crate::source::SourceText;

/// The levels of the checks.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    set: BTreeMap<&'static str, Level>,
    deny_warnings: bool,
}

/// The error for a code that has no level, because it is always an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is an error: only warnings have levels")]
pub struct NotALint(pub Code);

impl Levels {
    /// Sets the level of a code.
    ///
    /// # Errors
    /// The code is always an error.
    pub fn set(&mut self, code: Code, level: Level) -> Result<(), NotALint> {
        match code.default_level() {
            None => Err(NotALint(code)),
            Some(_) => {
                self.set.insert(code.as_str(), level);
                Ok(())
            }
        }
    }

    /// Sets the level of a code whose level nobody has chosen.
    pub(crate) fn suggest(&mut self, code: Code, level: Level) {
        self.set.entry(code.as_str()).or_insert(level);
    }

    /// The codes whose level is not the default.
    pub fn changed(&self) -> impl Iterator<Item = (Code, Level)> {
        let level = |code: &Code| Some((*code, self.level(*code)?));
        let levels = Code::ALL.iter().filter_map(level);
        levels.filter(|(code, level)| code.default_level() != Some(*level))
    }

    /// Treats all warnings as errors.
    pub fn deny_warnings(&mut self) {
        self.deny_warnings = true;
    }

    /// The level of a code; `None` for an error.
    pub fn level(&self, code: Code) -> Option<Level> {
        let default = code.default_level()?;
        let level = self.set.get(code.as_str()).copied().unwrap_or(default);
        Some(if self.deny_warnings && level == Level::Warn { Level::Error } else { level })
    }

    /// The comments of a text that have no effect. The result is valid only if every check that is
    /// not off was made.
    pub(crate) fn useless_allows(
        &self,
        source: &SourceText,
        found: &[Diagnostic],
    ) -> Vec<Diagnostic> {
        Allows::read(source).useless(source, found, self)
    }

    /// Removes the problems that are off or that a comment in the text allows, and gives the others
    /// their configured severity.
    pub fn apply(&self, source: &SourceText, found: &mut Vec<Diagnostic>) {
        let allows = Allows::read(source);
        found.retain_mut(|found| match self.level(found.code) {
            None => true,
            Some(Level::Off) => false,
            Some(level) => {
                found.severity =
                    if level == Level::Error { Severity::Error } else { Severity::Warning };
                !allows.cover(source, found)
            }
        });
    }
}
