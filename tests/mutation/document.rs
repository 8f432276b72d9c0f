//! Mistakes in the YAML and in what a namespace says.

use super::Kind;
use super::sample::{Edit, Entry, Mapping, Sample};

pub(super) const KINDS: &[Kind] = &[
    Kind::new("a required key dropped", dropped),
    Kind::new("a required key misspelt", |sample| misspelt_keys(sample, true)),
    Kind::new("a key given twice", duplicate_key),
    Kind::new("an empty value", |sample| scalars(sample, |_| String::new())),
    Kind::new("a list as a value", |sample| scalars(sample, |text| format!("[{text}]"))),
    Kind::new("a mapping as a value", |sample| scalars(sample, |text| format!("{{a: {text}}}"))),
    Kind::new("an undefined alias", |sample| scalars(sample, |_| "*nope".to_owned())),
    Kind::new("an open quote", |sample| scalars(sample, |text| format!("'{text}"))),
    Kind::new("an open double quote", |sample| scalars(sample, |text| format!("\"{text}"))),
    Kind::new("an open bracket", |sample| scalars(sample, |text| format!("[{text}"))),
    Kind::new("an open brace", |sample| scalars(sample, |text| format!("{{a: {text}"))),
    Kind::new("a `@` before a value", |sample| scalars(sample, |text| format!("@{text}"))),
    Kind::new("no `}` after an entry", no_flow_end),
    Kind::new("no `:`", no_colon),
    Kind::new("no space after `:`", no_space),
    Kind::new("`=` for `:`", equals_for_colon),
    Kind::new("a tab as indentation", tab),
    Kind::new("a space more", |sample| indentation(sample, true)),
    Kind::new("a space less", |sample| indentation(sample, false)),
    Kind::new("no `-`", no_dash),
    Kind::new("a script not indented", script_not_indented),
    Kind::new("a tag misspelt", |sample| tag(sample, "!plaonut")),
    Kind::new("a tag left out", |sample| tag(sample, "")),
    Kind::new("a script without `|`", no_bar).silent(),
    Kind::new("a definition misspelt where it is used", |sample| {
        misspelt(sample, |map, entry| map != "experiment_definitions" && is_reference(entry))
    }),
    Kind::new("a removed name misspelt", removed_name),
    Kind::new("an action misspelt", |sample| misspelt(sample, |_, entry| entry == "action")),
    Kind::new("a definition defined twice", defined_twice),
    Kind::new("an experiment added twice", added_twice),
    Kind::new("more segments than there are", |sample| counts(sample, true, "9999999")),
    Kind::new("no segments", |sample| counts(sample, false, "0")),
    Kind::new("negative segments", |sample| counts(sample, false, "-5")),
    Kind::new("half a segment", |sample| counts(sample, false, "2.5")),
    Kind::new("segments as text", |sample| counts(sample, false, "ten")),
    Kind::new("an `O` for a zero", |sample| counts(sample, false, "10O")),
    Kind::new("a number as a name", number_as_name),
    Kind::new("a list for a mapping", |sample| replaced(sample, "namespace", "[a, b]")),
    Kind::new("text for a list", |sample| replaced(sample, "experiment_definitions", "none")),
    Kind::new("a mapping for a list", |sample| {
        replaced(sample, "experiment_sequence", "{action: add}")
    }),
];

/// What the compiler accepts, and only checks find.
pub(super) const VALID: &[Kind] =
    &[Kind::new("an optional key misspelt", |sample| misspelt_keys(sample, false)).valid()];

/// The keys that a mapping must have.
fn required(map: &Mapping) -> &'static [&'static str] {
    let has = |name: &str| map.get(name).is_some();
    match &*map.under {
        "" => &["namespace", "experiment_definitions", "default_experiment", "experiment_sequence"],
        "namespace" => &["unit", "segments"],
        "experiment_definitions" => &["definition", "assign"],
        "experiment_sequence" if has("definition") => &["action", "name", "definition", "segments"],
        "experiment_sequence" => &["action", "name"],
        _ => &[],
    }
}

fn is_known(map: &Mapping) -> bool {
    !required(map).is_empty()
}

/// The values that a namespace reads and that are scalars on one line.
fn values(sample: &Sample) -> impl Iterator<Item = (&Mapping, &Entry, &str)> {
    let known = sample.entries().filter(|(map, ..)| is_known(map));
    known.filter_map(|(map, _, entry)| {
        let text = entry.scalar.as_deref()?;
        let read = required(map).contains(&&*entry.name);
        (read && !text.is_empty() && !text.contains('\n')).then_some((map, entry, text))
    })
}

fn scalars(sample: &Sample, with: fn(&str) -> String) -> Vec<Edit> {
    let edit = |(_, entry, text): (_, &Entry, &str)| Edit::replace(entry.value.clone(), with(text));
    values(sample).map(edit).collect()
}

/// Leaves an entry out; its mapping lacks it from its first key on.
fn dropped(sample: &Sample) -> Vec<Edit> {
    let edit = |(map, index, entry): (&Mapping, usize, &Entry)| {
        let first = sample.line(map.entries[0].key.start);
        let next = map.entries.get(index + 1).map(|next| next.key.start);
        let previous = index.checked_sub(1).map(|previous| map.entries[previous].value.end);
        let at = match (next, previous) {
            (Some(next), _) => entry.key.start..next,
            (None, Some(previous)) => previous..entry.value.end,
            (None, None) => return None,
        };
        Some(Edit::delete(at).on(first..=first))
    };
    let entries = sample.entries().filter(|(map, _, entry)| required(map).contains(&&*entry.name));
    entries.filter_map(edit).collect()
}

fn swap_letters(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let different = (1..letters.len()).rev().find(|&at| letters[at] != letters[at - 1]);
    match different {
        Some(at) => letters.swap(at, at - 1),
        None => letters.push('x'),
    }
    letters.into_iter().collect()
}

fn misspelt_keys(sample: &Sample, wanted: bool) -> Vec<Edit> {
    let entries = sample
        .entries()
        .filter(|(map, _, entry)| is_known(map) && required(map).contains(&&*entry.name) == wanted);
    entries.map(|(.., entry)| Edit::replace(entry.key.clone(), swap_letters(&entry.name))).collect()
}

fn duplicate_key(sample: &Sample) -> Vec<Edit> {
    let edit = |(_, entry, text): (_, &Entry, &str)| {
        let indent = sample.indent(entry.key.start)?;
        let again = format!("\n{indent}{}: {text}", entry.name);
        let end = sample.line_end(entry.value.end);
        let line = sample.line(end) + 1;
        Some(Edit::insert(end, again).on(line..=line))
    };
    values(sample).filter_map(edit).collect()
}

fn no_flow_end(sample: &Sample) -> Vec<Edit> {
    let ends = sample.maps.iter().filter(|map| is_known(map)).filter_map(|map| {
        let end = map.entries.last()?.value.end;
        let rest = &sample.text()[end..];
        rest.starts_with('}').then(|| Edit::delete(end..end + 1))
    });
    ends.collect()
}

/// The entries whose value stands on the line of the key, with the text between the two.
fn on_one_line(sample: &Sample) -> impl Iterator<Item = &Entry> {
    let entries = sample.entries().filter(|(map, ..)| is_known(map));
    let entries = entries.map(|(.., entry)| entry);
    entries.filter(|entry| {
        let between = &sample.text()[entry.key.end..entry.value.start];
        entry.scalar.is_some() && between == ": " && !entry.value.is_empty()
    })
}

fn no_colon(sample: &Sample) -> Vec<Edit> {
    let edit = |entry: &Entry| Edit::delete(entry.key.end..entry.key.end + 1);
    on_one_line(sample).map(edit).collect()
}

fn no_space(sample: &Sample) -> Vec<Edit> {
    let edit = |entry: &Entry| Edit::delete(entry.key.end + 1..entry.key.end + 2);
    on_one_line(sample).map(edit).collect()
}

fn equals_for_colon(sample: &Sample) -> Vec<Edit> {
    let edit = |entry: &Entry| Edit::replace(entry.key.end..entry.key.end + 1, " =");
    on_one_line(sample).map(edit).collect()
}

/// The keys that start a line and are indented, with the indentation; not the first of a mapping,
/// whose column is what the others must have.
fn indented(sample: &Sample) -> impl Iterator<Item = (&Entry, &str)> {
    let entries = sample.entries().filter(|(map, index, _)| is_known(map) && *index > 0);
    entries.filter_map(|(.., entry)| {
        let indent = sample.indent(entry.key.start)?;
        (!indent.is_empty()).then_some((entry, indent))
    })
}

fn tab(sample: &Sample) -> Vec<Edit> {
    let edit = |(entry, indent): (&Entry, &str)| {
        Edit::replace(entry.key.start - indent.len()..entry.key.start, "\t")
    };
    indented(sample).map(edit).collect()
}

fn indentation(sample: &Sample, more: bool) -> Vec<Edit> {
    let edit = |(entry, _): (&Entry, &str)| {
        if more {
            Edit::insert(entry.key.start, " ")
        } else {
            Edit::delete(entry.key.start - 1..entry.key.start)
        }
    };
    indented(sample).map(edit).collect()
}

/// The `-` of an item of which the first key is not the only one.
fn no_dash(sample: &Sample) -> Vec<Edit> {
    let first = sample.entries().filter(|(map, index, _)| is_known(map) && *index == 0);
    let first = first.filter(|(map, ..)| map.entries.len() > 1);
    let edit = |(_, _, entry): (_, _, &Entry)| {
        let dash = entry.key.start.checked_sub(2)?;
        let is_dash = sample.text()[dash..].starts_with("- ");
        is_dash.then(|| Edit::replace(dash..dash + 1, " "))
    };
    first.filter_map(edit).collect()
}

/// Moves the first line of a block to the column of its key.
fn script_not_indented(sample: &Sample) -> Vec<Edit> {
    let edit = |(_, _, entry): (_, _, &Entry)| {
        let deeper = sample.indent(entry.value.start)?.len();
        let key = entry.key.start - sample.text()[..entry.key.start].rfind('\n')? - 1;
        let start = entry.value.start;
        (entry.name == "assign" && deeper > key).then(|| Edit::delete(start - deeper + key..start))
    };
    sample.entries().filter_map(edit).collect()
}

/// The tags of scripts.
fn tags(sample: &Sample) -> impl Iterator<Item = usize> {
    sample.text().match_indices("!planout ").map(|(at, _)| at)
}

fn tag(sample: &Sample, with: &str) -> Vec<Edit> {
    tags(sample).map(|at| Edit::replace(at..at + "!planout".len(), with)).collect()
}

/// Without its `|`, a script is a plain scalar: legal, but for what YAML reads into it.
fn no_bar(sample: &Sample) -> Vec<Edit> {
    let bars = tags(sample).map(|at| at + "!planout ".len());
    let bars = bars.filter(|&at| sample.text()[at..].starts_with("|\n"));
    bars.map(|at| Edit::delete(at..at + 1)).collect()
}

fn is_reference(key: &str) -> bool {
    matches!(key, "definition" | "default_experiment")
}

fn misspelt(sample: &Sample, is_meant: fn(&str, &str) -> bool) -> Vec<Edit> {
    let meant = values(sample).filter(|(map, entry, _)| is_meant(&map.under, &entry.name));
    let edit = |(_, entry, text): (_, &Entry, &str)| {
        Edit::replace(entry.value.clone(), swap_letters(text.trim_matches(['"', '\''])))
    };
    meant.map(edit).collect()
}

fn removed_name(sample: &Sample) -> Vec<Edit> {
    let removed = values(sample).filter(|(map, entry, _)| {
        map.under == "experiment_sequence"
            && map.get("definition").is_none()
            && entry.name == "name"
    });
    removed.map(|(_, entry, text)| Edit::replace(entry.value.clone(), swap_letters(text))).collect()
}

fn defined_twice(sample: &Sample) -> Vec<Edit> {
    let names = values(sample).filter(|(map, entry, _)| {
        map.under == "experiment_definitions" && entry.name == "definition"
    });
    let names: Vec<_> = names.collect();
    let pairs = names.windows(2);
    pairs.map(|pair| Edit::replace(pair[1].1.value.clone(), pair[0].2)).collect()
}

/// The entries of the sequence that add, as texts that can be repeated.
fn added_twice(sample: &Sample) -> Vec<Edit> {
    let added = sample
        .maps
        .iter()
        .filter(|map| map.under == "experiment_sequence" && map.get("definition").is_some());
    let edit = |map: &Mapping| {
        let fields = map
            .entries
            .iter()
            .filter_map(|entry| Some(format!("{}: {}", entry.name, entry.scalar.as_ref()?)));
        let fields: Vec<String> = fields.collect();
        let end = sample.line_end(map.entries.last()?.value.end);
        let dash = sample.text()[..map.entries[0].key.start].rfind("- ")?;
        let dash = sample.text()[..dash].rfind('-').map_or(dash, |other| {
            let alone = sample.text()[other..map.entries[0].key.start].trim() == "-";
            if alone { other } else { dash }
        });
        let indent = sample.indent(dash)?;
        let line = sample.line(end) + 1;
        Some(Edit::insert(end, format!("\n{indent}- {{{}}}", fields.join(", "))).on(line..=line))
    };
    added.filter_map(edit).collect()
}

fn counts(sample: &Sample, of_experiments: bool, with: &str) -> Vec<Edit> {
    let counts = values(sample).filter(|(map, entry, _)| {
        entry.name == "segments" && (!of_experiments || map.under == "experiment_sequence")
    });
    counts.map(|(_, entry, _)| Edit::replace(entry.value.clone(), with)).collect()
}

fn number_as_name(sample: &Sample) -> Vec<Edit> {
    let names = values(sample).filter(|(_, entry, _)| {
        matches!(&*entry.name, "name" | "definition" | "unit" | "default_experiment")
    });
    names.map(|(_, entry, _)| Edit::replace(entry.value.clone(), "7")).collect()
}

fn replaced(sample: &Sample, key: &str, with: &str) -> Vec<Edit> {
    let entries = sample.entries().filter(|(map, ..)| map.under.is_empty());
    let entries = entries.filter(|(.., entry)| entry.name == key && !entry.value.is_empty());
    let edit = |(_, _, entry): (_, _, &Entry)| {
        let line = sample.line(entry.key.start);
        Edit::replace(entry.key.end..entry.value.end, format!(": {with}")).on(line..=line)
    };
    entries.map(edit).collect()
}
