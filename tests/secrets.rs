//! Passwords in URLs: no message of any command shows one, wherever the URL was given.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::sandbox;

/// URLs of a server that nobody is at, each with what may not be seen of it.
const URLS: [(&str, &[&str]); 10] = [
    ("redis://:hunter2@127.0.0.1:1/0?key=none", &["hunter2"]),
    ("redis://joe:hun@ter/2@127.0.0.1:1/0?key=none", &["joe", "hun@", "ter/2"]),
    ("rediss://joe:hunter%402%2F@127.0.0.1:1", &["joe", "hunter%40", "hunter@2"]),
    (
        "redis://:hunter,zwei=drei:vier'funf sechs@127.0.0.1:1",
        &["hunter", "zwei", "drei", "vier", "funf", "sechs"],
    ),
    ("https://joe:hunter2@127.0.0.1/x.csv", &["joe", "hunter2"]),
    // What is nearly a URL.
    ("REDIS:/joe:hunter2@127.0.0.1:1", &["joe", "hunter2"]),
    ("redis:joe:hunter2@127.0.0.1:1", &["joe", "hunter2"]),
    ("redis://joe:hunter2", &["hunter2"]),
    ("redis://127.0.0.1:1/0?password=hunter2", &["hunter2"]),
    ("rediss:\\\\joe:hunter2@127.0.0.1:1", &["joe", "hunter2"]),
];

/// What a run of the program prints, both streams.
fn printed(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_planout"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("PLANOUT_CONFIG")
        .env_remove("PLANOUT_SOURCE")
        .env_remove("PLANOUT_TARGET")
        .env("NO_COLOR", "1")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("planout runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn assert_hidden(printed: &str, secrets: &[&str], run: &dyn std::fmt::Debug) {
    for secret in secrets {
        assert!(!printed.contains(secret), "{run:?} shows {secret}: {printed}");
    }
}

/// The commands that the help names.
fn commands(folder: &Path) -> Vec<String> {
    let help = printed(folder, &["--help"], &[]);
    let (_, commands) = help.split_once("\nCommands:\n").expect("commands");
    let names = commands.lines().take_while(|line| line.starts_with("  "));
    let names = names.filter(|line| !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Enough arguments for `planout power`.
const POWER: [&str; 10] = [
    "--ns",
    "button_color",
    "--exp",
    "Colors",
    "--param",
    "color",
    "--metric",
    "rate=0.1",
    "--mde",
    "5%",
];

/// The options of a command that take a value.
fn options(folder: &Path, command: &str) -> BTreeSet<String> {
    let help = printed(folder, &[command, "--help"], &[]);
    let words: Vec<_> = help.split_whitespace().collect();
    let pairs =
        words.windows(2).filter(|pair| pair[0].starts_with("--") && pair[1].starts_with('<'));
    pairs.map(|pair| pair[0].to_owned()).collect()
}

#[test]
fn no_argument_of_any_command_shows_a_password() {
    let folder = sandbox();
    let root = folder.path();
    let commands = commands(root);
    assert!(commands.len() >= 13, "{commands:?}");
    let mut runs = 0;
    for command in &commands {
        let options = options(root, command);
        assert!(options.contains("--color"), "{command}: {options:?}");
        // Enough for the command to look at the argument.
        let more: &[&str] = match &**command {
            "eval" => &["--ns", "button_color", "--batch", "users.csv", "userid=1"],
            "perf" | "simulate" => &["--ns", "button_color"],
            "power" => &POWER,
            "ramp" | "stop" => &["button_color", "x"],
            "plan" | "ship" => &["sample-namespaces", "out"],
            _ => &[],
        };
        for (url, secrets) in URLS {
            let input = format!("x={url}");
            let against = format!("git:{url}");
            let mut all: Vec<Vec<&str>> = vec![
                vec![url],
                vec![url, "out"],
                vec!["sample-namespaces", url],
                vec!["button_color", url],
                vec!["--nonsense", url],
                vec!["-v", url],
                vec![url, "--format", "json"],
                vec![url, url, url, url],
            ];
            match &**command {
                "eval" => {
                    all.push(vec!["--ns", "button_color", url, &input]);
                    all.push(vec!["--ns", "button_color", "userid=1", &input, url]);
                    all.push(vec!["--script", url]);
                }
                "plan" => {
                    all.push(vec!["--against", &against]);
                    all.push(vec!["--against", "git:main", url]);
                    all.push(vec![url, "out", "--format", "json", "-v"]);
                }
                _ => {}
            }
            let joined: Vec<_> = options.iter().map(|option| format!("{option}={url}")).collect();
            for (option, joined) in options.iter().zip(&joined) {
                all.push([more, &[option, url]].concat());
                all.push(vec![joined]);
            }
            for arguments in all {
                let arguments = [&[command.as_str()], &*arguments].concat();
                assert_hidden(&printed(root, &arguments, &[]), secrets, &arguments);
                runs += 1;
            }
        }
    }
    assert!(runs > 500, "{runs} runs");
}

#[test]
fn no_variable_of_the_environment_shows_a_password() {
    let folder = sandbox();
    let root = folder.path();
    for command in commands(root) {
        let arguments = match &*command {
            "eval" => vec!["eval", "-v", "--ns", "button_color", "userid=1"],
            "perf" | "simulate" => vec![&*command, "-v", "--ns", "button_color"],
            "power" => [&["power", "-v"], &POWER[..]].concat(),
            "ramp" | "stop" => vec![&*command, "-v", "button_color", "x"],
            command => vec![command, "-v"],
        };
        for (url, secrets) in URLS {
            for variable in ["PLANOUT_CONFIG", "PLANOUT_SOURCE", "PLANOUT_TARGET"] {
                let run = (&arguments, variable, url);
                assert_hidden(&printed(root, &arguments, &[(variable, url)]), secrets, &run);
            }
        }
    }
}

#[test]
fn no_configuration_shows_a_password() {
    let folder = sandbox();
    let root = folder.path();
    for (url, secrets) in URLS {
        for config in [
            format!("source = \"sample-namespaces\"\ntarget = \"{url}\"\n"),
            format!("source = \"{url}\"\n"),
            format!("target = \"{url}\" oops\n"),
            format!("target = \"{url}\n"),
            format!("target = {url}\n"),
            format!("\"{url}\" = 1\n"),
            format!("dialect = \"{url}\"\n"),
            format!("recursive = \"{url}\"\n"),
            format!("[checks]\nP0500 = \"{url}\"\n"),
            format!("[checks]\n\"{url}\" = \"off\"\n"),
            format!("[ship]\nreaders = \"{url}\"\n"),
        ] {
            fs::write(root.join("planout.toml"), &config).expect("a file");
            for arguments in [
                &["check", "-v"][..],
                &["nslist", "-v"],
                &["eval", "--ns", "button_color", "userid=1", "-v"],
                &["plan", "-v"],
                &["ship", "-v"],
                &["ship", "-v", "--format", "json"],
            ] {
                assert_hidden(&printed(root, arguments, &[]), secrets, &(arguments, &config));
            }
        }
    }
}

#[test]
fn no_diagnostic_shows_a_password_and_all_point_where_they_did() {
    let folder = sandbox();
    let root = folder.path();
    let script = "x = 'https://joe:hunter2@cdn/x' + nonsense(1;\n";
    fs::write(root.join("bad.planout"), script).expect("a file");
    let masked = script.replace("joe:hunter2", "***********");
    fs::write(root.join("masked.planout"), masked).expect("a file");
    for format in ["text", "json", "sarif", "github", "junit"] {
        let check = |file: &str| printed(root, &["check", file, "--format", format], &[]);
        let shown = check("bad.planout");
        assert_hidden(&shown, &["joe", "hunter2"], &format);
        // They have hashes of lines, too, which differ.
        let places = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.contains("LineHash"));
            lines.map(|line| line.replace("bad.", "masked.")).collect()
        };
        assert_eq!(places(&shown), places(&check("masked.planout")), "{format}");
    }
    let compiled = printed(root, &["compile", "bad.planout"], &[]);
    assert_hidden(&compiled, &["joe", "hunter2"], &"compile");
    // What a script gives is an answer, and no message.
    let answer = printed(root, &["eval", "--script", "x = 'https://joe:hunter2@cdn/x';"], &[]);
    assert!(answer.contains("https://joe:hunter2@cdn/x"), "{answer}");
}
