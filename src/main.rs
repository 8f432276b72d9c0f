//! The command-line program: see `planout --help`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
