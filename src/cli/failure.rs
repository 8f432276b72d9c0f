//! How a command fails, and with what exit status.

use planout::store::StoreError;

pub(super) type Outcome<T = ()> = Result<T, Failure>;

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: Kind,
    /// What to say; empty where all has been said.
    pub(super) message: String,
    /// What to do about it.
    pub(super) help: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The input is wrong, or the answer is no.
    Wrong,
    /// The command line is wrong.
    Usage,
    /// A file, a store or the network failed.
    Broken,
    /// Nobody reads the output any more.
    ClosedPipe,
    /// Nothing failed: the status is part of the answer.
    Answer(u8),
}

impl Failure {
    fn new(kind: Kind, message: impl Into<String>) -> Failure {
        Failure { kind, message: message.into(), help: None }
    }

    pub(super) fn wrong(message: impl Into<String>) -> Failure {
        Failure::new(Kind::Wrong, message)
    }

    /// The input is wrong, and its diagnostics have been printed.
    pub(super) fn reported() -> Failure {
        Failure::new(Kind::Wrong, "")
    }

    /// The answer has a status of its own.
    pub(super) fn answer(status: u8) -> Failure {
        Failure::new(Kind::Answer(status), "")
    }

    pub(super) fn usage(message: impl Into<String>) -> Failure {
        Failure::new(Kind::Usage, message)
    }

    pub(super) fn broken(message: impl Into<String>) -> Failure {
        Failure::new(Kind::Broken, message)
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }

    /// Something of that name does not exist: says which one is near, or which there are.
    pub(super) fn unknown<'a>(
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Failure {
        let failure = Failure::wrong(format!("unknown {what} `{name}`"));
        if let Some(near) = planout::diagnostic::nearest(name, known.clone()) {
            return failure.help(format!("did you mean `{near}`?"));
        }
        let known: Vec<_> = known.into_iter().map(|name| format!("`{name}`")).collect();
        match known.len() {
            0 => failure.help(format!("there is no {what}")),
            1..=10 => failure.help(format!("there is {}", known.join(", "))),
            more => failure.help(format!("there are {more}, among them {}", known[..5].join(", "))),
        }
    }

    /// The exit status of the program.
    pub(super) fn status(&self) -> u8 {
        match self.kind {
            Kind::ClosedPipe => 0,
            Kind::Wrong => 1,
            Kind::Usage => 2,
            Kind::Broken => 3,
            Kind::Answer(status) => status,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let (message, help) = (error.to_string(), error.help());
        let failure = match error {
            StoreError::UnknownScheme { .. }
            | StoreError::MissingFeature { .. }
            | StoreError::InvalidUrl { .. } => Failure::usage(message),
            StoreError::IsDirectory(_)
            | StoreError::NotADirectory(_)
            | StoreError::NotUtf8(_)
            | StoreError::NotANamespace(_) => Failure::wrong(message),
            _ => Failure::broken(message),
        };
        Failure { help, ..failure }
    }
}

impl From<std::io::Error> for Failure {
    /// What a failed write to standard output or a failed read of standard input comes to.
    fn from(error: std::io::Error) -> Failure {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::new(Kind::ClosedPipe, ""),
            _ => Failure::broken(format!("standard input or output: {error}")),
        }
    }
}
