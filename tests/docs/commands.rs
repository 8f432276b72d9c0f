//! The documents name the commands and options that the program has: all of them, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{blocks, documents};
use crate::support::planout;

/// Options of other programs that the documents speak of.
const OTHERS: &[(&str, &str)] =
    &[("docs/spark.md", "--params"), ("docs/performance.md", "--repeats")];

/// The section of docs/commands.md about what all commands share.
const SHARED: &str = "For all commands";

const NUMBERS: &[&str] = &[
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "twenty-one",
    "twenty-two",
    "twenty-three",
    "twenty-four",
    "twenty-five",
    "twenty-six",
    "twenty-seven",
    "twenty-eight",
    "twenty-nine",
    "thirty",
];

fn help(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let run = planout(folder.path(), &[&["help"], arguments].concat());
    assert_eq!(run.status, 0, "planout help {arguments:?}: {}", run.stderr);
    run.stdout
}

/// The commands that `planout help` lists, but for `help` itself.
fn commands() -> Vec<String> {
    let help = help(&[]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The options that `planout help COMMAND` lists, each with all of its names.
fn options(command: &str) -> Vec<Vec<String>> {
    let help = help(&[command]);
    let lines = help.lines().filter(|line| {
        // What stands further to the right is what the option is for.
        let text = line.trim_start();
        text.starts_with('-') && line.len() - text.len() <= 6
    });
    let names = lines.map(|line| {
        let head = line.trim_start().split("  ").next().unwrap_or_default();
        names_of_options(head).into_iter().collect()
    });
    names.filter(|names: &Vec<String>| !names.is_empty()).collect()
}

/// The options in a text: `--format`, `-n`.
fn names_of_options(text: &str) -> BTreeSet<String> {
    let is_part = |char: char| char.is_ascii_alphanumeric() || char == '-';
    let words = text.split(|char: char| !is_part(char));
    let options = words.filter(|word| {
        let name = word.trim_start_matches('-');
        let dashes = word.len() - name.len();
        let is_long = dashes == 2 && name.len() > 1 && name.starts_with(|c: char| c.is_lowercase());
        let is_short =
            dashes == 1 && name.len() == 1 && name.starts_with(|c: char| c.is_alphabetic());
        (is_long || is_short) && !name.ends_with('-')
    });
    options.map(str::to_owned).collect()
}

/// What the program can be told, hidden options too.
struct Program {
    options: BTreeMap<String, Vec<Vec<String>>>,
}

impl Program {
    fn new() -> Program {
        let options = commands().into_iter().map(|name| {
            let options = options(&name);
            (name, options)
        });
        Program { options: options.collect() }
    }

    fn takes(&self, command: &str, option: &str) -> bool {
        self.options[command].iter().flatten().any(|name| name == option)
            || is_hidden(command, option)
    }

    fn knows(&self, option: &str) -> bool {
        let listed = self.options.values().flatten().flatten().any(|name| name == option);
        listed || self.options.keys().any(|command| is_hidden(command, option))
    }
}

/// Whether a command takes an option that its help does not list: it is not refused as one is
/// that nobody can know.
fn is_hidden(command: &str, option: &str) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    let answer = |option: &str| {
        // With the help behind it, nothing is done in any case.
        let run = planout(folder.path(), &[command, option, "--help"]);
        (run.status, run.stderr.lines().next().unwrap_or_default().replace(option, "OPTION"))
    };
    let unknown = if option.starts_with("--") { "--zyxwvu" } else { "-5" };
    answer(option) != answer(unknown)
}

/// A document as its sections: the text below each heading of the second level, and what stands
/// above them under an empty one.
fn sections(markdown: &str) -> Vec<(String, String)> {
    let mut sections = vec![(String::new(), String::new())];
    let mut is_code = false;
    for line in markdown.lines() {
        is_code ^= line.starts_with("```");
        match line.strip_prefix("## ") {
            Some(heading) if !is_code => sections.push((heading.to_owned(), String::new())),
            _ => {
                if let Some((_, text)) = sections.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    sections
}

/// The commands that a heading is about: `ramp and stop`.
fn subjects(heading: &str) -> impl Iterator<Item = &str> {
    heading.split(" and ").flat_map(|part| part.split(", "))
}

/// What stands between backticks outside of blocks, line breaks as spaces.
fn spans(markdown: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    let mut is_code = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
            paragraphs.push(String::new());
        } else if line.trim().is_empty() || line.starts_with('|') {
            paragraphs.push(line.to_owned());
        } else if !is_code && let Some(paragraph) = paragraphs.last_mut() {
            paragraph.push_str(line.trim());
            paragraph.push(' ');
        }
    }
    let in_code = |paragraph: String| {
        let parts: Vec<String> = paragraph.split('`').map(str::to_owned).collect();
        parts.into_iter().skip(1).step_by(2)
    };
    paragraphs.into_iter().flat_map(in_code).collect()
}

/// The commands of a shell in the blocks of a document.
fn scripts(markdown: &str) -> Vec<String> {
    let shell = |language: &str| matches!(language, "console" | "sh" | "yaml" | "yml");
    let blocks = blocks(markdown).into_iter().filter(|block| shell(&block.language));
    let mut scripts = Vec::new();
    for block in blocks {
        let text = block.text.replace("\\\n", " ");
        let lines = text.lines().filter_map(|line| match block.language.as_str() {
            "console" => line.strip_prefix("$ "),
            _ => line.find("planout ").map(|start| &line[start..]),
        });
        let parts = lines.flat_map(|line| line.split(['|', ';', '&', '(', ')', '#']));
        scripts.extend(parts.map(|part| part.trim().to_owned()));
    }
    scripts
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a document")
}

fn manual() -> String {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md"))
}

#[test]
fn the_list_at_the_head_is_that_of_the_program() {
    let manual = manual();
    let (_, head) = &sections(&manual)[0];
    let linked = head.split('[').skip(1).filter_map(|link| link.split_once("](#"));
    let linked: Vec<&str> = linked.flat_map(|(text, _)| subjects(text)).collect();
    let commands = commands();
    assert_eq!(linked, commands, "the list at the head of docs/commands.md, and `planout help`");
    let number = NUMBERS.get(commands.len()).expect("a word for the number of commands");
    let count = format!("`planout` has {number} commands: ");
    assert!(head.contains(&count), "docs/commands.md does not begin with: {count}\n{head}");
}

#[test]
fn every_command_has_a_section_that_names_its_options() {
    let manual = manual();
    let sections = sections(&manual);
    let (_, shared) = sections.iter().find(|(heading, _)| heading == SHARED).expect(SHARED);
    let names = |text: &str| -> BTreeSet<String> {
        let scripts = scripts(text).into_iter();
        spans(text).into_iter().chain(scripts).flat_map(|it| names_of_options(&it)).collect()
    };
    let shared = names(shared);
    let mut wrong = Vec::new();
    for command in commands() {
        let about = |heading: &str| subjects(heading).any(|subject| subject == command);
        let Some((heading, text)) = sections.iter().find(|(heading, _)| about(heading)) else {
            wrong.push(format!("no section `## {command}`"));
            continue;
        };
        let named = names(text);
        for option in options(&command) {
            if !option.iter().any(|name| named.contains(name) || shared.contains(name)) {
                let option = option.last().cloned().unwrap_or_default();
                wrong.push(format!(
                    "neither `## {heading}` nor `## {SHARED}` mentions `{option}`, which \
                     `planout help {command}` lists"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "docs/commands.md has\n{}", wrong.join("\n"));
}

#[test]
fn every_option_in_the_documents_is_one_of_the_program() {
    let program = Program::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = documents();
    documents.push(root.join("CHANGELOG.md"));
    let mut known = BTreeMap::new();
    let mut wrong = Vec::new();
    for path in documents {
        let markdown = read(&path);
        for text in spans(&markdown).into_iter().chain(scripts(&markdown)) {
            let mut words = text.split_whitespace();
            let is_command = |word: &&str| program.options.contains_key(*word);
            let command = match words.next() {
                // `planout -q eval ...` is told what every command can be told.
                Some("planout") => words.next().filter(is_command),
                Some(word) if is_command(&word) => Some(word),
                Some(word) if word.starts_with("--") => None,
                // Something else than a mention of one of our options, such as `ls -l`.
                _ => continue,
            };
            for option in names_of_options(&text) {
                let key = (command.map(str::to_owned), option.clone());
                let is_known = *known.entry(key).or_insert_with(|| match command {
                    Some(command) => program.takes(command, &option),
                    None => program.knows(&option),
                });
                let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
                if !is_known && !OTHERS.contains(&(&name, &option)) {
                    let taker = command.map_or("no command".to_owned(), |it| format!("`{it}` not"));
                    wrong.push(format!("{name}: `{text}`: {taker} takes `{option}`"));
                }
            }
        }
    }
    assert!(known.len() > 50, "only {} mentions were found", known.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_hidden_is_told_from_what_is_not_there() {
    assert!(is_hidden("nslist", "--runtime-repo"));
    assert!(is_hidden("perf", "--def"));
    assert!(!is_hidden("nslist", "--no-such-thing"));
    let names = |text| names_of_options(text).into_iter().collect::<Vec<_>>();
    assert_eq!(names("-n, --ns <NAME>"), ["--ns", "-n"]);
    assert_eq!(names("[--dialect D] [-m MODE] a-b --- -- 1--x --x-"), ["--dialect", "-m"]);
    assert_eq!(names("`--redis-...`, --deny=P0100"), ["--deny"]);
}
