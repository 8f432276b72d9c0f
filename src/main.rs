//! The command-line program: see `planout --help`.

mod cli;

/// Threads that read and plan many namespaces wait for one another in the allocator of a static
/// glibc, which changes the memory map again and again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
