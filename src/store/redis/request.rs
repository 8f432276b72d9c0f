//! Commands as they are sent to a server.

/// A command: its name, usually a key, and further arguments.
#[derive(Clone, Debug)]
pub(super) struct Request {
    name: &'static str,
    key: Option<String>,
    /// The arguments after the name, in the form of the protocol.
    arguments: Vec<u8>,
    count: usize,
}

impl Request {
    /// A command without a key.
    pub(super) fn new(name: &'static str) -> Request {
        Request { name, key: None, arguments: Vec::new(), count: 0 }
    }

    /// A command with a key.
    pub(super) fn on(name: &'static str, key: &str) -> Request {
        Request { key: Some(key.to_owned()), ..Request::new(name) }.with(key)
    }

    /// The same command with one more argument.
    pub(super) fn with(mut self, argument: impl AsRef<[u8]>) -> Request {
        push(argument.as_ref(), &mut self.arguments);
        self.count += 1;
        self
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The bytes to send.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("*{}\r\n", self.count + 1).into_bytes();
        push(self.name.as_bytes(), &mut bytes);
        bytes.extend_from_slice(&self.arguments);
        bytes
    }
}

fn push(argument: &[u8], bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(format!("${}\r\n", argument.len()).as_bytes());
    bytes.extend_from_slice(argument);
    bytes.extend_from_slice(b"\r\n");
}
