//! Everything started together, and stopped together.

use crate::binaries::{self, BinariesError};
use crate::client::Http;
use crate::gateway::Gateway;
use crate::lambda::{self, Home, Invoker};
use crate::template::{Function, Template, TemplateError, Value};
use crate::tokens::{self, Role, Tokens};
use crate::{HOST, mapping, queues, secrets, table};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The template this program was built with.
const TEMPLATE: &str = include_str!("../../../template.yaml");

/// What of the template is otherwise here than in an account, unless it is given: nobody waits a quarter of an hour, tokens
/// are of this machine's own making, and whoever loads a world is not held up.
pub const PARAMETERS: [(&str, &str); 7] = [
    ("RestatementDelaySeconds", "1"),
    ("FunctionTimeoutSeconds", "5"),
    ("VisibilityTimeoutSeconds", "30"),
    ("TokenIssuer", tokens::ISSUER),
    ("TokenAudience", tokens::AUDIENCE),
    ("RequestsPerSecond", "10000"),
    ("RequestBurst", "5000"),
];

/// How long a part may take to stop before it is left behind.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which DynamoDB keeps the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dynamodb {
    /// The embedded one, on this port; 0: any free one.
    Embedded(u16),
    /// One that answers at this URL already.
    At(String),
}

/// How to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the data is kept.
    pub data: PathBuf,
    /// Whether to throw away what is there.
    pub fresh: bool,
    /// Port of the HTTP API; 0: any free one.
    pub api_port: u16,
    /// Which DynamoDB.
    pub dynamodb: Dynamodb,
    /// Port of SQS.
    pub sqs_port: u16,
    /// Where the functions' programs are.
    pub binaries: PathBuf,
    /// Parameters of the template, over [`PARAMETERS`].
    pub parameters: BTreeMap<String, String>,
}

/// Why the system did not start. Nothing of it is left running.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// The template cannot be done here.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A program is missing.
    #[error(transparent)]
    Binaries(#[from] BinariesError),
    /// The data folder cannot be used.
    #[error("the data folder {} cannot be used", folder.display())]
    Data {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The data folder is another's.
    #[error("the data folder {} is in use by another run: stop that one, or choose another with --data", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A port is taken.
    #[error(
        "port {port} cannot be used for {service}: stop what uses it, or choose another with {option} (0: any free one)"
    )]
    Port {
        /// The port.
        port: u16,
        /// What it is for.
        service: &'static str,
        /// How to choose another.
        option: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// An embedded service did not come up.
    #[error("{service} could not be set up")]
    Service {
        /// Which.
        service: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The running system.
#[derive(Debug)]
pub struct Stack {
    /// What it was started from.
    pub template: Template,
    /// Where the HTTP API answers.
    pub api_url: String,
    /// Where DynamoDB answers.
    pub dynamodb_url: String,
    /// Where SQS answers.
    pub sqs_url: String,
    /// Where the data is kept.
    pub data: PathBuf,
    /// Signs and verifies tokens.
    pub tokens: Arc<Tokens>,
    /// What the template's generated secrets say.
    secrets: BTreeMap<String, String>,
    intake: Part,
    functions: Part,
    services: Part,
    /// Held for as long as the data is ours.
    _lock: File,
}

/// Tasks that stop together.
#[derive(Debug, Default)]
struct Part {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Part {
    fn handles(&self) -> (&TaskTracker, &CancellationToken) {
        (&self.tasks, &self.stop)
    }

    async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        let _ = tokio::time::timeout(PATIENCE, self.tasks.wait()).await;
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        for part in [&self.intake, &self.functions, &self.services] {
            part.stop.cancel();
        }
    }
}

impl Stack {
    /// Starts everything.
    pub async fn start(options: Options) -> Result<Stack, StackError> {
        let mut parameters: BTreeMap<String, String> =
            PARAMETERS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        parameters.extend(options.parameters.clone());
        let template = Template::read(TEMPLATE, &parameters)?;
        let programs: BTreeSet<&str> = template.functions.values().map(|function| function.binary.as_str()).collect();
        binaries::check(&options.binaries, &programs)?;

        let (api, api_url) = listen(options.api_port, "the HTTP API", "--api-port").await?;
        let (dynamodb, dynamodb_url) = match &options.dynamodb {
            Dynamodb::Embedded(port) => {
                let (listener, url) = listen(*port, "DynamoDB", "--dynamodb-port").await?;
                (Some(listener), url)
            }
            Dynamodb::At(url) => (None, url.clone()),
        };
        let (sqs, sqs_url) = listen(options.sqs_port, "SQS", "--sqs-port").await?;
        let lock = prepare(&options)?;
        let failed = |source| StackError::Data { folder: options.data.clone(), source };
        let api_settings = &template.api;
        let tokens = Tokens::first(&options.data, &api_settings.issuer, &api_settings.audience).map_err(failed)?;
        let secrets = kept_secrets(&options.data, &template).map_err(failed)?;

        let (intake, functions, services) = (Part::default(), Part::default(), Part::default());
        let stack = Stack {
            template,
            api_url,
            dynamodb_url,
            sqs_url,
            data: options.data.clone(),
            tokens: Arc::new(tokens),
            secrets,
            intake,
            functions,
            services,
            _lock: lock,
        };
        stack.start_services(dynamodb, sqs, options.fresh).await?;
        let invokers = stack.start_functions(&options);
        stack.start_intake(api, &invokers);
        Ok(stack)
    }

    async fn start_services(
        &self,
        dynamodb: Option<TcpListener>,
        sqs: TcpListener,
        fresh: bool,
    ) -> Result<(), StackError> {
        let failed = |service| move |source| StackError::Service { service, source };
        let sqs_port = sqs.local_addr().map(|address| address.port()).unwrap_or_default();
        queues::serve(sqs, sqs_port, self.services.handles());
        match dynamodb {
            Some(listener) => table::serve(listener, &self.data.join("dynamodb.sqlite"), self.services.handles())
                .map_err(failed("DynamoDB"))?,
            None if fresh => {
                table::delete(&self.dynamodb(), &self.template.table).await.map_err(failed("DynamoDB"))?;
            }
            None => {}
        }
        table::create(&self.dynamodb(), &self.template.table).await.map_err(failed("the table"))?;
        queues::create(&self.sqs(), &self.template.queues).await.map_err(failed("the queues"))
    }

    fn start_functions(&self, options: &Options) -> BTreeMap<String, Invoker> {
        let home = Home { binaries: options.binaries.clone(), logs: self.data.join("logs") };
        let functions = self.template.functions.iter().map(|(name, function)| {
            let environment = self.environment(function);
            (name.clone(), lambda::start(name, function, environment, &home, self.functions.handles()))
        });
        functions.collect()
    }

    /// What a function finds in its environment, beside what Lambda itself puts there.
    pub fn environment(&self, function: &Function) -> BTreeMap<String, String> {
        let own = function.environment.iter().map(|(name, value)| {
            let value = match value {
                Value::Text(text) | Value::TableName(text) => text.clone(),
                Value::QueueUrl(queue) => self.queue_url(queue),
                Value::Secret(name) => self.secrets.get(name).cloned().unwrap_or_default(),
            };
            (name.clone(), value)
        });
        let endpoints = [("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb_url), ("AWS_ENDPOINT_URL_SQS", &self.sqs_url)];
        own.chain(endpoints.map(|(name, url)| (name.to_owned(), url.clone()))).collect()
    }

    fn start_intake(&self, api: TcpListener, invokers: &BTreeMap<String, Invoker>) {
        let mut routes = Vec::new();
        for (name, function) in &self.template.functions {
            let Some(invoker) = invokers.get(name) else { continue };
            routes.extend(function.routes.iter().map(|route| (route.clone(), invoker.clone())));
            if let Some(mapping) = &function.mapping {
                let queue = (self.sqs(), self.queue_url(&mapping.queue));
                mapping::start(mapping, invoker.clone(), queue, self.intake.handles());
            }
        }
        let gateway = Gateway::new(self.template.api.clone(), routes, Arc::clone(&self.tokens));
        gateway.serve(api, self.intake.handles());
    }

    /// Stops taking work in, lets what is under way end, then stops the functions and the services.
    pub async fn stop(self) {
        self.intake.stop().await;
        self.functions.stop().await;
        self.services.stop().await;
    }

    /// A client of the HTTP API, with a token for the time of a run.
    pub fn api(&self, role: &Role) -> std::io::Result<Http> {
        Ok(Http::new(&self.api_url).with_token(self.tokens.mint(role, tokens::LIFETIME)?))
    }

    /// A client of the embedded DynamoDB.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        table::client(&self.dynamodb_url)
    }

    /// A client of the embedded SQS.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        queues::client(&self.sqs_url)
    }

    /// The URL of a queue.
    pub fn queue_url(&self, name: &str) -> String {
        queues::url(&self.sqs_url, name)
    }
}

async fn listen(port: u16, service: &'static str, option: &'static str) -> Result<(TcpListener, String), StackError> {
    let failed = |source| StackError::Port { port, service, option, source };
    let listener = TcpListener::bind((HOST, port)).await.map_err(failed)?;
    let url = format!("http://{}", listener.local_addr().map_err(failed)?);
    Ok((listener, url))
}

/// The template's generated secrets, made at the first start.
fn kept_secrets(data: &Path, template: &Template) -> std::io::Result<BTreeMap<String, String>> {
    let folder = data.join("secrets");
    fs::create_dir_all(&folder)?;
    let kept = template.secrets.iter().map(|(name, length)| {
        let secret = secrets::kept(&folder.join(name), || secrets::password(*length))?;
        Ok((name.clone(), String::from_utf8(secret).map_err(std::io::Error::other)?))
    });
    kept.collect()
}

/// Makes the data folder ours, and empties it if asked to. Only what a run has put there is removed.
fn prepare(options: &Options) -> Result<File, StackError> {
    let folder = options.data.clone();
    let failed = |source| StackError::Data { folder: options.data.clone(), source };
    fs::create_dir_all(&folder).map_err(failed)?;
    let lock = File::create(folder.join("lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(StackError::InUse { folder }),
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    if options.fresh {
        for name in ["world", "dynamodb.sqlite", "dynamodb.sqlite-wal", "dynamodb.sqlite-shm"] {
            match fs::remove_file(folder.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
                Ok(()) | Err(_) => {}
            }
        }
    }
    fs::create_dir_all(folder.join("logs")).map_err(failed)?;
    Ok(lock)
}
