//! The semantics of each dialect, by dialect.

/// Evaluates an expression with the semantics of a dialect as a type. This is the one place where a
/// dialect becomes a type, so that all evaluated code is compiled separately for each dialect.
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
