//! The semantics of each dialect, by dialect.

/// Evaluates an expression with the semantics of a dialect as a type: the one place where these two
/// meet, so that all that is evaluated is compiled for each dialect by itself.
///
/// `in_dialect!(dialect, S => f::<S>(x))`
macro_rules! in_dialect {
    ($dialect:expr, $semantics:ident => $body:expr) => {
        match $dialect {
            $crate::dialect::Dialect::Planout4j => {
                type $semantics = $crate::eval::planout4j::Planout4j;
                $body
            }
            $crate::dialect::Dialect::Planout => {
                type $semantics = $crate::eval::planout::Planout;
                $body
            }
        }
    };
}

pub(crate) use in_dialect;
