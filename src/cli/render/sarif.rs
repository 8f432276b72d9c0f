//! Diagnostics as SARIF 2.1.0, which code scanning services and editors read.

use std::collections::HashMap;

use planout::diagnostic::{Code, Diagnostic, Level, Replacement, Report, explain, title};
use planout::source::{SourceText, Span};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The whole log: one run, with the rules that were violated.
pub(super) fn sarif(reports: &[Report]) -> String {
    let found = || reports.iter().flat_map(|report| &report.diagnostics);
    let is_found = |code: &&Code| found().any(|diagnostic| diagnostic.code == **code);
    let rules: Vec<Code> = Code::ALL.iter().filter(is_found).copied().collect();
    let mut occurrences = HashMap::new();
    let mut results = Vec::new();
    for Report { source, diagnostics } in reports {
        for diagnostic in diagnostics {
            let mut result = result(source, diagnostic);
            result["ruleIndex"] = rules.iter().position(|code| *code == diagnostic.code).into();
            let digest = digest(source, diagnostic);
            let occurrence = occurrences.entry(digest.clone()).or_insert(0);
            *occurrence += 1;
            let fingerprint = format!("{digest}:{occurrence}");
            result["partialFingerprints"] = json!({ "primaryLocationLineHash": fingerprint });
            results.push(result);
        }
    }
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "planout",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules.into_iter().map(rule).collect::<Vec<_>>(),
                },
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: Code) -> Value {
    let configuration = match code.default_level() {
        None | Some(Level::Error) => json!({ "level": "error" }),
        Some(Level::Warn) => json!({ "level": "warning" }),
        Some(Level::Off) => json!({ "enabled": false, "level": "warning" }),
    };
    json!({
        "id": code.as_str(),
        // A name that programs may show. The code never changes, the name may.
        "name": format!("{code:?}"),
        "shortDescription": { "text": title(code) },
        "fullDescription": { "text": summary(explain(code)) },
        "help": { "text": explain(code), "markdown": explain(code) },
        "defaultConfiguration": configuration,
    })
}

/// The first paragraph, on one line.
fn summary(text: &str) -> String {
    text.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn result(source: &SourceText, diagnostic: &Diagnostic) -> Value {
    let Diagnostic { code, severity, message, primary, secondary, help, replacements } = diagnostic;
    let text = match help {
        Some(help) => format!("{message}\nhelp: {help}"),
        None => message.clone(),
    };
    let mut result = json!({
        "ruleId": code.as_str(),
        "ruleIndex": null,
        "level": severity.as_str(),
        "message": { "text": text },
        "locations": [{ "physicalLocation": location(source, primary.span) }],
    });
    let related = secondary.iter().enumerate().map(|(index, label)| {
        let mut related =
            json!({ "id": index + 1, "physicalLocation": location(source, label.span) });
        if !label.text.is_empty() {
            related["message"] = json!({ "text": label.text });
        }
        related
    });
    if !secondary.is_empty() {
        result["relatedLocations"] = related.collect();
    }
    if !replacements.is_empty() {
        let replaced = replacements.iter().map(|Replacement { span, text }| {
            let deleted = &location(source, *span)["region"];
            json!({ "deletedRegion": deleted, "insertedContent": { "text": text } })
        });
        let changes = json!([{
            "artifactLocation": location(source, primary.span)["artifactLocation"],
            "replacements": replaced.collect::<Vec<_>>(),
        }]);
        result["fixes"] = json!([{ "artifactChanges": changes }]);
    }
    result
}

fn location(source: &SourceText, span: Span) -> Value {
    let start = source.position(span.start);
    let end = source.position(span.end);
    json!({
        "artifactLocation": { "uri": uri(source.name()) },
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        },
    })
}

/// A path as a URI. A relative path gives a relative URI.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let (root, path) = match path.as_bytes() {
        [b'/', ..] => ("file://".to_owned(), path.as_str()),
        [b'A'..=b'Z' | b'a'..=b'z', b':', b'/', ..] => {
            (format!("file:///{}", &path[..2]), &path[2..])
        }
        _ => (String::new(), path.strip_prefix("./").unwrap_or(&path)),
    };
    path.bytes().fold(root, |uri, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            uri + char::from(byte).encode_utf8(&mut [0; 1])
        }
        _ => uri + &format!("%{byte:02X}"),
    })
}

/// The identity of a problem in several runs, even if its line has moved.
fn digest(source: &SourceText, diagnostic: &Diagnostic) -> String {
    let (at, _) = source.clamp(diagnostic.primary.span);
    let start = source.text()[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = source.text()[start..].lines().next().unwrap_or_default();
    let parts = [diagnostic.code.as_str(), source.name(), line.trim()];
    let digest = Sha1::digest(parts.join("\n"));
    digest.iter().take(8).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::sample;
    use super::*;

    fn run(reports: &[Report]) -> Value {
        let mut log: Value = serde_json::from_str(&sarif(reports)).expect("json");
        assert_eq!(log["version"], "2.1.0");
        assert_eq!(log["$schema"], SCHEMA);
        assert_eq!(log["runs"].as_array().map(Vec::len), Some(1));
        log["runs"][0].take()
    }

    #[test]
    fn rules_are_those_that_occur_in_order() {
        let run = run(&sample::reports());
        let driver = &run["tool"]["driver"];
        assert_eq!(driver["name"], "planout");
        let rules = driver["rules"].as_array().expect("rules");
        let ids: Vec<_> = rules.iter().map(|rule| rule["id"].as_str()).collect();
        assert_eq!(ids, [Some("P0001"), Some("P0007"), Some("P0101"), Some("P0208")]);
        let levels: Vec<_> =
            rules.iter().map(|rule| &rule["defaultConfiguration"]["level"]).collect();
        assert_eq!(levels, ["error", "warning", "error", "error"]);
        for result in run["results"].as_array().expect("results") {
            let index = result["ruleIndex"].as_u64().expect("an index") as usize;
            assert_eq!(result["ruleId"], rules[index]["id"]);
        }
    }

    #[test]
    fn results_have_their_places_in_characters() {
        let run = run(&sample::reports());
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        let first = &run["results"][0];
        assert_eq!(first["level"], "error");
        assert_eq!(
            first["message"]["text"],
            "100 % <asked>\r\nfor ]]> & \u{7}more\nhelp: ask for less"
        );
        let place = &first["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b/%2C%C3%BC%25.yaml");
        let region = json!({ "startLine": 1, "startColumn": 1, "endLine": 2, "endColumn": 2 });
        assert_eq!(place["region"], region);
        let related = first["relatedLocations"].as_array().expect("two places");
        assert_eq!((&related[0]["id"], &related[1]["id"]), (&1.into(), &2.into()));
        assert_eq!(related[0]["message"]["text"], "held \"here\"");
        assert!(related[1].get("message").is_none());
        assert_eq!(run["results"][1]["locations"][0]["physicalLocation"]["region"]["endColumn"], 5);
        assert_eq!(run["results"][1].get("relatedLocations"), None);
    }

    #[test]
    fn a_clean_run_has_no_results() {
        let run = run(&sample::clean());
        assert_eq!(run["results"], json!([]));
        assert_eq!(run["tool"]["driver"]["rules"], json!([]));
    }

    #[test]
    fn fingerprints_stay_when_lines_move_and_differ_otherwise() {
        let fingerprints = |text: &str| -> Vec<String> {
            let found = text.match_indices('!').map(|(at, _)| {
                Diagnostic::error(Code::UnknownCharacter, Span::new(at, at + 1), "a `!`")
            });
            let source = Arc::new(SourceText::new("x.planout", text));
            let run = run(&[Report::new(source, found.collect())]);
            let results = run["results"].as_array().expect("results").iter();
            let hash = |result: &Value| {
                result["partialFingerprints"]["primaryLocationLineHash"].as_str().map(str::to_owned)
            };
            results.filter_map(hash).collect()
        };
        let [one, two, again] = &fingerprints("a!\nb!\na!\n")[..] else { panic!("three results") };
        assert_ne!(one, two);
        assert_ne!(one, again);
        assert_eq!(&fingerprints("new\n\n  a!\r\n"), std::slice::from_ref(one));
    }

    #[test]
    fn paths_become_uris() {
        for (path, expected) in [
            ("a/b.yaml", "a/b.yaml"),
            ("./a.yaml", "a.yaml"),
            ("../a.yaml", "../a.yaml"),
            ("a\\b:c #?.yaml", "a/b%3Ac%20%23%3F.yaml"),
            ("/home/é.yaml", "file:///home/%C3%A9.yaml"),
            ("C:\\x.yaml", "file:///C:/x.yaml"),
            ("<stdin>", "%3Cstdin%3E"),
            ("", ""),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
