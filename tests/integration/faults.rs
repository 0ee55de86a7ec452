//! Handlers and whole stacks that die: nothing is lost, nothing is counted twice.

use crate::watcher;
use aws_sdk_sqs::types::QueueAttributeName;
use events::EventType;
use fixtures::generator::Size;
use fixtures::world::{World, data, event};
use harness::binaries;
use harness::running::{Running, minor};
use local::client::Http;
use local::load::{self, DeadLetter};
use serde_json::json;
use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The processes of a stack that run a program.
fn processes(running: &Running, program: &str) -> Vec<String> {
    let of_this_stack = |process: &Path| {
        let environment = std::fs::read(process.join("environ")).unwrap_or_default();
        let url = running.stack.sqs_url.as_bytes();
        let runs = std::fs::read_link(process.join("exe")).is_ok_and(|path| path.ends_with(program));
        runs && environment.windows(url.len()).any(|part| part == url)
    };
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok).map(|entry| entry.path());
    processes
        .filter(|process| of_this_stack(process))
        .map(|process| process.file_name().unwrap().to_string_lossy().into_owned())
        .collect()
}

fn signal(name: &str, process: &str) {
    Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status().unwrap();
}

/// Short timeouts, so that tests do not wait; and however slow the machine, no message is given up for it.
const PATIENT: [(&str, &str); 2] = [("FunctionTimeoutSeconds", "2"), ("MaxReceiveCount", "100")];

/// Ends or stops each handler again and again while both worlds are taken in.
async fn handlers_fail(signal_name: &str) {
    let running = Running::start_with(&PATIENT).await;
    running.come_back_after(3).await;
    let world = World::all();
    running.register(&world).await;
    let faults = async {
        for _ in 0..3 {
            for program in ["sale-signed", "annual-renewal", "credit-note", "supplement", "contract-ended"] {
                tokio::time::sleep(Duration::from_millis(100)).await;
                for process in processes(&running, program) {
                    signal(signal_name, &process);
                }
            }
        }
    };
    let ((), ()) = tokio::join!(running.take_in(&world.events), faults);
    // A function that died after a write left the month to the confirmation.
    running.wait_for_delayed().await;
    assert_eq!(running.dead_letters().await, []);
    running.check(&world).await;
    for program in ["sale-signed", "annual-renewal", "credit-note", "supplement", "contract-ended"] {
        assert_eq!(processes(&running, program).len(), 1, "{program} is running again");
    }
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_crashes_is_restarted_and_its_messages_come_back() {
    handlers_fail("KILL").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_hangs_is_restarted_and_its_messages_come_back() {
    handlers_fail("STOP").await;
}

/// Between two invocations a process owes no answer, so that no invocation's deadline tells that it hangs.
#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_hangs_before_it_asks_for_work_is_restarted() {
    let programs = tempfile::tempdir().unwrap();
    for program in std::fs::read_dir(binaries()).unwrap().map(|entry| entry.unwrap().path()) {
        symlink(&program, programs.path().join(program.file_name().unwrap())).unwrap();
    }
    let handler = programs.path().join("sale-signed");
    std::fs::remove_file(&handler).unwrap();
    let hang_once = "#!/bin/sh\n[ -e \"$0.hung\" ] || { : > \"$0.hung\"; kill -STOP $$; }\nexec";
    std::fs::write(&handler, format!("{hang_once} {}\n", binaries().join("sale-signed").display())).unwrap();
    std::fs::set_permissions(&handler, Permissions::from_mode(0o755)).unwrap();

    let running = Running::start_from(programs.path().to_owned(), &PATIENT).await;
    running.come_back_after(3).await;
    let world = World::sample();
    running.register(&world).await;
    running.take_in(&world.events).await;
    running.check(&world).await;
    assert!(programs.path().join("sale-signed.hung").exists());
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_handler_keeps_dying_is_accounted_for() {
    let running = Running::start_with(&[("FunctionTimeoutSeconds", "1"), ("MaxReceiveCount", "5")]).await;
    running.come_back_after(1).await;
    let world = World::sample();
    let event = world.events.iter().find(|event| event.event_type == EventType::CreditNote).unwrap().clone();
    let mut done = std::pin::pin!(running.take_in(std::slice::from_ref(&event)));
    loop {
        tokio::select! {
            () = &mut done => break,
            () = tokio::time::sleep(Duration::from_millis(5)) => {
                for process in processes(&running, "credit-note") {
                    signal("KILL", &process);
                }
            }
        }
    }
    // The message was processed, or received too often: either way it is accounted for.
    let dead = running.dead_letters().await;
    let body: serde_json::Value = serde_json::from_str(&event.body).unwrap();
    let contract = body["data"]["contract_id"].as_str().unwrap();
    let known = loop {
        let answer = running.api.get(&format!("/contracts/{contract}")).await.unwrap();
        // A second is little for the first answer on a busy machine.
        if answer.status != 503 {
            break answer;
        }
    };
    let given_up = |letter: &DeadLetter| letter.body == event.body && letter.reason.contains("too often");
    assert!(dead.iter().any(given_up) || known.status == 200, "{dead:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_is_stopped_at_its_work_is_ended_when_its_time_is_over() {
    let running = Running::start_with(&PATIENT).await;
    running.come_back_after(3).await;
    let world = World::sample();
    running.register(&world).await;
    let stopped = wait_for(|| processes(&running, "sale-signed").first().cloned()).await;
    signal("STOP", &stopped);
    let sale = world.events.iter().find(|event| event.event_type == EventType::SaleSigned).unwrap().clone();
    load::send(&running.stack, &[sale]).await.unwrap();
    // The process stays stopped.
    let next = wait_for(|| processes(&running, "sale-signed").into_iter().find(|process| *process != stopped)).await;
    assert_eq!(processes(&running, "sale-signed"), [next]);
    running.wait_for_delayed().await;
    assert_eq!(running.api.get("/contracts/C-156959-0").await.unwrap().status, 200);
    running.stack.stop().await;
}

/// A stopped process could take a function's work away, or answer in its name.
#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_a_browser_gets_at_the_runtime_api() {
    let running = Running::start().await;
    let process = wait_for(|| processes(&running, "sale-signed").first().cloned()).await;
    let environment = std::fs::read(format!("/proc/{process}/environ")).unwrap();
    let mut variables = environment.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let address = variables.find_map(|line| Some(line.strip_prefix("AWS_LAMBDA_RUNTIME_API=")?.to_owned())).unwrap();
    let api = Http::new(&format!("http://{address}"));
    for (method, path, header) in [
        ("GET", "invocation/next", ("sec-fetch-site", "cross-site")),
        ("GET", "invocation/next", ("host", "evil.example")),
        ("POST", "invocation/0/response", ("origin", "https://evil.example")),
    ] {
        let path = format!("/2018-06-01/runtime/{path}");
        let answer = api.send(method.parse().unwrap(), &path, &[header], "{}".to_owned()).await.unwrap();
        assert_eq!(answer.status, 403, "{header:?}");
    }
    running.stack.stop().await;
}

/// Looks repeatedly until there is a result.
async fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = look() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), found).await.expect("it comes in time")
}

/// Time for which a handler is stopped: shorter than the limit of a request's attempt, so that it goes on with the data
/// it has read.
const STOPPED: Duration = Duration::from_secs(2);

/// The steady path reads agreements, and inserts annuities decided by them. Here they change in between, and the pass
/// that follows is over before the insert is there: only the second look can correct it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_handler_books_under_agreements_that_changed_meanwhile_is_put_right() {
    let is_to_stop = Arc::new(AtomicBool::new(false));
    let (stop, mut stopped) = tokio::sync::mpsc::unbounded_channel();
    let watched = Arc::clone(&is_to_stop);
    // The answer of a read reaches the handler only after the watcher has stopped the handler.
    let address = watcher::start(move |_, operation, _| {
        if operation == "BatchGetItem" && watched.swap(false, Ordering::Relaxed) {
            let (done, is_done) = std::sync::mpsc::channel();
            stop.send(done).unwrap();
            tokio::task::block_in_place(|| is_done.recv()).unwrap();
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let programs = folder.path().join("programs");
    watcher::past(&address, &programs, &["sale-signed"]);
    let running = Running::start_from(programs, &[]).await;
    let put = async |rate: &str, header: &[(&str, &str)]| {
        let agreement = json!({"model": "referrer", "starts_on": "2020-01-01", "rate": rate});
        let partner = json!({"name": "P", "agreements": [agreement], "reason": "negotiated"}).to_string();
        running.api.send("PUT".parse().unwrap(), "/partners/P-1", header, partner).await.unwrap().status
    };
    let sale = |number: u32| {
        let fee = json!({"amount": "100.00", "currency": "EUR"});
        let (contract, customer) = (format!("C-{number}"), format!("K-{number}"));
        let day = format!("2026-01-{number:02}");
        let sale = json!({"contract_id": contract, "partner_id": "P-1", "customer_id": customer, "signed_on": day, "annual_fee": fee});
        event(EventType::SaleSigned, &number.to_string(), &sale)
    };
    assert_eq!(put("0.15", &[]).await, 201);
    // Sales beyond the partner's list of its earliest sales take the steady path.
    running.take_in(&(1..=11).map(sale).collect::<Vec<_>>()).await;
    running.wait_for_delayed().await;

    is_to_stop.store(true, Ordering::Relaxed);
    load::send(&running.stack, &[sale(12)]).await.unwrap();
    let done: std::sync::mpsc::Sender<()> = stopped.recv().await.unwrap();
    let handler = processes(&running, "sale-signed").remove(0);
    signal("STOP", &handler);
    let since = Instant::now();
    done.send(()).unwrap();
    assert_eq!(put("0.2", &[("if-match", "*")]).await, 200);
    load::wait_for_queue(&running.stack, "RestatementQueue").await.unwrap();
    let is_second_look_over = async || {
        let delayed = QueueAttributeName::ApproximateNumberOfMessagesDelayed;
        let queue = running.stack.queue_url("RestatementQueue");
        let counts = running.stack.sqs().get_queue_attributes().queue_url(queue).attribute_names(delayed.clone());
        counts.send().await.unwrap().attributes.unwrap()[&delayed] == "0"
    };
    while since.elapsed() < STOPPED && !is_second_look_over().await {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    signal("CONT", &handler);
    running.wait_for_delayed().await;
    let entries = running.get("/contracts/C-12").await["entries"].clone();
    let amounts: Vec<i64> = entries.as_array().unwrap().iter().map(|entry| minor(&entry["amount"])).collect();
    assert_eq!(amounts, [1500, 500], "booked with the old agreement, and put right");
    running.stack.stop().await;
}

fn all_in_web(folder: &Path) -> Command {
    let mut command = Command::new(binaries().join("all-in-web"));
    command.env_remove("CARGO").arg("--data").arg(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.args(["--api-port", "0", "--dynamodb-port", "0", "--sqs-port", "0"]);
    command
}

#[test]
fn a_stack_that_is_killed_at_any_moment_goes_on_where_it_was() {
    let expected = std::fs::read_to_string(data("expected-balances.csv")).unwrap();
    // While it sends the sample events, and while it makes the demo, half of which is nothing to go on with.
    let moments = [50, 150, 300, 500, 800, 1200].map(|milliseconds| ("--once", milliseconds));
    for (first_run, milliseconds) in moments.into_iter().chain([("--no-open", 200), ("--no-open", 600)]) {
        let folder = tempfile::tempdir().unwrap();
        let mut first = all_in_web(folder.path());
        let mut first = first.arg(first_run).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        first.kill().unwrap();
        first.wait().unwrap();
        let second = all_in_web(folder.path()).arg("--once").output().unwrap();
        let printed = String::from_utf8_lossy(&second.stdout);
        assert!(second.status.success(), "killed after {milliseconds} ms: {}", String::from_utf8_lossy(&second.stderr));
        assert_eq!(crate::command_line::balance_rows(&printed), expected.lines().skip(1).collect::<Vec<_>>());
    }
}

/// All faults at once: handlers killed, messages shuffled and sent twice, the stack itself killed and started again.
#[test]
fn under_fire_the_ledger_stays_whole() {
    let world = World::all().and(World::generated(7, Size { partners: 40, contracts: 500 }));
    let folder = tempfile::tempdir().unwrap();
    let partners = folder.path().join("partners.json");
    let events = folder.path().join("events.jsonl");
    let registry: Vec<String> =
        world.partners.iter().map(|partner| format!("\"{}\": {}", partner.id, partner.body)).collect();
    std::fs::write(&partners, format!("{{{}}}", registry.join(","))).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    let all_in_web = |ports: [u16; 2], more: &[&str]| {
        let mut command = Command::new(binaries().join("all-in-web"));
        command.env_remove("CARGO").args(["--api-port", "0", "--data"]).arg(folder.path().join("data"));
        command.args(["--dynamodb-port", &ports[0].to_string(), "--sqs-port", &ports[1].to_string()]);
        command.args(PATIENT.iter().flat_map(|(name, value)| ["--parameter".to_owned(), format!("{name}={value}")]));
        command.arg("--partners").arg(&partners).arg("--events").arg(&events).args(more);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    for seed in 0..4 {
        let bodies: Vec<String> = world.shuffled(seed).into_iter().map(|event| event.body).collect();
        std::fs::write(&events, bodies.join("\n")).unwrap();
        let mut stack = all_in_web([0, 0], &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        for _ in 0..3 {
            std::thread::sleep(Duration::from_millis(random.u64(100..400)));
            for child in children(stack.id()).iter().filter(|_| random.bool()) {
                signal("KILL", child);
            }
        }
        stack.kill().unwrap();
        stack.wait().unwrap();
    }
    let ended = all_in_web([0, 0], &["--once"]).output().unwrap();
    let printed = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let balances: std::collections::BTreeSet<String> =
        crate::command_line::balance_rows(&printed).into_iter().collect();
    assert_eq!(balances, world.expected_balances);

    let [dynamodb, sqs] = [free_port(), free_port()];
    let mut stack = all_in_web([dynamodb, sqs], &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let audit = audit_when_up(dynamodb, sqs);
    stack.kill().unwrap();
    stack.wait().unwrap();
    assert!(audit.contains(" 0 differences"), "{audit}");
}

/// The processes that a process started.
fn children(parent: u32) -> Vec<String> {
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    let of_threads = std::fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().filter_map(Result::ok);
    let of_threads = of_threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    of_threads.chain([children]).flat_map(|ids| ids.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Runs the audit once the stack is up, and returns its output.
fn audit_when_up(dynamodb: u16, sqs: u16) -> String {
    let mut said = String::new();
    for _ in 0..100 {
        let audit = Command::new(binaries().join("operate"))
            .args(["--dynamodb-port", &dynamodb.to_string(), "--sqs-port", &sqs.to_string(), "audit"])
            .output()
            .unwrap();
        said = String::from_utf8_lossy(&audit.stdout).into_owned() + &String::from_utf8_lossy(&audit.stderr);
        if audit.status.success() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    said
}
