//! The keys of a namespace that say how segments are given out.

use planout::Dialect::{self, Planout, Planout4j};
use planout::catalog::Loaded;
use planout::dialect::{SegmentPool, SegmentSampling};
use planout::store::FileFormat;
use planout::tree::{Layout, to_json};

/// A namespace with some keys more, at line 4 and below.
fn load(keys: &str, dialect: Dialect) -> Loaded {
    let text = format!(
        "\
namespace:
  unit: userid
  segments: 60
{keys}experiment_definitions: [{{definition: D, assign: !planout \"x = 1;\"}}]
default_experiment: D
experiment_sequence:
  - {{action: add, definition: D, name: a, segments: 20}}
  - {{action: remove, name: a}}
  - {{action: add, definition: D, name: b, segments: 20}}
"
    );
    Loaded::new("ns.yaml", Some("ns"), text.into_bytes(), FileFormat::Yaml, dialect)
}

#[test]
fn what_is_not_said_is_the_dialects() {
    use SegmentPool::{Appended, Ascending, Cpython};
    use SegmentSampling::{Fast, Full};
    for (keys, dialect, pool, sampling) in [
        ("", Planout, Ascending, Full),
        ("", Planout4j, Appended, Full),
        ("  segment_hashing: namespace\n", Planout4j, Appended, Full),
        ("  segment_pool: ' ascending '\n", Planout, Ascending, Full),
        ("  segment_pool: cpython\n  segment_sampling: fast\n", Planout, Cpython, Fast),
        ("  segment_sampling: full\n", Planout, Ascending, Full),
        ("  segment_hashing: namespace\n  segment_pool: cpython\n", Planout4j, Cpython, Full),
        ("  dialect: planout\n  segment_pool: cpython\n", Planout4j, Cpython, Full),
    ] {
        let loaded = load(keys, dialect);
        let document = loaded.document.as_ref().unwrap_or_else(|| panic!("{}", loaded.report()));
        assert_eq!((document.segment_pool, document.segment_sampling), (pool, sampling), "{keys}");
        let json = to_json(&document.compiled, Layout::Compact, dialect);
        for line in keys.lines() {
            let (key, value) = line.trim().split_once(": ").expect("a key");
            let entry = format!("\"{key}\":\"{}\"", value.trim_matches('\''));
            assert!(json.contains(&entry), "{json}");
        }
        let again = Loaded::new("ns", Some("ns"), json.into_bytes(), FileFormat::Json, Planout4j);
        let again = again.document.expect("what was compiled is valid");
        assert_eq!((again.segment_pool, again.segment_sampling), (pool, sampling), "{keys}");
        let segments = |it: &planout::Namespace| it.experiments()[0].segments().to_vec();
        let (one, other) = (document.build().expect("valid"), again.build().expect("valid"));
        assert_eq!(segments(&one), segments(&other));
    }
}

#[test]
fn what_has_no_meaning_is_an_error() {
    for (keys, dialect, expected) in [
        (
            "  segment_pool: cpython\n",
            Planout4j,
            "4:17: error[P0215]: `segment_pool` has no meaning with `segment_hashing: shared`, \
             the default of `planout4j`",
        ),
        (
            "  segment_hashing: shared\n  segment_pool: ascending\n",
            Planout,
            "5:17: error[P0215]: `segment_pool` has no meaning with `segment_hashing: shared`",
        ),
        (
            "  segment_sampling: full\n  segment_hashing: shared\n",
            Planout,
            "4:21: error[P0215]: `segment_sampling` has no meaning with `segment_hashing: shared`",
        ),
        (
            "  segment_pool: cpyton\n",
            Planout,
            "4:17: error[P0213]: unknown segment pool `cpyton`: did you mean `cpython`?",
        ),
        (
            "  segment_pool: sorted\n",
            Planout,
            "4:17: error[P0213]: unknown segment pool `sorted`: it is `ascending` or `cpython`",
        ),
        (
            "  segment_sampling: fats\n",
            Planout,
            "4:21: error[P0213]: unknown segment sampling `fats`: did you mean `fast`?",
        ),
        (
            "  segment_pool: 3\n",
            Planout,
            "4:17: error[P0201]: `segment_pool` must be text, not a number",
        ),
        // One mistake, one message.
        (
            "  segment_hashing: shard\n  segment_pool: cpython\n",
            Planout4j,
            "4:20: error[P0213]: unknown segment hashing `shard`: did you mean `shared`?",
        ),
        (
            "  dialect: planaut\n  segment_pool: cpython\n",
            Planout4j,
            "4:12: error[P0213]: unknown dialect `planaut`: did you mean `planout`?",
        ),
        (
            "  segment_pool: sorted\n  segment_hashing: shared\n",
            Planout,
            "4:17: error[P0213]: unknown segment pool `sorted`: it is `ascending` or `cpython`",
        ),
    ] {
        let loaded = load(keys, dialect);
        assert!(loaded.document.is_none(), "{keys}");
        assert_eq!(loaded.report().to_string(), format!("ns.yaml:{expected}"), "{keys}");
    }
}
