//! The codes of problems, and their default levels.

use std::fmt;
use std::str::FromStr;

use super::words;

/// The level of a problem that is not an error in itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The problem is not reported.
    Off,
    /// The problem is reported as a warning.
    Warn,
    /// The problem is reported as an error.
    Error,
}

impl Level {
    /// The word that configurations write.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Warn => "warn",
            Level::Error => "error",
        }
    }
}

words!(Level, "level": Off, Warn, Error);

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal $($level:ident)?,)+) => {
        /// The stable code of a kind of problem. A code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// The code as it is printed, such as `P0001`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Code::$name => $text,)+
                }
            }

            /// The default level of a problem that is legal; `None` for an error, which no
            /// configuration can change.
            pub fn default_level(self) -> Option<Level> {
                match self {
                    $(Code::$name => [$(Level::$level)?].first().copied(),)+
                }
            }

            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];
        }
    };
}

codes! {
    /// The language: an unexpected token.
    Syntax = "P0001",
    /// The language: a character that has no meaning.
    UnknownCharacter = "P0002",
    /// The language: a string that does not end, or that has a line break after a backslash.
    MalformedString = "P0003",
    /// A number that is too large for a double, or that is not a number.
    NumberOverflow = "P0004",
    /// Nesting deeper than the limit, in the language, in JSON or in YAML.
    TooDeep = "P0005",
    /// The language: a literal (`@...`) that is not JSON.
    MalformedLiteral = "P0006",
    /// The language: `switch`, which compiles and which no evaluator runs.
    SwitchNeverRuns = "P0007" Warn,
    /// The language: a comment in a folded text, which swallows the code of the next line.
    FoldedComment = "P0008" Warn,
    /// The text is not UTF-8.
    NotUtf8 = "P0100",
    /// The text is larger than the limit.
    TooLarge = "P0101",
    /// The text is empty where a document is expected.
    EmptyDocument = "P0102",
    /// JSON: malformed.
    JsonSyntax = "P0110",
    /// YAML: malformed.
    YamlSyntax = "P0120",
    /// YAML: aliases that expand to too much, or that contain themselves.
    AliasExpansion = "P0121",
    /// YAML: a tag that is not known, or that does not fit its value.
    UnsupportedTag = "P0122",
    /// YAML: a plain scalar that YAML 1.1 reads as a timestamp.
    Timestamp = "P0123",
    /// YAML: a merge key whose value cannot be merged.
    MalformedMerge = "P0124",
    /// YAML: a key that is a list or a mapping.
    ComplexKey = "P0125",
    /// YAML: an alias of an anchor that does not exist.
    UndefinedAlias = "P0126",
    /// A key given twice in one mapping.
    DuplicateKey = "P0130",
    /// YAML: a name of the namespace that has no effect, because the file has another name.
    IgnoredName = "P0131" Warn,
    /// YAML: typographic quotes around a value, which are part of the value.
    TypographicQuotes = "P0132" Warn,
    /// An unknown key that is similar to a known one.
    MisspeltKey = "P0140" Warn,
    /// YAML: a plain scalar that YAML 1.1, which is read here, and YAML 1.2 read differently.
    AmbiguousScalar = "P0141" Warn,
    /// A comment `# planout: allow(...)` that has no effect.
    UselessAllow = "P0150" Warn,
    /// Namespace: a required key is missing.
    MissingKey = "P0200",
    /// Namespace: a value of the wrong type.
    WrongType = "P0201",
    /// Namespace: a value that must not be empty.
    EmptyValue = "P0202",
    /// Namespace: a number of segments that is not a positive whole number.
    SegmentCount = "P0203",
    /// Namespace: more segments than any namespace may have.
    TooManySegments = "P0204",
    /// Namespace: a definition defined twice.
    DuplicateDefinition = "P0205",
    /// Namespace: a reference to a definition that does not exist.
    UndefinedDefinition = "P0206",
    /// Namespace: an experiment added while one of its name is active.
    AlreadyActive = "P0207",
    /// Namespace: an experiment that asks for more segments than are free.
    NotEnoughSegments = "P0208",
    /// Namespace: an experiment removed that is not active.
    NotActive = "P0209",
    /// Namespace: an action that is neither `add` nor `remove`.
    UnknownAction = "P0210",
    /// Namespace: a name that cannot be a file's name, or that looks like another name.
    UnsafeName = "P0211",
    /// Namespace: two sources with the same name.
    DuplicateNamespace = "P0212",
    /// Namespace: an unknown word for `dialect`, `segment_hashing` or a similar setting.
    UnknownSetting = "P0213",
    /// Namespace: a setting that has no meaning together with another.
    IdleSetting = "P0215",
    /// Namespace: values, shares or a name of a declared input that cannot be.
    InputDeclaration = "P0216",
    /// A compiled script that is malformed.
    MalformedScript = "P0220",
    /// A compiled script where a namespace is expected.
    ScriptAsNamespace = "P0221",
    /// A document that is not a namespace at all.
    NotANamespace = "P0222",
    /// A script that failed in an evaluation.
    Evaluation = "P0300",
    /// The language: an operator that does not exist.
    UnknownOperator = "P0400" Error,
    /// The language: a required argument of an operator is missing.
    MissingArgument = "P0401" Error,
    /// The language: an unknown argument of an operator.
    UnknownArgument = "P0402" Warn,
    /// The language: a variable that is read and never set before.
    UnsetVariable = "P0403" Warn,
    /// The language: statements that are never reached.
    Unreachable = "P0404" Warn,
    /// The language: a condition whose result is always the same.
    ConstantCondition = "P0405" Warn,
    /// The language: a comparison of values that are never equal.
    NeverEqual = "P0406" Warn,
    /// The language: a random operator inside an expression, without a salt.
    NestedWithoutSalt = "P0407" Warn,
    /// The language: an operator that planout4j's runtime lacks.
    NotInPlanout4j = "P0408" Warn,
    /// The language: `&&`, `||` and `??` mixed without parentheses.
    MixedLogic = "P0409" Warn,
    /// The language: `!a == b`, which is `!(a == b)` in planout4j.
    NegatedComparison = "P0410" Warn,
    /// The language: an operator that fails for every unit.
    AlwaysFails = "P0411" Error,
    /// The language: a comparison with a value, or a key, that an input is not declared to have.
    UndeclaredValue = "P0412" Warn,
    /// The language: a comparison with a type that never fits that of a declared input.
    UnfitType = "P0413" Warn,
    /// Statistics: a random operator whose unit lacks the primary unit.
    UnitLacksPrimary = "P0500" Warn,
    /// Statistics: two params that are drawn by one hash, so that they depend on one another.
    CorrelatedParams = "P0501" Warn,
    /// Statistics: a trial whose outcome is certain.
    CertainTrial = "P0502" Warn,
    /// Statistics: a choice with a single option.
    SingleChoice = "P0503" Warn,
    /// Statistics: weights that are all zero.
    ZeroWeights = "P0504" Warn,
    /// Statistics: different numbers of weights and choices.
    WeightCount = "P0505" Warn,
    /// Statistics: weights that nearly add up to 1 or 100.
    WeightSum = "P0506" Warn,
    /// Statistics: a param of an experiment that the default does not define.
    ParamWithoutDefault = "P0507" Warn,
    /// Statistics: a list as the unit of an operator that draws more than once.
    ListUnit = "P0508" Warn,
    /// Statistics: a draw from no choices.
    NoChoices = "P0509" Warn,
    /// Statistics: a weight below zero.
    NegativeWeight = "P0510" Warn,
    /// Statistics: a draw whose unit is the same for everybody, in a script alone.
    ConstantUnit = "P0511" Warn,
    /// Statistics: a condition and a draw that come from one hash.
    ConditionHash = "P0512" Warn,
    /// Statistics: a `return` that depends on a draw, so that the logged units are selected.
    SelectedExposure = "P0513" Warn,
    /// Statistics: a unit that several primary units share.
    CoarseUnit = "P0514" Warn,
    /// Statistics: a unit that has more in it than the primary unit, which so sees several arms.
    SeveralArms = "P0515" Off,
    /// Sequence: an experiment that has ended and whose entries must stay.
    EndedExperiment = "P0600" Off,
    /// Sequence: a definition that nothing uses.
    UnusedDefinition = "P0601" Warn,
    /// Sequence: no segment is free.
    NoFreeSegments = "P0602" Warn,
    /// Sequence: an experiment that equals the default.
    SameAsDefault = "P0603" Warn,
    /// Sequence: an experiment with the units of an earlier one that had the same definition or draws.
    CarryOver = "P0604" Warn,
    /// Sequence: an experiment whose only control is the pool of free segments.
    PoolControl = "P0605" Warn,
    /// Independence: a namespace that has the segments of another one.
    SharedSegments = "P0700" Warn,
    /// Compatibility: a compiled namespace whose name differs from the one in its document.
    OtherName = "P0701" Warn,
    /// Compatibility: an order of free segments that depends on the version of Python.
    PoolOfPython = "P0702" Warn,
    /// Compatibility: a map of several keys in a unit, whose text in planout4j depends on the way it
    /// was loaded.
    MapUnit = "P0703" Warn,
    /// Compatibility: a name that some file systems do not distinguish from that of another
    /// namespace.
    AlikeNames = "P0704" Warn,
    /// Independence: a draw that is the same number as that of another experiment.
    SharedNumber = "P0705" Warn,
    /// Independence: a draw by the number that decides the segment.
    SegmentNumber = "P0706" Warn,
    /// Independence: a param that another namespace sets, too.
    SharedParam = "P0707" Warn,
    /// Readers: a dialect that planout4j does not know.
    ReadersDialect = "P0710" Error,
    /// Readers: a setting that makes planout4j put units into other segments.
    ReadersSegments = "P0711" Error,
    /// Readers: a script that planout4j's runtime cannot run.
    ReadersScript = "P0712" Error,
    /// Configuration: a file that is not TOML.
    ConfigSyntax = "P0800",
    /// Configuration: a key that is not known at its place.
    ConfigKey = "P0801",
    /// Configuration: a value that is not allowed for its key.
    ConfigValue = "P0802",
}

impl Code {
    /// Whether the problem depends on more than the text: on the other files that are checked, or on
    /// the programs that read it.
    pub(crate) fn depends_on_others(self) -> bool {
        matches!(
            self,
            Code::SharedSegments
                | Code::AlikeNames
                | Code::SharedNumber
                | Code::SegmentNumber
                | Code::SharedParam
                | Code::ReadersDialect
                | Code::ReadersSegments
                | Code::ReadersScript
        )
    }
}

impl Code {
    /// The code that a misspelt text is meant to be. Many codes are similar. If the text is near
    /// several of them, there is no answer.
    ///
    /// ```
    /// use planout::diagnostic::Code;
    ///
    /// assert_eq!(Code::nearest("PO208"), "P0208".parse().ok());
    /// assert_eq!(Code::nearest("P050"), None);
    /// ```
    pub fn nearest(text: &str) -> Option<Code> {
        let text = text.to_uppercase();
        // A letter that looks like a digit is meant as this digit.
        let digits = text.replace('O', "0").replace(['I', 'L'], "1");
        if let Ok(code) = digits.parse() {
            return Some(code);
        }
        let is_near =
            |code: &&Code| text.len() <= 8 && strsim::osa_distance(&text, code.as_str()) <= 1;
        let mut near = Code::ALL.iter().filter(is_near);
        near.next().filter(|_| near.next().is_none()).copied()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown code `{0}`")]
pub struct UnknownCode(String);

/// Reads a code as it is printed. Case does not matter.
impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Code, UnknownCode> {
        let is_meant = |code: &&Code| code.as_str().eq_ignore_ascii_case(text);
        Code::ALL.iter().find(is_meant).copied().ok_or_else(|| UnknownCode(text.to_owned()))
    }
}
