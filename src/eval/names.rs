//! The names of a script's variables, collected from its compiled form. They may include variables
//! that no unit reaches.

#[cfg(feature = "batch")]
use super::dialects::in_dialect;
use super::function::Function;
#[cfg(feature = "batch")]
use super::semantics::Semantics;
#[cfg(feature = "batch")]
use crate::dialect::Dialect;
use crate::tree::{Kind, Node};
use crate::wire::Form;

/// The variables that a script can read.
pub(crate) fn reads<'a>(script: &'a Node, mut found: impl FnMut(&'a str)) {
    walk(script, |form| {
        if let Form::Get(name) = form {
            found(name);
        }
    });
}

/// The variables that a script can set.
pub(crate) fn sets<'a>(script: &'a Node, mut found: impl FnMut(&'a str)) {
    walk(script, |form| {
        if let Form::Set(name, _) = form
            && let Some(name) = name.as_str()
        {
            found(name);
        }
    });
}

/// The params that a script can set, in the order in which they occur.
#[cfg(feature = "batch")]
pub(crate) fn params<'a>(script: &'a Node, dialect: Dialect, mut found: impl FnMut(&'a str)) {
    let salts_are_params = in_dialect!(dialect, S => S::SALT_IS_PARAM);
    let is_param = |name: &str| salts_are_params || !matches!(name, "experiment_salt" | "salt_sep");
    sets(script, |name| {
        if is_param(name) {
            found(name);
        }
    });
}

/// Whether a script draws anything. An operator that is not known may draw.
pub(crate) fn draws(script: &Node) -> bool {
    let mut found = false;
    walk(script, |form| {
        if let Form::Call(call) = form {
            found |= Function::named(call.name()).is_none_or(Function::is_random);
        }
    });
    found
}

/// Whether a script has a salt that is the same in all experiments.
pub(crate) fn sets_salts(script: &Node) -> bool {
    let mut found = false;
    walk(script, |form| match form {
        Form::Call(call) => found |= call.argument("full_salt").is_some(),
        Form::Set(name, _) => found |= name.as_str() == Some("experiment_salt"),
        _ => {}
    });
    found
}

/// Whether a script can return a false value.
pub(crate) fn can_leave(script: &Node) -> bool {
    let mut found = false;
    walk(script, |form| {
        if let Form::Special(operator) = form
            && operator.name() == "return"
        {
            let value = operator.argument("value");
            found |= value.is_none_or(|value| value.kind != Kind::Bool(true));
        }
    });
    found
}

/// All parts of a script that are evaluated, in order. This does not recurse, because scripts can
/// nest deeper than a stack allows.
fn walk<'a>(script: &'a Node, mut found: impl FnMut(Form<'a>)) {
    let mut nodes = vec![script];
    while let Some(node) = nodes.pop() {
        let form = Form::of(node);
        found(form);
        nodes.extend(form.parts().into_iter().rev());
    }
}

#[cfg(all(test, feature = "batch"))]
mod tests {
    use super::*;
    use crate::eval::Script;

    fn found(dialect: Dialect, find: fn(&Script, &mut Vec<String>)) -> String {
        let code = "experiment_salt = 's'; b = a; if (c) { d = [e, f]; } else { b = 1; }
            g = @{\"op\": \"get\", \"var\": \"no\"}; salt_sep = '-'; return h;";
        let script = Script::compile("test", code, dialect).expect("a script");
        let mut names = Vec::new();
        find(&script, &mut names);
        names.join(" ")
    }

    #[test]
    fn variables_are_read_and_params_are_set() {
        let reads = |script: &Script, names: &mut Vec<String>| {
            super::reads(script.json(), |name| names.push(name.to_owned()));
        };
        let params = |script: &Script, names: &mut Vec<String>| {
            super::params(script.json(), script.dialect(), |name| names.push(name.to_owned()));
        };
        for dialect in [Dialect::Planout4j, Dialect::Planout] {
            assert_eq!(found(dialect, reads), "a c e f h");
        }
        assert_eq!(found(Dialect::Planout4j, params), "experiment_salt b d b g salt_sep");
        assert_eq!(found(Dialect::Planout, params), "b d b g");
    }
}
