//! Saved plans as anybody may have written them: what is read is written the same and applies to what
//! it was made for, and to nothing else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use planout::plan::{Mismatch, SavedPlan, Setup};

fuzz_target!(|text: &str| {
    let Ok(saved) = SavedPlan::from_json(text) else { return };
    let again = SavedPlan::from_json(&saved.to_json()).expect("what was written can be read");
    assert_eq!(again, saved);
    let of_setup = |found: &Mismatch| matches!(found, Mismatch::Setup { .. });
    assert!(!saved.mismatches(&saved.setup, [], []).iter().any(of_setup));
    let other = Setup { target: saved.setup.target.clone() + "2", ..saved.setup.clone() };
    assert!(saved.mismatches(&other, [], []).iter().any(of_setup));
    for item in &saved.namespaces {
        saved.reassigns(&item.name);
        // Nothing is at either location.
        let found = saved.mismatches(&saved.setup, [], []);
        let expects = item.compiled.is_some() || item.target.is_some();
        let names = |found: &Mismatch| match found {
            Mismatch::Source(name) | Mismatch::Target(name) => *name == item.name,
            _ => false,
        };
        // Of two items of one name the last counts.
        let is_only = saved.namespaces.iter().filter(|it| it.name == item.name).count() == 1;
        assert!(!is_only || !expects || found.iter().any(names));
    }
});
