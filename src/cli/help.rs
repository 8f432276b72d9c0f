//! The help of all commands: it has one layout, one order of shared options, and examples at the end.

use clap::{Arg, Command};

/// The exit statuses, for the help of the program.
pub(super) const EXIT_STATUS: &str = "\
Exit status:
  0  done
  1  the input is wrong, or the answer is no
  2  wrong usage
  3  a file, a store or the network failed";

const PLAN_STATUS: &str = "\
Exit status:
  0   done; with --detailed-exitcode: nothing changes
  1   a namespace is invalid
  2   wrong usage
  3   a file, a store, git or the network failed
  10  with --detailed-exitcode: all changes are safe
  11  with --detailed-exitcode: units would be reassigned";

const SIMULATE_STATUS: &str = "\
Exit status:
  0  all shares are as designed
  1  a share is not as designed, or the input is wrong
  2  wrong usage
  3  a file, a store or the network failed";

const AUDIT_STATUS: &str = "\
Exit status:
  0  no params depend on one another but those that one script derives from one draw
  1  some do, or the input is wrong; with --require-proof also: of some it is not known
  2  wrong usage
  3  a file, a store or the network failed";

/// The options that several commands share and that come first, in this order.
const FIRST: [&str; 4] = ["ns", "script", "from", "inputs_object"];

/// The options that all or most commands share and that come last, in this order.
const LAST: [&str; 7] = ["recursive", "dialect", "format", "config", "color", "quiet", "verbose"];

/// The position numbers of a command's own options, and of the shared options after them. `--help`
/// and `--version` have 999.
const OWN: usize = 100;
const SHARED: usize = 900;

/// The examples of the program itself: a tour of its commands.
const PROGRAM: &[&str] = &[
    "planout check",
    "planout eval --ns button_color userid=123",
    "planout plan sample-namespaces compiled",
    "planout ship sample-namespaces compiled",
];

/// The examples of a command, as a user types them in a folder with the sample namespaces.
fn examples(command: &str) -> &'static [&'static str] {
    match command {
        "compile" => &[
            "planout compile sample-namespaces/button_color.yaml",
            "planout compile sample-namespaces/button_color.yaml button_color.json",
            "planout compile 'color = uniformChoice(choices=[\"red\", \"blue\"], unit=userid);'",
        ],
        "check" => &[
            "planout check",
            "planout check sample-namespaces --deny warnings",
            "planout check --fix --diff sample-namespaces/test_ns.yaml",
        ],
        "fmt" => &["planout fmt", "planout fmt --check sample-namespaces", "planout fmt --diff"],
        "plan" => &[
            "planout plan sample-namespaces compiled",
            "planout plan --against git:main",
            "planout plan sample-namespaces compiled --out saved.plan",
        ],
        "ship" => &[
            "planout ship sample-namespaces compiled",
            "planout ship sample-namespaces compiled --dry-run",
            "planout ship sample-namespaces redis://localhost:6379",
        ],
        "ramp" => &[
            "planout ramp page_size --definition Page_Size --name size.more --segments 100",
            "planout ramp page_size --definition Page_Size --name size.more --segments 100 --dry-run",
        ],
        "stop" => &[
            "planout stop page_size network.10pct",
            "planout stop page_size network.10pct --dry-run",
        ],
        "nslist" => &[
            "planout nslist",
            "planout nslist --ns page --mode segments",
            "planout nslist @target --format json",
        ],
        "eval" => &[
            "planout eval --ns button_color userid=123",
            "planout eval --ns page_size userid=123 network=wifi age:=30",
            "planout eval --script 'x = bernoulliTrial(p=0.1, unit=userid);' userid=123",
            #[cfg(feature = "batch")]
            "planout eval --ns button_color --batch users.csv --output assigned.csv",
        ],
        "simulate" => &[
            "planout simulate --ns button_color",
            "planout simulate --ns page_size --units 100000 network=wifi",
            "planout simulate --ns button_color --observed counts.csv",
        ],
        "power" => &[
            "planout power --ns button_color --exp Colors --param color --metric rate=0.1 --mde 5%",
            "planout power --ns button_color --exp Colors --param color --metric mean=20,sd=35 --units 50000",
        ],
        "audit" => &[
            "planout audit",
            "planout audit sample-namespaces --require-proof",
            "planout audit sample-namespaces --format json",
        ],
        "perf" => &[
            "planout perf --ns button_color",
            "planout perf --ns page_size --threads 4 --iterations 100000 network=wifi",
        ],
        "explain" => &["planout explain", "planout explain P0208", "planout explain licences"],
        _ => &[],
    }
}

/// The program's command, with the help of all commands arranged.
pub(super) fn arrange(root: Command) -> Command {
    let names: Vec<String> =
        root.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let below = end(EXIT_STATUS, PROGRAM, "docs/commands.md");
    let root = root.after_help(below).mut_args(order(0));
    names.into_iter().fold(root, |root, name| {
        let status = match name.as_str() {
            "plan" => PLAN_STATUS,
            "simulate" => SIMULATE_STATUS,
            "audit" => AUDIT_STATUS,
            _ => EXIT_STATUS,
        };
        let section = match name.as_str() {
            "ramp" | "stop" => "ramp-and-stop",
            name => name,
        };
        let below = end(status, examples(&name), &format!("docs/commands.md#{section}"));
        root.mut_subcommand(name, |command| command.after_help(below).mut_args(order(OWN)))
    })
}

/// The part of the help below the options.
fn end(status: &str, examples: &[&str], documented: &str) -> String {
    let examples: String = examples.iter().map(|line| format!("  {line}\n")).collect();
    format!("{status}\n\nExamples:\n{examples}\nDocumentation: {documented}")
}

/// Orders the options of a command: the shared ones at their positions, and its own between them, as
/// they are declared.
fn order(own: usize) -> impl FnMut(Arg) -> Arg {
    let mut next = own;
    move |argument| {
        let id = argument.get_id().as_str();
        let place = |names: &[&str]| names.iter().position(|name| *name == id);
        let order = match (place(&FIRST), place(&LAST)) {
            (Some(first), _) => first,
            (None, Some(last)) => SHARED + last,
            (None, None) => {
                next += 1;
                next
            }
        };
        argument.display_order(order)
    }
}

#[cfg(test)]
mod tests {
    use super::super::command;
    use super::*;

    /// The words of a line, split like a shell that knows only single quotes.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut is_quoted = false;
        for char in line.chars() {
            match (char, words.last_mut()) {
                ('\'', _) => is_quoted = !is_quoted,
                (' ', _) if !is_quoted => words.push(String::new()),
                (char, Some(word)) => word.push(char),
                (_, None) => {}
            }
        }
        assert!(!is_quoted, "{line}");
        words
    }

    #[test]
    fn every_command_has_examples_and_each_of_them_parses() {
        let root = command();
        let mut tried = 0;
        for sub in root.get_subcommands() {
            let name = sub.get_name();
            let lines = examples(name);
            assert!(lines.len() >= 2, "`{name}` has {} examples", lines.len());
            for line in lines {
                let words = words(line);
                assert_eq!(words[..2], ["planout", name], "{line}");
                let parsed = command().try_get_matches_from(&words);
                assert!(parsed.is_ok(), "{line}: {parsed:?}");
                tried += 1;
            }
        }
        for line in PROGRAM {
            assert!(command().try_get_matches_from(words(line)).is_ok(), "{line}");
        }
        assert!(tried > 24, "{tried}");
    }

    #[test]
    fn shared_options_stand_in_one_order_in_the_help_of_every_command() {
        let mut root = command();
        root.build();
        for sub in root.get_subcommands().filter(|sub| sub.get_name() != "help") {
            let help = sub.clone().render_help().to_string();
            // Each option is on a line of its own, with its short name or a gap for one.
            let listed: Vec<&str> = help
                .lines()
                .filter(|line| line.starts_with("  -") || line.starts_with("      --"))
                .filter_map(|line| line.split_once("--")?.1.split([' ', ',']).next())
                .collect();
            let names = LAST.iter().copied().chain(["help", "version"]);
            let expected: Vec<&str> = names.filter(|name| listed.contains(name)).collect();
            let found: Vec<&str> =
                listed.iter().copied().filter(|name| expected.contains(name)).collect();
            assert_eq!(found, expected, "{help}");
            let options = listed.iter().position(|name| *name == expected[0]);
            let own = options.map(|start| &listed[start..start + expected.len()]);
            assert_eq!(own, Some(&expected[..]), "{help}");
            // With help texts of single values, clap would change the layout of the whole text.
            assert!(!help.contains("see more with"), "{help}");
            let parts = ["Usage: ", "\nOptions:\n", "\nExit status:\n", "\nExamples:\n"];
            let places = parts.map(|part| help.find(part));
            assert!(places.is_sorted() && places[0].is_some(), "{help}");
            assert!(help.contains("\nDocumentation: docs/commands.md#"), "{help}");
        }
    }
}
