//! What holds for every store, whatever it is made of.

use std::time::Duration;

use planout::store::{ChangeSet, Contents, FileFormat, Store, StoreError};

use super::{LIMIT, change, contents};

/// Makes an empty store, that of the given number. It stands as long as what made it.
type Make<'a> = &'a dyn Fn(usize) -> Box<dyn Store>;

/// Runs all checks, each over a store of its own.
pub(crate) fn conforms(make: Make<'_>) {
    let checks: [fn(&dyn Store); 10] = [
        an_empty_store_has_nothing,
        a_change_creates_updates_and_removes,
        what_is_not_named_is_left_alone,
        a_dropped_change_changes_nothing,
        the_last_stamp_is_kept,
        changes_exclude_one_another,
        names_are_kept_as_they_are,
        lists_are_in_order,
        no_more_is_read_than_was_asked_for,
        every_change_has_another_revision,
    ];
    for (number, check) in checks.iter().enumerate() {
        check(&*make(number));
    }
}

fn an_empty_store_has_nothing(store: &dyn Store) {
    assert_eq!(store.contents().expect("contents"), Contents::new());
    assert_eq!(store.stamp().expect("a stamp"), None);
    change(store, &[], &[], "nothing").expect("a change of nothing");
    assert_eq!(store.list().expect("a list"), []);
    assert_eq!(store.snapshot(LIMIT).expect("a snapshot"), []);
}

fn a_change_creates_updates_and_removes(store: &dyn Store) {
    change(store, &[("a", "1"), ("b", "1"), ("c", "1")], &[], "one").expect("a change");
    change(store, &[("a", "2"), ("d", "2")], &["c"], "two").expect("a change");
    let expected = contents(&[("a", "2"), ("b", "1"), ("d", "2")]);
    assert_eq!(store.contents().expect("contents"), expected);
    let snapshot = store.snapshot(LIMIT).expect("a snapshot");
    assert!(snapshot.iter().all(|(item, _)| item.format == FileFormat::Json));
    let seen: Contents = snapshot.into_iter().map(|(item, bytes)| (item.name, bytes)).collect();
    assert_eq!(seen, expected);
    // Removing what is not there is no failure: somebody else may have done it.
    change(store, &[], &["c", "b"], "three").expect("a change");
    assert_eq!(store.contents().expect("contents"), contents(&[("a", "2"), ("d", "2")]));
}

fn what_is_not_named_is_left_alone(store: &dyn Store) {
    change(store, &[("a", "1"), ("b", "1")], &[], "one").expect("a change");
    change(store, &[("b", "2")], &[], "two").expect("a change");
    assert_eq!(store.contents().expect("contents"), contents(&[("a", "1"), ("b", "2")]));
}

fn a_dropped_change_changes_nothing(store: &dyn Store) {
    change(store, &[("a", "1")], &[], "one").expect("a change");
    let transaction = store.begin(Duration::ZERO).expect("a transaction");
    assert_eq!(*transaction.contents(), contents(&[("a", "1")]));
    drop(transaction);
    assert_eq!(store.contents().expect("contents"), contents(&[("a", "1")]));
    assert_eq!(store.stamp().expect("a stamp").as_deref(), Some(&b"one"[..]));
    // And it keeps nobody from making another one.
    change(store, &[("a", "2")], &[], "two").expect("a change");
}

fn the_last_stamp_is_kept(store: &dyn Store) {
    for stamp in ["{\"by\": \"one\"}", "two\n", ""] {
        change(store, &[("a", stamp)], &[], stamp).expect("a change");
        assert_eq!(store.stamp().expect("a stamp").as_deref(), Some(stamp.as_bytes()));
        // It is beside the namespaces, and none of them.
        assert_eq!(store.list().expect("a list").len(), 1);
        assert_eq!(store.contents().expect("contents").len(), 1);
    }
}

/// The second one waits for the first, or it fails in the end. It does not win silently.
fn changes_exclude_one_another(store: &dyn Store) {
    change(store, &[("a", "1")], &[], "one").expect("a change");
    let put = |text| ChangeSet { put: contents(&[("a", text)]), ..ChangeSet::default() };
    let first = store.begin(Duration::ZERO).expect("a transaction");
    match store.begin(Duration::from_millis(50)) {
        Err(StoreError::Busy { .. }) => {
            first.commit(&put("2"), b"two").expect("a change");
        }
        Err(error) => panic!("{error}"),
        Ok(second) => {
            first.commit(&put("2"), b"two").expect("a change");
            let late = second.commit(&put("3"), b"three");
            assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
        }
    }
    assert_eq!(store.contents().expect("contents"), contents(&[("a", "2")]));
    assert_eq!(store.stamp().expect("a stamp").as_deref(), Some(&b"two"[..]));
    change(store, &[("a", "4")], &[], "four").expect("a change");
}

fn names_are_kept_as_they_are(store: &dyn Store) {
    let names =
        ["a.b", "a.json", "two words", "größe", "実験", "UPPER", "it's", "-x", "a:b", "%41"];
    let put: Vec<_> = names.iter().map(|name| (*name, *name)).collect();
    change(store, &put, &[], "names").expect("a change");
    let mut expected: Vec<_> = names.iter().map(|name| name.to_string()).collect();
    expected.sort();
    let items = store.list().expect("a list");
    assert_eq!(items.iter().map(|item| item.name.clone()).collect::<Vec<_>>(), expected);
    for item in &items {
        assert_eq!(store.read(item, LIMIT).expect("an item"), item.name.as_bytes());
    }
    change(store, &[], &names, "none").expect("a change");
    assert_eq!(store.list().expect("a list"), []);
}

fn lists_are_in_order(store: &dyn Store) {
    for name in ["b", "a", "c.d", "c", "B", "aa"] {
        change(store, &[(name, name)], &[], name).expect("a change");
    }
    let names: Vec<_> = store.list().expect("a list").into_iter().map(|item| item.name).collect();
    assert_eq!(names, ["B", "a", "aa", "b", "c", "c.d"]);
    let seen = store.snapshot(LIMIT).expect("a snapshot").into_iter();
    assert_eq!(seen.map(|(item, _)| item.name).collect::<Vec<_>>(), names);
}

fn no_more_is_read_than_was_asked_for(store: &dyn Store) {
    change(store, &[("a", "0123456789"), ("b", "")], &[], "one").expect("a change");
    let items = store.list().expect("a list");
    for (limit, expected) in [(0, ""), (3, "012"), (10, "0123456789"), (11, "0123456789")] {
        assert_eq!(store.read(&items[0], limit).expect("an item"), expected.as_bytes());
        let snapshot = store.snapshot(limit).expect("a snapshot");
        assert_eq!(snapshot[0].1, expected.as_bytes());
        assert_eq!(snapshot[1].1, b"");
    }
}

fn every_change_has_another_revision(store: &dyn Store) {
    let revision = || {
        let revision = store.revision().expect("a revision");
        assert_eq!(store.revision().as_deref().ok(), Some(&*revision));
        revision
    };
    let mut seen = Vec::new();
    for put in [
        vec![("a", "1")],
        vec![("b", "1")],
        vec![("a", "2")],
        // What moves from one to the other is not the same.
        vec![("a", "21"), ("b", "")],
        vec![("a", "2"), ("b", "1")],
    ] {
        change(store, &put, &[], "stamp").expect("a change");
        seen.push(revision());
    }
    change(store, &[], &["a"], "stamp").expect("a change");
    seen.push(revision());
    // The fifth set is the third.
    let fifth = seen.remove(4);
    assert_eq!(seen[2], fifth);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
}
