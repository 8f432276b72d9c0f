//! Entries that are added to the sequence of a namespace: every other byte stays.

use planout::catalog::Loaded;
use planout::edit::{EditError, append};
use planout::namespace::Action;
use planout::source::SourceText;
use planout::store::FileFormat;

use crate::support::{golden, text};

fn add(name: &str) -> Action {
    let (name, definition) = (name.to_owned(), "Price".to_owned());
    Action::Add { name, definition, segments: 20 }
}

fn remove(name: &str) -> Action {
    Action::Remove { name: name.to_owned() }
}

fn edited(text: &str, action: &Action) -> Result<String, EditError> {
    append(&SourceText::new("test.yaml", text), action)
}

/// A text, with what is added to it between `>>` and `<<`.
fn check(marked: &str, action: &Action) {
    let before = match (marked.find(">>"), marked.find("<<")) {
        (Some(start), Some(end)) => format!("{}{}", &marked[..start], &marked[end + 2..]),
        _ => panic!("{marked}"),
    };
    let after = marked.replace(">>", "").replace("<<", "");
    assert_eq!(edited(&before, action), Ok(after), "{before}");
}

#[test]
fn an_entry_is_written_as_the_last_one_is() {
    let new = "{action: add, definition: Price, name: b, segments: 20}";
    check(
        &format!(
            "experiment_sequence:\n  - {{action: remove, name: a}} # why\n>>  - {new}\n<<# end\n"
        ),
        &add("b"),
    );
    check(
        &format!("experiment_sequence:\r\n- {{action: x}}\r\n>>- {new}\r\n<<a: 1\r\n"),
        &add("b"),
    );
    check(
        "experiment_sequence:\n  - action: remove\n    name: a  # why\n>>  - action: add\n    \
         definition: Price\n    name: b\n    segments: 20\n<<\n# end\nowner: me\n",
        &add("b"),
    );
    check(
        "experiment_sequence:\n-   name: a\n    action: remove\n>>-   action: remove\n    name: b\n<<",
        &remove("b"),
    );
    check("experiment_sequence:\n- {action: x}>>\n- {action: remove, name: b}<<", &remove("b"));
    check("experiment_sequence: [{action: x}>>, {action: remove, name: b}<<]\n", &remove("b"));
    check(
        "experiment_sequence: [\n  {action: x},>> {action: remove, name: b}<<\n]\n",
        &remove("b"),
    );
    check("experiment_sequence: [>>{action: remove, name: b}<<]\n", &remove("b"));
    check("experiment_sequence:>>\n  - {action: remove, name: b}<<\nowner: me\n", &remove("b"));
    check("experiment_sequence:>>\n  - {action: remove, name: b}<<", &remove("b"));
}

#[test]
fn names_are_quoted_where_they_must_be() {
    for (name, written) in [
        ("price.2", "price.2"),
        ("a-b_c", "a-b_c"),
        ("7", "\"7\""),
        ("yes", "\"yes\""),
        ("n", "\"n\""),
        ("null", "\"null\""),
        ("1e3", "\"1e3\""),
        ("2024-05-01", "\"2024-05-01\""),
        ("a: b", "\"a: b\""),
        ("a, b", "\"a, b\""),
        ("größe", "\"größe\""),
        ("say \"hi\"\n", "\"say \\\"hi\\\"\\n\""),
    ] {
        let marked = format!(
            "experiment_sequence:\n- {{action: x}}\n>>- {{action: remove, name: {written}}}\n<<"
        );
        check(&marked, &remove(name));
    }
}

#[test]
fn what_an_edit_could_break_is_left_alone() {
    for unusual in [
        "a: &a [{action: x}]\nexperiment_sequence: *a\n",
        "experiment_sequence: [{action: x} # why\n]\n",
        "experiment_sequence: !!seq\n",
    ] {
        let outcome = edited(unusual, &remove("b"));
        assert!(outcome.is_err(), "{unusual}: {outcome:?}");
    }
    for without in ["a: 1\n", "- a\n", "experiment_sequence: 7\n", "a: [\n", ""] {
        assert_eq!(edited(without, &remove("b")), Err(EditError::NoSequence), "{without}");
    }
}

#[test]
fn nobody_moves_in_the_golden_namespaces() {
    let mut edits = 0;
    for row in golden("namespaces.jsonl") {
        let dialect: planout::Dialect = text(&row, "dialect").parse().expect("a dialect");
        let yaml = text(&row, "yaml");
        let load = |yaml: &str| {
            let bytes = yaml.as_bytes().to_vec();
            Loaded::new("x.yaml", Some(text(&row, "name")), bytes, FileFormat::Yaml, dialect)
        };
        let before = load(yaml).document.expect("a valid namespace");
        let namespace = before.build().expect("a namespace");
        let free = u32::try_from(namespace.free_segments().len()).expect("a count");
        let (name, definition) = ("new one".to_owned(), before.default.clone());
        let mut actions = Vec::new();
        if free > 0 {
            actions.push(Action::Add { name, definition, segments: free });
        }
        actions.extend(namespace.experiments().last().map(|it| remove(it.name())));
        for action in actions {
            let edited = edited(yaml, &action).expect("an edited text");
            let added = edited.len() - yaml.len();
            let start = (0..=yaml.len()).find(|at| {
                yaml.is_char_boundary(*at)
                    && edited.is_char_boundary(at + added)
                    && edited.starts_with(&yaml[..*at])
                    && edited[at + added..] == yaml[*at..]
            });
            assert!(start.is_some(), "something else has changed:\n{edited}");
            let after = load(&edited);
            let after = after.document.unwrap_or_else(|| panic!("{:?}", after.diagnostics));
            let after = after.build().expect("a namespace");
            for experiment in namespace.experiments() {
                let is_removed =
                    matches!(&action, Action::Remove { name } if name == experiment.name());
                let now = after.experiment(experiment.name()).map(|it| it.segments());
                assert_eq!(now, (!is_removed).then_some(experiment.segments()));
            }
            edits += 1;
        }
    }
    assert!(edits > 300, "only {edits} edits");
}
