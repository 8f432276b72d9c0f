//! The two dialects of PlanOut. Their differences in the language and in namespaces are here. Their
//! differences in the values that a script computes are in [`crate::eval`], with one file for each
//! dialect.

use std::str::FromStr;

pub use crate::diagnostic::UnknownWord;
use crate::diagnostic::words;
use crate::number;

/// The implementation of PlanOut whose answers a script or a namespace gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The answers of planout4j 1.2, in which every number of the language is a double.
    #[default]
    Planout4j,
    /// The answers of PlanOut's reference compiler and its Python interpreter.
    Planout,
}

/// The way to hash units to segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SegmentHashing {
    /// A unit falls into the same segment in every namespace of the same size, whatever its name or
    /// salt. planout4j hashes so. Experiments of different namespaces are not independent then.
    Shared,
    /// The name of the namespace is part of the hash, so namespaces are independent. The reference
    /// hashes so.
    Namespace,
}

/// The order of the free segments, which decides the segments that an experiment gets.
///
/// A namespace can choose between the two orders of the reference, if its segments are not
/// [shared](SegmentHashing::Shared).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SegmentPool {
    /// The segments that an experiment frees go to the end, in the order in which they were drawn.
    /// planout4j keeps this order. No word in a namespace selects it.
    Appended,
    /// The segments are in ascending order. The reference keeps this order on Python 2.7 to 3.6.
    Ascending,
    /// The segments are in the order of a set of CPython. The reference keeps this order on Python
    /// 3.7 and later.
    Cpython,
}

/// The way to draw the segments of an experiment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SegmentSampling {
    /// A shuffle of all free segments, as `sample` does it.
    #[default]
    Full,
    /// A shuffle that stops when the segments are drawn, as `fastSample` does it. The reference does
    /// so with `use_fast_sample`.
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

    /// The segment hashing of a namespace that does not name one.
    pub fn segment_hashing(self) -> SegmentHashing {
        match self {
            Dialect::Planout4j => SegmentHashing::Shared,
            Dialect::Planout => SegmentHashing::Namespace,
        }
    }

    /// Whether a `-` or `+` directly before a number is part of the number where an operand is
    /// expected.
    pub(crate) fn sign_joins_number(self) -> bool {
        self == Dialect::Planout4j
    }

    /// Whether `!` negates the whole expression that follows, so that `!a == b` is `!(a == b)`.
    pub(crate) fn not_binds_loosest(self) -> bool {
        self == Dialect::Planout4j
    }

    /// Whether a null entry of a compiled script counts as missing.
    pub(crate) fn drops_null_entries(self) -> bool {
        self == Dialect::Planout4j
    }

    /// The order of the free segments in a namespace that does not name one.
    pub fn segment_pool(self) -> SegmentPool {
        match self {
            Dialect::Planout4j => SegmentPool::Appended,
            Dialect::Planout => SegmentPool::Ascending,
        }
    }

    /// Whether the variable `salt_sep` holds the separator between salt and unit.
    pub(crate) fn has_salt_separator(self) -> bool {
        self == Dialect::Planout
    }

    /// Whether `bernoulliTrial` returns true or false, rather than 1 or 0.
    pub(crate) fn trials_are_booleans(self) -> bool {
        self == Dialect::Planout4j
    }

    /// Whether the dialect's own runtime lacks an operator that is evaluated here nevertheless.
    pub(crate) fn runtime_lacks(self, operator: &str) -> bool {
        self == Dialect::Planout4j && matches!(operator, "exp" | "sqrt" | "fastSample")
    }

    /// Whether true equals 1 and false 0.
    pub(crate) fn booleans_are_numbers(self) -> bool {
        self == Dialect::Planout
    }

    /// Whether a whole number of the language compiles to an integer, rather than to a double.
    pub(crate) fn has_integers(self) -> bool {
        self == Dialect::Planout
    }

    /// A float as JSON, in the form of the dialect's compiler. It never looks like an integer.
    pub(crate) fn json_float(self, float: f64) -> String {
        let java = number::java(float);
        // Some texts of Java read back as the neighbouring double.
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
    /// The word that namespaces write; `None` for planout4j's order, which no word selects.
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

words!(Dialect, "dialect": Planout4j, Planout);
words!(SegmentHashing, "segment hashing": Shared, Namespace);
words!(SegmentSampling, "segment sampling": Full, Fast);

impl FromStr for SegmentPool {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<SegmentPool, UnknownWord> {
        let words = [("ascending", SegmentPool::Ascending), ("cpython", SegmentPool::Cpython)];
        UnknownWord::unless_known("segment pool", word, &words)
    }
}
