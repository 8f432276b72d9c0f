//! The command-line program: see `planout --help`.

mod cli;

/// With the allocator of a static glibc, threads that read and plan many namespaces wait for one
/// another, because it changes the memory map again and again. This allocator does not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
