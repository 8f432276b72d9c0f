//! Encrypted connections, to a server whose certificate was made for the test.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::redis::{RedisServer, free_port};
use crate::support::skip;
use crate::support::{planout, sandbox, shell};

/// Makes `ca.pem`, and `server.pem` that it signed, with their keys. `None` without `openssl`.
fn certificates(folder: &Path) -> Option<()> {
    let openssl = |arguments: &str| {
        let mut command = Command::new("openssl");
        command.args(arguments.split(' ')).current_dir(folder);
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().ok()
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1").expect("a file");
    for arguments in [
        &format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=ca -days 2"),
        &format!("req {key} -keyout server.key -out server.csr -subj /CN=server"),
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 \
         -extfile names",
    ] {
        let Some(status) = openssl(arguments) else {
            skip("there is no `openssl`");
            return None;
        };
        assert!(status.success(), "openssl {arguments}");
    }
    Some(())
}

#[test]
fn a_connection_is_encrypted_and_its_server_known() {
    let sandbox = sandbox();
    let folder = sandbox.path();
    let Some(()) = certificates(folder) else { return };
    let port = free_port().to_string();
    let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (ca, certificate, key) = (file("ca.pem"), file("server.pem"), file("server.key"));
    let options = ["--tls-port", &port, "--tls-auth-clients", "no", "--tls-ca-cert-file", &ca];
    let more = ["--tls-cert-file", &certificate, "--tls-key-file", &key];
    let options = [&options[..], &more, &["--requirepass", "pw"]].concat();
    let Some(server) = RedisServer::start_with(&options) else { return };

    for host in ["localhost", "127.0.0.1"] {
        let url = format!("rediss://:pw@{host}:{port}/0?tls_ca=ca.pem");
        let run = planout(folder, &["ship", "sample-namespaces", &url]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        let run = planout(folder, &["nslist", "-m", "experiments", &url]);
        assert!(run.stdout.contains("test_ns,Group_Goals.run_2\n"), "{}", run.stderr);
    }
    let trusted = format!("SSL_CERT_FILE=ca.pem planout nslist rediss://:pw@localhost:{port}");
    assert!(shell(&trusted, folder).contains("test_ns"), "{}", shell(&trusted, folder));

    let failure = |url: &str| {
        let run = planout(folder, &["nslist", url]);
        assert_eq!(run.status, 3, "{}", run.stderr);
        run.stderr
    };
    let message = failure(&format!("rediss://:pw@localhost:{port}"));
    assert!(message.contains("is not signed by a trusted authority"), "{message}");
    let message = failure(&format!("rediss://:pw@127.0.0.2:{port}?tls_ca=ca.pem"));
    assert!(message.contains("refused") || message.contains("is for another host"), "{message}");
    // Each side waits for the other to go on in its own language.
    let plain = server.port();
    let message = failure(&format!("rediss://:pw@localhost:{plain}?tls_ca=ca.pem&timeout=0.5"));
    assert!(message.contains("no answer within 0.5 s"), "{message}");
    let message = failure(&format!("redis://:pw@localhost:{port}?timeout=0.5"));
    assert!(message.starts_with("error: cannot connect to `redis://localhost:"), "{message}");
    let message = failure(&format!("rediss://:pw@localhost:{port}?tls_ca=none.pem"));
    assert!(message.contains("cannot read `none.pem`"), "{message}");
    // A configuration of others can name a pipe, for which nobody waits.
    let made = std::process::Command::new("mkfifo").arg(folder.join("pipe.pem")).status();
    assert!(made.expect("mkfifo runs").success());
    let message = failure(&format!("rediss://:pw@localhost:{port}?tls_ca=pipe.pem"));
    assert!(message.contains("`pipe.pem` is neither a file nor a directory"), "{message}");
    fs::write(folder.join("empty.pem"), "").expect("a file");
    let message = failure(&format!("rediss://:pw@localhost:{port}?tls_ca=empty.pem"));
    assert!(message.contains("is not signed by a trusted authority"), "{message}");
}
