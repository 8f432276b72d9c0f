//! The settings under `namespace`.

use std::str::FromStr;

use super::Checker;
use super::fields::{Fields, text_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{Dialect, SegmentHashing, SegmentPool, SegmentSampling, UnknownWord};
use crate::namespace::DeclaredInputs;
use crate::tree::Node;

/// The settings under `namespace`.
pub(super) struct Header {
    pub(super) name: Option<String>,
    pub(super) salt: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) segments: Option<u32>,
    pub(super) dialect: Dialect,
    pub(super) segment_hashing: SegmentHashing,
    pub(super) segment_pool: SegmentPool,
    pub(super) segment_sampling: SegmentSampling,
    pub(super) inputs: DeclaredInputs,
}

impl Checker {
    pub(super) fn header(&mut self, document: Fields<'_>, dialect: Dialect) -> Header {
        let mut header = Header {
            name: None,
            salt: None,
            unit: None,
            segments: None,
            dialect,
            segment_hashing: dialect.segment_hashing(),
            segment_pool: dialect.segment_pool(),
            segment_sampling: SegmentSampling::default(),
            inputs: DeclaredInputs::default(),
        };
        let Some(fields) = document.mapping("namespace", self) else {
            return header;
        };
        header.name = fields.optional_text("name", self).map(|(name, _)| name);
        header.salt = fields.get("salt").and_then(|salt| self.salt(salt));
        header.unit = fields.text("unit", self).map(|(unit, _)| unit);
        header.segments = fields.segments("segments", self);
        let said = self.setting(&fields, "dialect");
        header.dialect = said.unwrap_or(dialect);
        let is_known = said.is_some() || fields.get("dialect").is_none();
        self.segment_rules(&fields, is_known, &mut header);
        if fields.get("inputs").is_some()
            && let Some(inputs) = fields.required("inputs", self)
        {
            let unit = header.unit.as_deref();
            header.inputs = DeclaredInputs::read(inputs, unit, &mut self.diagnostics);
        }
        header
    }

    /// A salt may be any scalar: its text counts.
    fn salt(&mut self, salt: &Node) -> Option<String> {
        match text_of(salt) {
            Some(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            None => {
                let message = format!("`salt` must be text, not {}", salt.describe());
                self.report(Diagnostic::error(Code::WrongType, salt.span, message));
                None
            }
        }
    }

    /// The way in which the segments are given out. If the dialect is unknown, nothing is checked.
    fn segment_rules(&mut self, fields: &Fields<'_>, knows_dialect: bool, header: &mut Header) {
        let hashing = self.setting(fields, "segment_hashing");
        let (pool, sampling) =
            (self.setting(fields, "segment_pool"), self.setting(fields, "segment_sampling"));
        header.segment_hashing = hashing.unwrap_or(header.dialect.segment_hashing());
        header.segment_pool = pool.unwrap_or(header.dialect.segment_pool());
        header.segment_sampling = sampling.unwrap_or_default();
        let is_shared = match hashing {
            Some(hashing) => hashing == SegmentHashing::Shared,
            None if fields.get("segment_hashing").is_some() => false,
            None => knows_dialect && header.segment_hashing == SegmentHashing::Shared,
        };
        for (key, is_said) in
            [("segment_pool", pool.is_some()), ("segment_sampling", sampling.is_some())]
        {
            if let Some(node) = fields.get(key).filter(|_| is_shared && is_said) {
                let of_dialect = match hashing {
                    Some(_) => String::new(),
                    None => format!(", the default of `{}`", header.dialect),
                };
                let message =
                    format!("`{key}` has no meaning with `segment_hashing: shared`{of_dialect}");
                let error = Diagnostic::error(Code::IdleSetting, node.span, message);
                self.report(error.help(
                    "remove it; a new namespace can set `segment_hashing: namespace`, which moves the units of a running namespace",
                ));
            }
        }
    }

    /// A setting of planout's own: a word of a fixed set.
    fn setting<T: FromStr<Err = UnknownWord>>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
    ) -> Option<T> {
        let (word, place) = fields.optional_text(key, self)?;
        let unknown = match word.parse() {
            Ok(setting) => return Some(setting),
            Err(unknown) => unknown,
        };
        let problem = Diagnostic::error(Code::UnknownSetting, place, unknown.to_string());
        self.report(match unknown.nearest() {
            Some(near) => problem.replace(place, near),
            None => problem,
        });
        None
    }
}
