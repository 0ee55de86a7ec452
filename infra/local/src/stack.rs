//! The local stack: all parts started together, and stopped together.

mod options;
mod settings;

pub use options::{Dynamodb, Options, StackError};

use crate::binaries;
use crate::client::Http;
use crate::faults::{Faults, Front, Lag, Shown};
use crate::gateway::Gateway;
use crate::identity::Provider;
use crate::issuers::Issuers;
use crate::lambda::{self, Home, Invoker};
use crate::template::{Function, Template, Value};
use crate::tokens::{self, IDENTITY, Tokens};
use crate::trial::{self, Replays, Trial};
use crate::{HOST, mapping, private, queues, table};
use events::EventType;
use jiff::SignedDuration;
use ledger::Ledger;
use ledger::dynamo::DynamoStore;
use ledger::journal::Author;
use machine::addresses::{self, Addresses};
use machine::members::{self, MembersError};
use machine::verification::Expected;
use machine::{queue_of, secrets};
use rules::PartnerId;
use rules::people::Role;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The variable of a function that announces months: the delay of its announcements.
const ANNOUNCEMENT_DELAY: &str = "TOTALS_DELAY_SECONDS";
/// The variable of the function that makes the documents of closes: the delay of a close.
const SETTLEMENT_DELAY: &str = "SETTLEMENT_DELAY_SECONDS";
/// Time for a part to stop before it is abandoned.
const PATIENCE: Duration = Duration::from_secs(10);

/// The running system.
#[derive(Debug)]
pub struct Stack {
    pub template: Template,
    /// URL of the HTTP API.
    pub api_url: String,
    pub dynamodb_url: String,
    pub sqs_url: String,
    /// The folder of the data.
    pub data: PathBuf,
    /// Signs and verifies tokens.
    pub tokens: Arc<Tokens>,
    /// The identity provider; none: the page signs in at another.
    provider: Option<Arc<Provider>>,
    /// Values of the template's generated secrets.
    secrets: BTreeMap<String, String>,
    /// The lag that the embedded DynamoDB was started with.
    lag: Lag,
    /// The front of the embedded DynamoDB.
    front: Option<Arc<Front>>,
    intake: Part,
    functions: Part,
    services: Part,
    /// Lock of the data folder, held while it is in use.
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
    /// Starts all parts.
    pub async fn start(options: Options) -> Result<Stack, StackError> {
        let (api, api_url) = listen(options.api_port, "the HTTP API", "--api-port").await?;
        let issuer = tokens::issuer(&api_url);
        let template = settings::template(&options.parameters, &issuer, options.dynamodb.lag())?;
        let programs: BTreeSet<&str> = template.functions.values().map(|function| function.binary.as_str()).collect();
        binaries::check(&options.binaries, &programs)?;

        let (dynamodb, dynamodb_url) = match &options.dynamodb {
            Dynamodb::Embedded { port, faults } => {
                let (listener, url) = listen(*port, "DynamoDB", "--dynamodb-port").await?;
                (Some((listener, faults)), url)
            }
            Dynamodb::At(url) => (None, url.clone()),
        };
        let (sqs, sqs_url) = listen(options.sqs_port, "SQS", "--sqs-port").await?;
        let lock = prepare(&options)?;
        let failed = |source| StackError::Data { folder: options.data.clone(), source };
        let Expected { audiences, .. } = &template.api.tokens;
        let tokens = Arc::new(Tokens::first(&options.data, &issuer, audiences).map_err(failed)?);
        let issuers = Issuers::of(Arc::clone(&tokens), template.api.tokens.clone(), runtime::now()).await?;
        let is_provider = template.api.tokens.issuer == issuer;
        let secrets = kept_secrets(&options.data, &template).map_err(failed)?;
        let addresses = Addresses { api: api_url.clone(), dynamodb: dynamodb_url.clone(), sqs: sqs_url.clone() };
        private::write(&options.data.join(addresses::FILE), &addresses.text()).map_err(failed)?;

        let (intake, functions, services) = (Part::default(), Part::default(), Part::default());
        let mut stack = Stack {
            template,
            dynamodb_url,
            sqs_url,
            data: options.data.clone(),
            provider: is_provider.then(|| Arc::new(Provider::new(&api_url, Arc::clone(&tokens)))),
            api_url,
            tokens,
            secrets,
            lag: options.dynamodb.lag(),
            front: None,
            intake,
            functions,
            services,
            _lock: lock,
        };
        stack.start_services(dynamodb, sqs, options.fresh).await?;
        stack.enter(members::MANAGER.subject, &Role::Manager).await?;
        stack.enter(members::ACCOUNTANT.subject, &Role::Accountant).await?;
        let invokers = stack.start_functions(&options);
        stack.start_intake(api, (&invokers, options.processes), issuers);
        Ok(stack)
    }

    async fn start_services(
        &mut self,
        dynamodb: Option<(TcpListener, &Faults)>,
        sqs: TcpListener,
        fresh: bool,
    ) -> Result<(), StackError> {
        let failed = |service| move |source| StackError::Service { service, source };
        let sqs_port = sqs.local_addr().map(|address| address.port()).unwrap_or_default();
        queues::serve(sqs, sqs_port, self.services.handles());
        match dynamodb {
            Some((listener, faults)) => {
                let data = (&*self.data.join("dynamodb.sqlite"), &self.template.table);
                let front = table::serve(listener, data, faults, self.services.handles()).await;
                self.front = Some(front.map_err(failed("DynamoDB"))?);
            }
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
            let processes = if function.mapping.is_some() { options.processes } else { 1 };
            (name.clone(), lambda::start(name, function, (environment, processes), &home, self.functions.handles()))
        });
        functions.collect()
    }

    /// The environment of a function, without the variables that Lambda itself sets.
    pub fn environment(&self, function: &Function) -> BTreeMap<String, String> {
        let own = function.environment.iter().map(|(name, value)| {
            let value = match value {
                Value::Text(text) | Value::TableName(text) => text.clone(),
                Value::QueueUrl(queue) => self.queue_url(queue),
                Value::Secret(name) => self.secrets.get(name).cloned().unwrap_or_default(),
            };
            (name.clone(), value)
        });
        let here = [
            ("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb_url.as_str()),
            ("AWS_ENDPOINT_URL_SQS", self.sqs_url.as_str()),
            ("TRY_URL", trial::PATH),
        ];
        own.chain(here.map(|(name, url)| (name.to_owned(), url.to_owned()))).collect()
    }

    /// The longest delay after which an announced month can be added up.
    pub(crate) fn announcement_delay(&self) -> Duration {
        let functions = self.template.functions.values();
        let delays = functions.filter_map(|function| function.environment.get(ANNOUNCEMENT_DELAY)?.number());
        Duration::from_secs(delays.max().unwrap_or_default().into())
    }

    /// The delay of a close.
    pub(crate) fn settlement_delay(&self) -> SignedDuration {
        let functions = self.template.functions.values();
        let delays = functions.filter_map(|function| function.environment.get(SETTLEMENT_DELAY)?.number());
        SignedDuration::from_secs(delays.max().unwrap_or_default().into())
    }

    fn start_intake(
        &self,
        api: TcpListener,
        (invokers, pollers): (&BTreeMap<String, Invoker>, usize),
        issuers: Issuers,
    ) {
        let mut routes = Vec::new();
        for (name, function) in &self.template.functions {
            let Some(invoker) = invokers.get(name) else { continue };
            routes.extend(function.routes.iter().map(|route| (route.clone(), invoker.clone())));
            if let Some(mapping) = &function.mapping {
                for _ in 0..pollers {
                    let queue = (self.sqs(), self.queue_url(&mapping.queue));
                    mapping::start(mapping, invoker.clone(), queue, self.intake.handles());
                }
            }
        }
        let identity = (issuers, self.provider.clone());
        let gateway = Gateway::new(self.template.api.clone(), routes, identity, self.trial());
        gateway.serve(api, self.intake.handles());
    }

    fn trial(&self) -> Trial {
        Trial {
            dynamodb: self.dynamodb(),
            table: self.template.table.clone(),
            sqs: self.sqs(),
            sales_url: self.queue_url(&queue_of(EventType::SaleSigned)),
            now: runtime::now,
            seed: || fastrand::u32(..),
            replays: Replays::default(),
        }
    }

    /// Stops taking work in, waits for the work in progress, then stops the functions and the services.
    pub async fn stop(self) {
        self.intake.stop().await;
        self.functions.stop().await;
        self.services.stop().await;
    }

    /// The faults that the embedded DynamoDB has shown.
    pub fn faults(&self) -> Shown {
        self.front.as_ref().map(|front| front.shown()).unwrap_or_default()
    }

    /// Tells a stack in which reads that are not strongly consistent lag.
    pub fn lags(&self) -> bool {
        self.lag != Lag::default()
    }

    /// Does some work without faults.
    pub async fn calmly<T>(&self, work: impl Future<Output = T>) -> T {
        let calm = |is_calm| self.front.iter().for_each(|front| front.calm(is_calm));
        calm(true);
        let done = work.await;
        calm(false);
        done
    }

    /// Does some work while DynamoDB refuses every request.
    pub async fn during_outage<T>(&self, work: impl Future<Output = T>) -> T {
        let outage = |is_out| self.front.iter().for_each(|front| front.outage(is_out));
        outage(true);
        let done = work.await;
        outage(false);
        done
    }

    /// A client of the HTTP API as a member with a role, who is made one if there is none.
    pub async fn api(&self, role: &Role) -> Result<Http, MembersError> {
        let ledger = self.ledger();
        let entered = members::with_role(&ledger, self.tokens.issuer(), role, runtime::now());
        let subject = self.calmly(Box::pin(entered)).await?;
        Ok(Http::new(&self.api_url).with_token(self.tokens.mint(&subject, tokens::LIFETIME)?))
    }

    /// Makes a member of this stack's own issuer, unless there is one, and gives its role.
    async fn enter(&self, subject: &str, role: &Role) -> Result<Role, MembersError> {
        let ledger = self.ledger();
        let entered = members::enter(&ledger, self.tokens.issuer(), (subject, role), runtime::now());
        self.calmly(Box::pin(entered)).await
    }

    /// The person with a role, as the author of what it does.
    pub fn author(&self, role: &Role) -> Author {
        members::author(self.tokens.issuer(), role)
    }

    /// The ledger in the table.
    fn ledger(&self) -> Ledger<DynamoStore> {
        Ledger::new(DynamoStore::new(self.dynamodb(), &self.template.table.name))
    }

    /// Shows the member of a partner among the people to choose from: of this one, unless the data has a member of another.
    pub async fn show_partner(&self, id: &PartnerId) -> Result<(), MembersError> {
        let Some(provider) = &self.provider else { return Ok(()) };
        let role = self.enter(members::PARTNER.subject, &Role::Partner(id.clone())).await?;
        if let Some(id) = role.partner() {
            let name = self.ledger().partner_record(id).await?.name;
            provider.show_partner(name.as_deref().unwrap_or(id.as_str()));
        }
        Ok(())
    }

    /// The address to open in a browser: the choice of who signs in or, of another identity provider, the page.
    pub fn sign_in_url(&self) -> String {
        match &self.provider {
            Some(_) => format!("{}{IDENTITY}/", self.api_url),
            None => format!("{}/", self.api_url),
        }
    }

    /// A client of the embedded DynamoDB.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        machine::dynamodb(&self.dynamodb_url)
    }

    /// A client of the embedded SQS.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        machine::sqs(&self.sqs_url)
    }

    pub fn queue_url(&self, name: &str) -> String {
        machine::queue_url(&self.sqs_url, name)
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
    private::folder(&folder)?;
    let kept = template.secrets.iter().map(|(name, length)| {
        let secret = secrets::kept(&folder.join(name), || secrets::password(*length))?;
        Ok((name.clone(), String::from_utf8(secret).map_err(std::io::Error::other)?))
    });
    kept.collect()
}

/// Locks the data folder, and empties it if asked to. Only files that a run has created are removed.
fn prepare(options: &Options) -> Result<File, StackError> {
    let folder = options.data.clone();
    let failed = |source| StackError::Data { folder: options.data.clone(), source };
    private::folder(&folder).map_err(failed)?;
    let lock = private::append(&folder.join("lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(StackError::InUse { folder }),
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    private::tighten(&folder).map_err(failed)?;
    if options.fresh {
        for name in ["world", "dynamodb.sqlite", "dynamodb.sqlite-wal", "dynamodb.sqlite-shm"] {
            match fs::remove_file(folder.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
                Ok(()) | Err(_) => {}
            }
        }
    }
    private::folder(&folder.join("logs")).map_err(failed)?;
    Ok(lock)
}
