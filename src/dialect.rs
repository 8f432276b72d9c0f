//! The two dialects of PlanOut. What differs between them in the language and in namespaces
//! stands here; what differs in what a script computes stands in [`crate::eval`], a file each.

use std::fmt;
use std::str::FromStr;

pub use crate::diagnostic::UnknownWord;
use crate::number;

/// The implementation of PlanOut that a script or a namespace agrees with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The answers of planout4j 1.2, in which every number of the language is a double.
    #[default]
    Planout4j,
    /// The answers of PlanOut's reference compiler and its Python interpreter.
    Planout,
}

/// Whether namespaces of one size share their segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SegmentHashing {
    /// A unit falls into the same segment in every namespace of the same size, whatever its name
    /// or salt. What planout4j does; experiments of different namespaces are then not independent.
    Shared,
    /// The namespace's name takes part in the hash, so that namespaces are independent. What the
    /// reference does.
    Namespace,
}

/// In which order the segments are that are free, which decides what an experiment is drawn from.
///
/// A namespace can choose between the two orders of the reference, where its segments are not
/// [shared](SegmentHashing::Shared).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SegmentPool {
    /// Segments that an experiment frees go to the end, in the order in which they were drawn. What
    /// planout4j does; no word asks for it.
    Appended,
    /// They are in ascending order. What the reference does on Python 2.7 to 3.6.
    Ascending,
    /// They are in the order of a set of CPython. What the reference does on Python 3.7 and later.
    Cpython,
}

/// How the segments of an experiment are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SegmentSampling {
    /// By a shuffle of all free segments, as `sample` does it.
    #[default]
    Full,
    /// By a shuffle that stops when the segments are drawn, as `fastSample` does it. What the
    /// reference does with `use_fast_sample`.
    Fast,
}

impl Dialect {
    /// The dialect's name, as configuration and namespaces write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Dialect::Planout4j => "planout4j",
            Dialect::Planout => "planout",
        }
    }

    /// The segment hashing of a namespace that does not say its own.
    pub fn segment_hashing(self) -> SegmentHashing {
        match self {
            Dialect::Planout4j => SegmentHashing::Shared,
            Dialect::Planout => SegmentHashing::Namespace,
        }
    }

    /// Whether a `-` or `+` that touches a number is part of it where an operand is expected.
    pub(crate) fn sign_joins_number(self) -> bool {
        self == Dialect::Planout4j
    }

    /// Whether `!` negates the whole expression that follows, so that `!a == b` is `!(a == b)`.
    pub(crate) fn not_binds_loosest(self) -> bool {
        self == Dialect::Planout4j
    }

    /// Whether an entry of a compiled script that is null counts as not being there.
    pub(crate) fn drops_null_entries(self) -> bool {
        self == Dialect::Planout4j
    }

    /// The order of the free segments in a namespace that does not say its own.
    pub fn segment_pool(self) -> SegmentPool {
        match self {
            Dialect::Planout4j => SegmentPool::Appended,
            Dialect::Planout => SegmentPool::Ascending,
        }
    }

    /// Whether the variable `salt_sep` holds what stands between salt and unit.
    pub(crate) fn has_salt_separator(self) -> bool {
        self == Dialect::Planout
    }

    /// Whether `bernoulliTrial` gives true or false; else 1 or 0.
    pub(crate) fn trials_are_booleans(self) -> bool {
        self == Dialect::Planout4j
    }

    /// Whether the dialect's own runtime lacks an operator that is evaluated here all the same.
    pub(crate) fn runtime_lacks(self, operator: &str) -> bool {
        self == Dialect::Planout4j && matches!(operator, "exp" | "sqrt" | "fastSample")
    }

    /// Whether true equals 1 and false 0.
    pub(crate) fn booleans_are_numbers(self) -> bool {
        self == Dialect::Planout
    }

    /// Whether a whole number of the language compiles to an integer; else all are doubles.
    pub(crate) fn has_integers(self) -> bool {
        self == Dialect::Planout
    }

    /// A float as JSON, in the way of the dialect's compiler, and never mistaken for an integer.
    pub(crate) fn json_float(self, float: f64) -> String {
        let java = number::java(float);
        // Some texts of Java read back as the double next to it.
        if self == Dialect::Planout4j && java.parse() == Ok(float) {
            return java.to_string();
        }
        let mut text = number::javascript(float).to_string();
        if float == 0.0 && float.is_sign_negative() {
            text.insert(0, '-');
        }
        if !text.contains(['.', 'e']) {
            text.push_str(".0");
        }
        text
    }
}

impl SegmentHashing {
    /// The word that namespaces write.
    pub fn as_str(self) -> &'static str {
        match self {
            SegmentHashing::Shared => "shared",
            SegmentHashing::Namespace => "namespace",
        }
    }
}

impl SegmentPool {
    /// The word that namespaces write; `None` for the order that planout4j has, which none asks for.
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            SegmentPool::Appended => None,
            SegmentPool::Ascending => Some("ascending"),
            SegmentPool::Cpython => Some("cpython"),
        }
    }
}

impl SegmentSampling {
    /// The word that namespaces write.
    pub fn as_str(self) -> &'static str {
        match self {
            SegmentSampling::Full => "full",
            SegmentSampling::Fast => "fast",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Dialect {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Dialect, UnknownWord> {
        let words =
            [Dialect::Planout4j, Dialect::Planout].map(|dialect| (dialect.as_str(), dialect));
        UnknownWord::unless_known("dialect", word, &words)
    }
}

impl FromStr for SegmentHashing {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<SegmentHashing, UnknownWord> {
        let words = [SegmentHashing::Shared, SegmentHashing::Namespace];
        UnknownWord::unless_known("segment hashing", word, &words.map(|word| (word.as_str(), word)))
    }
}

impl FromStr for SegmentPool {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<SegmentPool, UnknownWord> {
        let words = [("ascending", SegmentPool::Ascending), ("cpython", SegmentPool::Cpython)];
        UnknownWord::unless_known("segment pool", word, &words)
    }
}

impl FromStr for SegmentSampling {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<SegmentSampling, UnknownWord> {
        let words = [SegmentSampling::Full, SegmentSampling::Fast]
            .map(|sampling| (sampling.as_str(), sampling));
        UnknownWord::unless_known("segment sampling", word, &words)
    }
}
