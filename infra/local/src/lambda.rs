//! The Lambda runtime API, with each function as a process of its own that speaks the real `lambda_runtime`. A process
//! that ends, takes longer than its timeout, or does not ask for work in time, is replaced by a new one; its invocation
//! has failed.

use crate::template::Function;
use crate::{CREDENTIALS, HOST, REGION, door, private};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Time for a process to ask for work, after its start or an answer: as long as Lambda grants for a start.
const PREPARATION: Duration = Duration::from_secs(10);
/// Maximum size of an answer, in bytes: Lambda's.
const MAX_ANSWER: usize = 6_291_556;
/// Time between two checks of a process's deadline.
const WATCH: Duration = Duration::from_millis(50);
/// Longest pause between a process that ended at once and its successor.
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// Reason why an invocation has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// The process ended, or took too long and was ended.
    #[error("the function's process ended before it answered")]
    Ended,
    /// The function answered with an error.
    #[error("the function failed: {0}")]
    Failed(String),
}

/// A function that can be invoked.
#[derive(Debug, Clone)]
pub struct Invoker {
    /// The logical id.
    pub name: String,
    patience: Duration,
    waiting: mpsc::UnboundedSender<Invocation>,
}

struct Invocation {
    payload: Bytes,
    trace: String,
    reply: oneshot::Sender<Result<Bytes, InvokeError>>,
}

impl Invoker {
    /// Invokes the function and waits for its result. `trace` is X-Ray's header.
    pub async fn invoke(&self, payload: Bytes, trace: String) -> Result<Bytes, InvokeError> {
        let (reply, result) = oneshot::channel();
        self.waiting.send(Invocation { payload, trace, reply }).map_err(|_| InvokeError::Ended)?;
        match tokio::time::timeout(self.patience, result).await {
            Ok(Ok(result)) => result,
            // The process was ended, or never asked for work.
            Ok(Err(_)) | Err(_) => Err(InvokeError::Ended),
        }
    }
}

#[cfg(test)]
impl Invoker {
    /// A function in this process, by its answer to each payload.
    pub(crate) fn in_process(answer: impl Fn(&[u8]) -> String + Send + 'static) -> Invoker {
        let (waiting, mut queue) = mpsc::unbounded_channel::<Invocation>();
        tokio::spawn(async move {
            while let Some(Invocation { payload, trace: _, reply }) = queue.recv().await {
                let _ = reply.send(Ok(answer(&payload).into()));
            }
        });
        Invoker { name: "Test".to_owned(), patience: Duration::from_mins(1), waiting }
    }
}

/// Folders of the functions' programs and of their logs.
#[derive(Debug, Clone)]
pub struct Home {
    /// The folder of the programs.
    pub binaries: PathBuf,
    /// The folder of the logs.
    pub logs: PathBuf,
}

/// Starts a function: so many processes, each replaced as often as it ends, until `stop`.
pub fn start(
    name: &str,
    function: &Function,
    (environment, processes): (BTreeMap<String, String>, usize),
    home: &Home,
    (tasks, stop): (&TaskTracker, &CancellationToken),
) -> Invoker {
    let (waiting, queue) = mpsc::unbounded_channel();
    // Time for another invocation, then this one, and a start between them.
    let patience = Duration::from_secs(function.timeout_seconds.into()) * 2 + MAX_PAUSE / 5;
    let queue = Arc::new(tokio::sync::Mutex::new(queue));
    let supervisor = || Supervisor {
        name: name.to_owned(),
        function: function.clone(),
        environment: environment.clone(),
        program: home.binaries.join(&function.binary),
        log: home.logs.join(format!("{}.log", function.binary)),
        queue: Arc::clone(&queue),
        stop: stop.clone(),
    };
    for _ in 0..processes {
        tasks.spawn(supervisor().run());
    }
    Invoker { name: name.to_owned(), patience, waiting }
}

struct Supervisor {
    name: String,
    function: Function,
    environment: BTreeMap<String, String>,
    program: PathBuf,
    log: PathBuf,
    queue: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>>,
    stop: CancellationToken,
}

impl Supervisor {
    async fn run(self) {
        let mut pause = Duration::ZERO;
        while !self.stop.is_cancelled() {
            let started = Instant::now();
            if let Err(error) = self.live().await {
                eprintln!("{}: {} could not be started: {error}", self.name, self.program.display());
            }
            pause = if started.elapsed() > Duration::from_secs(2) {
                Duration::ZERO
            } else {
                (pause * 2).clamp(Duration::from_millis(50), MAX_PAUSE)
            };
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// One process, from its start to its end, with a runtime API of its own.
    async fn live(&self) -> std::io::Result<()> {
        let listener = TcpListener::bind((HOST, 0)).await?;
        let address = listener.local_addr()?;
        let over = CancellationToken::new();
        let _over_at_the_end = over.clone().drop_guard();
        let api = Arc::new(RuntimeApi {
            timeout: Duration::from_secs(self.function.timeout_seconds.into()),
            arn: format!("arn:aws:lambda:{REGION}:{}:function:{}", crate::ACCOUNT, self.name),
            queue: Arc::clone(&self.queue),
            work: Mutex::new(Work::preparing()),
            over: over.clone(),
        });
        let server = axum::serve(listener, door::before(router(Arc::clone(&api))));
        tokio::spawn(async move {
            tokio::select! {
                _ = server => {}
                () = over.cancelled() => {}
            }
        });
        let mut child = self.spawn(&address.to_string())?;
        loop {
            tokio::select! {
                status = child.wait() => {
                    eprintln!("{}: the process ended ({}); see {}", self.name, status?, self.log.display());
                    return Ok(());
                }
                () = self.stop.cancelled() => return child.kill().await,
                () = tokio::time::sleep(WATCH) => {
                    if let Some(limit) = api.overdue() {
                        eprintln!("{}: timed out after {} s", self.name, limit.as_secs());
                        return child.kill().await;
                    }
                }
            }
        }
    }

    fn spawn(&self, runtime_api: &str) -> std::io::Result<Child> {
        let log = private::append(&self.log)?;
        Command::new(&self.program)
            .env_clear()
            .envs(&self.environment)
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
            .env("AWS_LAMBDA_FUNCTION_NAME", &self.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", self.function.memory_mib.to_string())
            .env("AWS_LAMBDA_LOG_GROUP_NAME", &self.name)
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "local")
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", CREDENTIALS)
            .env("AWS_SECRET_ACCESS_KEY", CREDENTIALS)
            .stdin(Stdio::null())
            .stderr(log.try_clone()?)
            .stdout(log)
            .kill_on_drop(true)
            .spawn()
    }
}

/// The runtime API of one process.
struct RuntimeApi {
    timeout: Duration,
    arn: String,
    queue: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>>,
    work: Mutex<Work>,
    over: CancellationToken,
}

/// State of a process.
enum Work {
    /// It starts, or has answered, and must ask for work until the deadline.
    Preparing { deadline: Instant },
    /// It has asked for work.
    Waiting,
    /// It has an invocation, and must answer it until the deadline.
    Running { id: String, deadline: Instant, reply: oneshot::Sender<Result<Bytes, InvokeError>> },
}

impl Work {
    fn preparing() -> Work {
        Work::Preparing { deadline: Instant::now() + PREPARATION }
    }
}

impl RuntimeApi {
    fn work(&self) -> std::sync::MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The limit that the process has exceeded, if any.
    fn overdue(&self) -> Option<Duration> {
        let (deadline, limit) = match *self.work() {
            Work::Preparing { deadline } => (deadline, PREPARATION),
            Work::Waiting => return None,
            Work::Running { deadline, .. } => (deadline, self.timeout),
        };
        (deadline < Instant::now()).then_some(limit)
    }

    /// Ends the invocation with this id, if it is the current one.
    fn answer(&self, of: &str, result: Result<Bytes, InvokeError>) -> StatusCode {
        let mut work = self.work();
        match std::mem::replace(&mut *work, Work::preparing()) {
            // The caller may have given up.
            Work::Running { id, reply, .. } if id == of => drop(reply.send(result)),
            another => {
                *work = another;
                return StatusCode::BAD_REQUEST;
            }
        }
        StatusCode::ACCEPTED
    }
}

fn router(api: Arc<RuntimeApi>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::max(MAX_ANSWER))
        .with_state(api)
}

async fn next(State(api): State<Arc<RuntimeApi>>) -> Response {
    *api.work() = Work::Waiting;
    // A process that is about to be ended gets no answer: an error would only make it end in a panic.
    let invocation = tokio::select! {
        biased;
        () = api.over.cancelled() => None,
        invocation = next_wanted(&api) => invocation,
    };
    let Some(invocation) = invocation else { return std::future::pending().await };
    let id = request_id();
    let deadline_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + api.timeout;
    let headers: HeaderMap = [
        ("lambda-runtime-aws-request-id", id.clone()),
        ("lambda-runtime-deadline-ms", deadline_ms.as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", api.arn.clone()),
        ("lambda-runtime-trace-id", invocation.trace),
        ("content-type", "application/json".to_owned()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.parse().ok()?, HeaderValue::try_from(value).ok()?)))
    .collect();
    *api.work() = Work::Running { id, deadline: Instant::now() + api.timeout, reply: invocation.reply };
    (headers, invocation.payload).into_response()
}

/// The next invocation whose caller still waits.
async fn next_wanted(api: &RuntimeApi) -> Option<Invocation> {
    let mut queue = api.queue.lock().await;
    loop {
        let invocation = queue.recv().await?;
        if !invocation.reply.is_closed() {
            return Some(invocation);
        }
    }
}

async fn response(State(api): State<Arc<RuntimeApi>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    api.answer(&id, Ok(body))
}

async fn error(State(api): State<Arc<RuntimeApi>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    api.answer(&id, Err(InvokeError::Failed(String::from_utf8_lossy(&body).into_owned())))
}

async fn init_error(body: Bytes) -> StatusCode {
    eprintln!("a function could not start: {}", String::from_utf8_lossy(&body));
    StatusCode::ACCEPTED
}

/// X-Ray's header of a new trace.
pub fn new_trace() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut random = [0_u8; 20];
    // Without randomness the ids belong to no trace.
    let _ = aws_lc_rs::rand::fill(&mut random);
    let random = random.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let (root, parent) = random.split_at(24);
    format!("Root=1-{:08x}-{root};Parent={parent};Sampled=0", seconds & 0xffff_ffff)
}

/// An id that is unique among the invocations of this process.
pub(crate) fn request_id() -> String {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    format!("00000000-0000-4000-8000-{count:012x}")
}
