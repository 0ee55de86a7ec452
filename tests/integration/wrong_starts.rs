//! Functions that are started wrongly: each says which setting is missing or wrong, and none ends in a panic.

use fixtures::parallel::in_parallel;
use harness::binaries;
use harness::running::Running;
use local::template::Function;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

type Environment = BTreeMap<String, String>;

/// Variables without which a function does without something.
const OPTIONAL: [&str; 11] = [
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_SQS",
    "TRY_URL",
    "VIEWS_URL",
    "SIGN_IN_CLIENT_ID",
    "SIGN_IN_AUDIENCE",
    "SIGN_IN_ORIGIN",
    "AWS_SESSION_TOKEN",
    "AMOUNT_METRICS",
    "CURSOR_KEY_BEFORE",
    "RELEASE",
];

/// What a program says that cannot go on. Its runtime API is a port that nobody listens on.
fn said(program: &str, environment: &Environment) -> String {
    let mut command = Command::new(binaries().join(program));
    let lambda = [
        ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9"),
        ("AWS_LAMBDA_FUNCTION_NAME", program),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "group"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
    ];
    let output = command.env_clear().envs(lambda).envs(environment).stdin(Stdio::null()).output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!(output.status.code() == Some(1) && said.contains("the function cannot go on"), "{program}: {said}");
    assert!(!said.contains("panicked") && !said.contains("a bug"), "{program}: {said}");
    said
}

/// Starts a function without each of its variables, and with words in place of numbers; how often it was started.
fn start_wrongly(function: &Function, environment: &Environment) -> usize {
    let program = &*function.binary;
    let mut starts = 0;
    for (name, value) in environment {
        let mut without = environment.clone();
        without.remove(name);
        let told = said(program, &without);
        let is_named = told.contains(&format!("the environment variable {name} is missing or empty"));
        assert!(is_named || OPTIONAL.contains(&&**name), "{program} without {name}: {told}");
        let with = |value: &str| {
            let mut wrong = environment.clone();
            wrong.insert(name.clone(), value.to_owned());
            said(program, &wrong)
        };
        let empty = with("");
        assert_eq!(empty.contains("is missing or empty"), is_named, "{program} with an empty {name}: {empty}");
        starts += 2;
        if name.ends_with("_SECONDS") {
            for wrong in ["soon", "-1", "1.5", "99999999999"] {
                assert_ne!(wrong, value);
                let told = with(wrong);
                let named = format!("the environment variable {name} is not a whole number");
                assert!(told.contains(&named), "{program} with {name}={wrong}: {told}");
                starts += 1;
            }
        }
    }
    starts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_is_started_wrongly_says_what_is_wrong() {
    let running = Running::start().await;
    let aws = [("AWS_REGION", "eu-west-3"), ("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")];
    let functions = running.stack.template.functions.values().map(|function| {
        let mut environment = running.stack.environment(function);
        environment.extend(aws.map(|(name, value)| (name.to_owned(), value.to_owned())));
        (function.clone(), environment)
    });
    let functions: Vec<(Function, Environment)> = functions.collect();
    let started = in_parallel(&functions, |(function, environment)| start_wrongly(function, environment));
    println!("{started:?} starts");
    assert!(started.len() == functions.len() && started.iter().all(|starts| *starts >= 8), "{started:?}");
    running.stack.stop().await;
}
