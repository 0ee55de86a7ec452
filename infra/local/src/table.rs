//! A DynamoDB-compatible endpoint in this process, with the template's table, kept in a file.

use crate::engine::Engine;
use crate::faults::{Faults, Front};
use crate::template::Table;
use crate::{door, private};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TableDescription,
};
use dynoxide::Database;
use hyper::service::service_fn;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

type Failure = Box<dyn Error + Send + Sync>;

/// Serves the database in a file on a listener until `stop`, with the faults that it is to show.
pub(crate) async fn serve(
    listener: TcpListener,
    (file, table): (&Path, &Table),
    faults: &Faults,
    (tasks, stop): (&TaskTracker, &CancellationToken),
) -> Result<Arc<Front>, Failure> {
    let path = file.to_str().ok_or("the path of the data folder is not UTF-8")?;
    // The files that SQLite makes beside it have the same permissions.
    private::append(file)?;
    let database = Database::new(path)?;
    // Sets `synchronous = NORMAL`: a commit is with the operating system, not yet on the disk. It survives the end of
    // this process; a power cut may lose the last commits, and leaves the file whole.
    database.disable_bulk_loading()?;
    let engine = Engine::start(database, (tasks, stop)).await?;
    let front = Arc::new(Front::new(engine, (file, &table.name), faults, (tasks, stop)).await?);
    let served = Arc::clone(&front);
    door::serve(listener, service_fn(move |request| Arc::clone(&served).answer(request)), (tasks, stop));
    Ok(front)
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
