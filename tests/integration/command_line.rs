//! The command line of `all-in-web`: its output, and its refusals.

use fixtures::world::{World, data};
use harness::binaries;
use harness::running::Running;
use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The rows of the table of balances, as in `expected-balances.csv`.
pub(crate) fn balance_rows(printed: &str) -> Vec<String> {
    let rows = printed.lines().filter(|line| line.starts_with('│')).skip(1);
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('│').split('┆').map(str::trim).collect();
        let minor = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
        format!("{},{},{},{}", cells[0], cells[2], minor(cells[3]), minor(cells[4]))
    })
    .collect()
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    run_with_input(folder, arguments, "")
}

fn run_with_input(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(binaries().join("all-in-web"))
        .env_remove("CARGO")
        .args(["--api-port", "0", "--dynamodb-port", "0", "--sqs-port", "0"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn refused(output: &Output, said: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && stderr.contains(said), "{stderr}");
    assert!(output.stdout.is_empty());
}

#[test]
fn once_prints_the_expected_balances_and_the_next_run_finds_them() {
    let folder = tempfile::tempdir().unwrap();
    let expected = std::fs::read_to_string(data("expected-balances.csv")).unwrap();
    let mut secrets = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let output = run(folder.path(), &["--once"]);
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(balance_rows(&printed), expected.lines().skip(1).collect::<Vec<_>>());
        assert!(!printed.contains("http://"), "no address of a stack that has ended: {printed}");
        secrets.insert(["token-key.pk8", "secrets/CursorKey"].map(|name| {
            let file = folder.path().join(".local").join(name);
            let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{name}");
            std::fs::read(file).unwrap()
        }));
    }
    assert_eq!(secrets.len(), 1, "made once, and kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_serves_says_where_and_what_to_try() {
    let running = Running::start().await;
    let world = World::sample();
    let printed = local::report::hints(&running.stack, Some(&world.partners[0].id), &world.events[0]).unwrap();
    for hint in [
        "HTTP API",
        "DynamoDB",
        "SQS",
        "curl http://",
        "-H 'Authorization: Bearer ey",
        "Open the page\n\n  http://127.0.0.1:",
        "/identity/\n",
        "aws sqs send-message",
    ] {
        assert!(printed.contains(hint), "{hint} in {printed}");
    }
    running.stack.stop().await;
}

/// The permissions of everything below a folder, and of the folder itself.
fn permissions(folder: &Path) -> BTreeMap<String, u32> {
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut found = BTreeMap::from([(folder.display().to_string(), mode(folder))]);
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(permissions(&path));
        } else {
            found.insert(path.display().to_string(), mode(&path));
        }
    }
    found
}

fn check_private(folder: &Path) -> BTreeMap<String, u32> {
    let found = permissions(folder);
    for (path, mode) in &found {
        assert_eq!(*mode, if Path::new(path).is_dir() { 0o700 } else { 0o600 }, "{path} is {mode:o}");
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_is_its_owners_alone_while_it_is_used_and_afterwards() {
    let running = Running::start().await;
    let data = running.folder.path().to_owned();
    let found = check_private(&data);
    for name in ["dynamodb.sqlite", "dynamodb.sqlite-wal", "dynamodb.sqlite-shm", "secrets/CursorKey"] {
        assert!(found.contains_key(&data.join(name).display().to_string()), "{name} in {found:?}");
    }
    running.stack.stop().await;

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert!(run(folder.path(), &["--once", "--data", "data"]).status.success());
    let first = check_private(&data);
    assert!(first.contains_key(&data.join("logs/totals.log").display().to_string()), "{first:?}");
    // Files that an earlier version left open are closed.
    for path in first.keys() {
        let mode = if Path::new(path).is_dir() { 0o755 } else { 0o644 };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    assert!(run(folder.path(), &["--once", "--data", "data"]).status.success());
    assert!(check_private(&data).len() >= first.len() && first.len() > 10);
}

#[test]
fn other_partners_and_events_from_files_and_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let partners = data("edges/partners.json").display().to_string();
    let events = std::fs::read_to_string(data("edges/events.jsonl")).unwrap();
    let expected = std::fs::read_to_string(data("edges/expected-balances.csv")).unwrap();
    let output = run_with_input(folder.path(), &["--once", "--partners", &partners, "--events", "-"], &events);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(balance_rows(&String::from_utf8_lossy(&output.stdout)), expected.lines().skip(1).collect::<Vec<_>>());
    // Its own world is loaded: no sample comes into it.
    let output = run(folder.path(), &["--once"]);
    assert_eq!(balance_rows(&String::from_utf8_lossy(&output.stdout)), expected.lines().skip(1).collect::<Vec<_>>());
    // Fresh, it begins with the sample.
    let output = run(folder.path(), &["--once", "--fresh"]);
    let sample = std::fs::read_to_string(data("expected-balances.csv")).unwrap();
    assert_eq!(balance_rows(&String::from_utf8_lossy(&output.stdout)), sample.lines().skip(1).collect::<Vec<_>>());
}

#[test]
fn broken_input_is_refused_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let file = |name: &str, text: &str| {
        std::fs::write(path.join(name), text).unwrap();
    };
    file("events.jsonl", "\n{\"type\":\"com.all-in-web.billing.sale-signed.v1\"}\nnonsense\n");
    let output = run(path, &["--events", "events.jsonl"]);
    refused(&output, "events.jsonl:2: specversion is missing");
    refused(&output, "events.jsonl:3: is not an event of a known type");
    file(
        "partners.json",
        "{\n\"P-1\": {\"name\": \"A\", \"agreements\": [{\"model\": \"referrer\", \"starts_on\": \"2024-01-01\", \"end_on\": \"2024-01-02\"}]}\n}",
    );
    refused(&run(path, &["--partners", "partners.json"]), "partners.json:2: partner P-1: agreements[0].end_on");
    file("partners.json", "{\n\"P-1\": }");
    refused(&run(path, &["--partners", "partners.json"]), "partners.json: expected value at line 2");
    refused(&run(path, &["--partners", "nowhere.json"]), "nowhere.json cannot be read");
    refused(&run(path, &["--partners", "-", "--events", "-"]), "not both");
    refused(&run(path, &["--parameter", "Nothing=1"]), "Parameters.Nothing: there is no such parameter");
    let parameter = |value: &str| run(path, &["--parameter", value]);
    refused(&parameter("RestatementDelaySeconds=1"), "give --parameter RestatementDelaySeconds=11, or a shorter");
    refused(&parameter("VisibilityTimeoutSeconds=5"), "give --parameter VisibilityTimeoutSeconds=30, or a shorter");
    refused(
        &parameter("FunctionTimeoutSeconds=31"),
        "Parameters.FunctionTimeoutSeconds: must be a whole number from 1 to 30, not 31",
    );
    refused(
        &parameter("TotalsDelaySeconds=-1"),
        "Parameters.TotalsDelaySeconds: must be a whole number from 0 to 60, not -1",
    );
    refused(&parameter("TotalDelaySeconds=1"), "no such parameter; perhaps TotalsDelaySeconds is meant");
    refused(&parameter("TokenIssuer=http://i"), "Parameters.TokenIssuer: must match ^(https://");
    for (option, wrong, problem) in [
        ("--read-lag", "61", "must be a whole number from 0 to 60, in seconds"),
        ("--read-lag", "-1", "must be a whole number from 0 to 60, in seconds"),
        ("--throttles", "-1", "must be a whole number from 0 to 1000, of a thousand"),
        ("--conflicts", "-0.5", "must be a whole number from 0 to 1000, of a thousand"),
        ("--throttles", "1001", "must be a whole number from 0 to 1000, of a thousand"),
        ("--conflicts", "5%", "must be a whole number from 0 to 1000, of a thousand"),
        ("--fault-seed", "x", "must be a whole number, 0 or more"),
        ("--fault-seed", "-3", "must be a whole number, 0 or more"),
    ] {
        let output = run(path, &[option, wrong]);
        refused(&output, &format!("invalid value '{wrong}' for '{option}"));
        refused(&output, problem);
    }
    let lagging = run(path, &["--read-lag", "2", "--parameter", "RestatementDelaySeconds=12"]);
    refused(&lagging, "and reads lag 2 s; give --parameter RestatementDelaySeconds=13, or a shorter");
    refused(&run(path, &["--functions", "."]), "there is no program");
    assert!(!path.join(".local").exists(), "nothing was begun");
}

#[test]
fn a_busy_port_and_a_busy_folder_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    for (option, service) in [("--api-port", "the HTTP API"), ("--dynamodb-port", "DynamoDB"), ("--sqs-port", "SQS")] {
        let output = Command::new(binaries().join("all-in-web"))
            .env_remove("CARGO")
            .args(
                ["--api-port", "0", "--dynamodb-port", "0", "--sqs-port", "0"]
                    .chunks(2)
                    .filter(|pair| pair[0] != option)
                    .flatten(),
            )
            .args([option, &port])
            .current_dir(folder.path())
            .output()
            .unwrap();
        refused(&output, &format!("port {port} cannot be used for {service}"));
        refused(&output, option);
    }
    let lock = std::fs::File::create(folder.path().join("lock")).unwrap();
    lock.lock().unwrap();
    refused(&run(folder.path(), &["--data", "."]), "in use by another run");
}

#[test]
fn once_fails_with_the_count_and_the_reasons_of_what_was_not_processed() {
    let folder = tempfile::tempdir().unwrap();
    let functions = folder.path().join("functions");
    std::fs::create_dir(&functions).unwrap();
    for (name, program) in [
        ("sale-signed", "sale-signed"),
        ("annual-renewal", "annual-renewal"),
        // One that understands no credit note.
        ("credit-note", "sale-signed"),
        ("supplement", "supplement"),
        ("contract-ended", "contract-ended"),
        ("restatement", "restatement"),
        ("totals", "totals"),
        ("settlement", "settlement"),
        ("settlement-api", "settlement-api"),
        ("dashboard-api", "dashboard-api"),
    ] {
        std::os::unix::fs::symlink(binaries().join(program), functions.join(name)).unwrap();
    }
    let events = std::fs::read_to_string(data("events.jsonl")).unwrap();
    let events: Vec<&str> = events.lines().filter(|line| line.contains("credit-note")).take(2).collect();
    std::fs::write(folder.path().join("events.jsonl"), events.join("\n")).unwrap();
    let output = run(folder.path(), &["--once", "--events", "events.jsonl", "--functions", "functions"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("2 messages were not processed"));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(printed.matches(" in CreditNoteDeadLetters: type must be com.all-in-web").count(), 2, "{printed}");
}

#[test]
fn help_names_every_option() {
    let output = Command::new(binaries().join("all-in-web")).arg("--help").output().unwrap();
    let help = String::from_utf8_lossy(&output.stdout);
    for option in [
        "--once",
        "--no-open",
        "--partners",
        "--events",
        "--fresh",
        "--data",
        "--api-port",
        "--dynamodb-port",
        "--sqs-port",
        "--read-lag",
        "--throttles",
        "--conflicts",
        "--fault-seed",
        "--functions",
        "--parameter",
    ] {
        assert!(help.contains(option), "{option} in {help}");
    }
}
