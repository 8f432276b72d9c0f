//! `planout check --fix`

use std::path::Path;

use planout::catalog::{Dialects, Loaded, decode};
use planout::fix::{Mended, mend};
use planout::lint::{self, Settings};
use planout::source::{MAX_SOURCE_BYTES, SourceText};
use planout::store::{FileFormat, read_file, write_file};
use similar::TextDiff;

use super::Subjects;
use crate::cli::Context;
use crate::cli::failure::Outcome;
use crate::cli::text::{visible, visible_lines};

/// The settings for checking texts while they are repaired.
pub(super) struct Fix<'a> {
    pub(super) settings: &'a Settings,
    pub(super) dialects: Dialects,
    /// Whether the changes are shown instead of written.
    pub(super) diff: bool,
    pub(super) context: &'a Context<'a>,
}

impl Fix<'_> {
    /// Repairs the texts that were read from files, as far as possible.
    pub(super) fn run(&self, subjects: &Subjects) -> Outcome {
        let written = |loaded: &&Loaded| loaded.format == FileFormat::Yaml;
        for loaded in subjects.namespaces.iter().filter(written) {
            let check = |source: &SourceText| {
                let bytes = source.text().as_bytes().to_vec();
                let (name, format) = (Some(loaded.name.as_str()), loaded.format);
                let mut loaded = [Loaded::new(source.name(), name, bytes, format, self.dialects)];
                lint::check(&mut loaded, self.settings);
                let [loaded] = loaded;
                loaded.diagnostics
            };
            self.write(&loaded.source, mend(&loaded.source, check))?;
        }
        for (label, bytes) in &subjects.scripts {
            if let (source, None) = decode(label, bytes.clone()) {
                let dialect = self.dialects.source;
                let check =
                    |source: &SourceText| lint::check_script(source, dialect, self.settings);
                self.write(&source, mend(&source, check))?;
            }
        }
        Ok(())
    }

    fn write(&self, source: &SourceText, mended: Option<Mended>) -> Outcome {
        let (name, output) = (source.name(), &self.context.output);
        let Some(Mended { text, errors }) = mended else {
            return Ok(());
        };
        if self.diff {
            let header = visible(name);
            let diff = TextDiff::from_lines(source.text(), &text);
            let diff = diff.unified_diff().header(&header, &header).to_string();
            return output.bytes(&visible_lines(&diff));
        }
        let path = Path::new(name);
        // The file may have changed since; only its present content may be replaced.
        if path.is_file() && read_file(path, MAX_SOURCE_BYTES + 1)? == source.text().as_bytes() {
            output.note_owner(path, write_file(path, text.as_bytes())?);
            let mistakes = if errors == 1 { "error" } else { "errors" };
            output.note(format!("fixed {errors} {mistakes} in {name}"));
        }
        Ok(())
    }
}
