//! A DynamoDB-compatible endpoint in this process, with the template's table, kept in a file.

use crate::template::Table;
use crate::{HOST, door, private};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TableDescription,
};
use axum::http::Request;
use axum::http::uri::PathAndQuery;
use dynoxide::Database;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use std::error::Error;
use std::net::Ipv4Addr;
use std::path::Path;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

type Failure = Box<dyn Error + Send + Sync>;

/// Serves the database in a file on a listener until `stop`. The database's own server answers any browser's page, so
/// it is behind the door, at an address that cannot be guessed.
pub async fn serve(
    listener: TcpListener,
    file: &Path,
    (tasks, stop): (&TaskTracker, &CancellationToken),
) -> Result<(), Failure> {
    let path = file.to_str().ok_or("the path of the data folder is not UTF-8")?;
    // The files that SQLite makes beside it have the same permissions.
    private::append(file)?;
    let database = Database::new(path)?;
    // Sets `synchronous = NORMAL`: a commit is with the operating system, not yet on the disk. It survives the end of
    // this process; a power cut may lose the last commits, and leaves the file whole.
    database.disable_bulk_loading()?;
    let inner = hidden().await?;
    let address = inner.local_addr()?;
    let stopped = stop.clone();
    tasks.spawn(async move {
        let served = dynoxide::server::serve_with_shutdown(inner, database, async move { stopped.cancelled().await });
        if let Err(error) = served.await {
            eprintln!("DynamoDB: {error}");
        }
    });
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client: Inner = legacy::Client::builder(TokioExecutor::new()).build(connector);
    let pass_on = service_fn(move |mut request: Request<Incoming>| {
        let client = client.clone();
        async move {
            let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
            // A path that is no URI is replaced by one that leads nowhere.
            *request.uri_mut() = format!("http://{address}{path}").parse().unwrap_or_default();
            client.request(request).await
        }
    });
    door::serve(listener, pass_on, (tasks, stop));
    Ok(())
}

type Inner = legacy::Client<HttpConnector, Incoming>;

/// A port at an address of this machine that cannot be guessed: Linux has 16 million of them.
async fn hidden() -> Result<TcpListener, Failure> {
    let mut random = [0; 3];
    aws_lc_rs::rand::fill(&mut random)?;
    let [a, b, c] = random;
    match TcpListener::bind((Ipv4Addr::new(127, a, b, c), 0)).await {
        Ok(listener) => Ok(listener),
        // Other systems have one such address, and only the port is random.
        Err(_) => Ok(TcpListener::bind((HOST, 0)).await?),
    }
}

/// Deletes the table, if it is there.
pub async fn delete(client: &Client, table: &Table) -> Result<(), Failure> {
    let existing = client.list_tables().send().await?.table_names.unwrap_or_default();
    if existing.contains(&table.name) {
        client.delete_table().table_name(&table.name).send().await?;
    }
    Ok(())
}

/// Creates the table, unless it is there. One that was made from another definition is refused.
pub async fn create(client: &Client, table: &Table) -> Result<(), Failure> {
    let existing = client.list_tables().send().await?.table_names.unwrap_or_default();
    if existing.contains(&table.name) {
        let description = client.describe_table().table_name(&table.name).send().await?.table;
        if !description.is_some_and(|description| is_as_defined(&description, table)) {
            return Err(
                "the data was made with another definition of the table; start with --fresh, or use another --data"
                    .into(),
            );
        }
        if holds_something(client, table).await? {
            return Ok(());
        }
        // A stack that was killed while it created the table may have left half of it.
        client.delete_table().table_name(&table.name).send().await?;
    }
    let mut create = client
        .create_table()
        .table_name(&table.name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(keys(&table.key)?));
    for (name, kind) in &table.attributes {
        let kind = ScalarAttributeType::from(kind.as_str());
        create = create
            .attribute_definitions(AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build()?);
    }
    for index in &table.indexes {
        let attributes = (!index.attributes.is_empty()).then(|| index.attributes.clone());
        let projection = Projection::builder()
            .projection_type(ProjectionType::from(index.projection.as_str()))
            .set_non_key_attributes(attributes)
            .build();
        let index = GlobalSecondaryIndex::builder()
            .index_name(&index.name)
            .set_key_schema(Some(keys(&index.key)?))
            .projection(projection);
        create = create.global_secondary_indexes(index.build()?);
    }
    create.send().await?;
    Ok(())
}

/// Whether an item was ever written. The files of a table come after its description, so they may be absent.
async fn holds_something(client: &Client, table: &Table) -> Result<bool, Failure> {
    match client.scan().table_name(&table.name).limit(1).send().await {
        Ok(page) => Ok(page.count > 0),
        Err(error) => match error.as_service_error().and_then(ProvideErrorMetadata::message) {
            Some(message) if message.contains("no such table") => Ok(false),
            Some(_) | None => Err(error.into()),
        },
    }
}

fn keys(keys: &[(String, String)]) -> Result<Vec<KeySchemaElement>, Failure> {
    let keys = keys.iter().map(|(name, role)| {
        KeySchemaElement::builder().attribute_name(name).key_type(KeyType::from(role.as_str())).build()
    });
    Ok(keys.collect::<Result<_, _>>()?)
}

fn is_as_defined(there: &TableDescription, table: &Table) -> bool {
    let same_keys = |there: &[KeySchemaElement], wanted: &[(String, String)]| {
        let there: Vec<_> = there.iter().map(|key| (key.attribute_name(), key.key_type().as_str())).collect();
        there == wanted.iter().map(|(name, role)| (name.as_str(), role.as_str())).collect::<Vec<_>>()
    };
    let indexes = there.global_secondary_indexes();
    same_keys(there.key_schema(), &table.key)
        && indexes.len() == table.indexes.len()
        && table.indexes.iter().all(|wanted| {
            indexes.iter().filter(|index| index.index_name() == Some(wanted.name.as_str())).any(|index| {
                let mut attributes = index.projection().map(|projection| projection.non_key_attributes().to_vec());
                let mut wanted_attributes = wanted.attributes.clone();
                wanted_attributes.sort();
                if let Some(attributes) = &mut attributes {
                    attributes.sort();
                }
                same_keys(index.key_schema(), &wanted.key) && attributes.unwrap_or_default() == wanted_attributes
            })
        })
}
