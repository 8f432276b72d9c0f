//! The operators that scripts call, by name and with their parameters.

macro_rules! functions {
    ($($name:ident $text:literal [$($parameter:literal)*])+) => {
        /// The operators that evaluate all of their arguments before they run.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Function {
            $($name,)+
        }

        impl Function {
            pub(crate) fn named(name: &str) -> Option<Function> {
                match name {
                    $($text => Some(Function::$name),)+
                    _ => None,
                }
            }

            /// The name that scripts use.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Function::$name => $text,)+
                }
            }

            /// The names of the parameters, in the order that [`super::arguments`] uses.
            pub(crate) fn parameters(self) -> &'static [&'static str] {
                match self {
                    $(Function::$name => &[$($parameter),*],)+
                }
            }

            pub(crate) const NAMES: &'static [&'static str] = &[$($text),+];
        }
    };
}

// The random operators come first. Their first three parameters are the same.
functions! {
    UniformChoice "uniformChoice" ["unit" "salt" "full_salt" "choices"]
    WeightedChoice "weightedChoice" ["unit" "salt" "full_salt" "choices" "weights"]
    BernoulliTrial "bernoulliTrial" ["unit" "salt" "full_salt" "p"]
    BernoulliFilter "bernoulliFilter" ["unit" "salt" "full_salt" "choices" "p"]
    RandomInteger "randomInteger" ["unit" "salt" "full_salt" "min" "max"]
    RandomFloat "randomFloat" ["unit" "salt" "full_salt" "min" "max"]
    Sample "sample" ["unit" "salt" "full_salt" "choices" "draws"]
    FastSample "fastSample" ["unit" "salt" "full_salt" "choices" "draws"]
    Sum "sum" ["values"]
    Product "product" ["values"]
    Min "min" ["values"]
    Max "max" ["values"]
    Negative "negative" ["value"]
    Not "not" ["value"]
    Round "round" ["value"]
    Exp "exp" ["value"]
    Sqrt "sqrt" ["value"]
    Length "length" ["value"]
    Divide "/" ["left" "right"]
    Modulo "%" ["left" "right"]
    Equals "equals" ["left" "right"]
    Less "<" ["left" "right"]
    Greater ">" ["left" "right"]
    LessOrEqual "<=" ["left" "right"]
    GreaterOrEqual ">=" ["left" "right"]
    Index "index" ["base" "index"]
}

/// The most parameters that a function has.
pub(crate) const MAX_PARAMETERS: usize = 5;

/// The operators that have rules of their own about the parts that they evaluate.
pub(crate) const SPECIAL_FORMS: [&str; 12] = [
    "literal", "get", "set", "seq", "return", "array", "map", "cond", "and", "or", "coalesce",
    "switch",
];

impl Function {
    pub(crate) fn is_random(self) -> bool {
        self.parameters().first() == Some(&"unit")
    }

    /// The required parameters.
    pub(crate) fn required(self) -> impl Iterator<Item = &'static str> {
        let optional = ["salt", "full_salt", "draws"];
        self.parameters().iter().copied().filter(move |name| !optional.contains(name))
    }

    pub(crate) fn parameter(self, name: &str) -> Option<usize> {
        self.parameters().iter().position(|parameter| *parameter == name)
    }
}
