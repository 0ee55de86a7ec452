//! The store over DynamoDB; only this module sends requests to it.

use crate::passing;
use crate::store::{
    Consistency, IndexKey, Item, Key, KeyRange, Page, Passing, Store, StoreError, TransactError, Write, longest_pause,
};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, BatchStatementError, BatchStatementErrorCodeEnum, BatchStatementRequest, ConsumedCapacity,
    KeysAndAttributes, Put, ReturnConsumedCapacity, TransactWriteItem,
};
use futures_util::future::join_all;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The most statements in one request (a limit of DynamoDB).
const MAX_STATEMENTS: usize = 25;
/// The most keys in one read (a limit of DynamoDB).
const MAX_KEYS: usize = 100;
/// The most reads for keys that were left unprocessed.
const MAX_READS: u32 = 8;

/// An observer of requests: it gets the operation and the consumed capacity.
pub type Observer = Arc<dyn Fn(&'static str, &[ConsumedCapacity]) + Send + Sync>;

/// A table of DynamoDB.
#[derive(Clone)]
pub struct DynamoStore {
    client: Client,
    table: String,
    observer: Option<Observer>,
}

impl DynamoStore {
    /// A store over the table with this name.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        DynamoStore { client, table: table.into(), observer: None }
    }

    /// The same store with an observer that counts requests and units.
    #[must_use]
    pub fn observed(self, observer: Observer) -> Self {
        DynamoStore { observer: Some(observer), ..self }
    }

    fn capacity(&self) -> ReturnConsumedCapacity {
        if self.observer.is_some() { ReturnConsumedCapacity::Total } else { ReturnConsumedCapacity::None }
    }

    fn observe(&self, operation: &'static str, consumed: &[ConsumedCapacity]) {
        if let Some(observer) = &self.observer {
            observer(operation, consumed);
        }
    }

    async fn get_some(&self, keys: &[Key], consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        const OPERATION: &str = "BatchGetItem";
        let mut request = KeysAndAttributes::builder()
            .consistent_read(consistency == Consistency::Strong)
            .set_keys(Some(keys.iter().map(key_item).collect()))
            .build()
            .map_err(|error| failed(OPERATION, error))?;
        let mut items = Vec::with_capacity(keys.len());
        for attempt in 0..MAX_READS {
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, request)
                .return_consumed_capacity(self.capacity())
                .send()
                .await
                .map_err(|error| failed(OPERATION, error))?;
            self.observe(OPERATION, answer.consumed_capacity());
            items.extend(answer.responses.unwrap_or_default().remove(&self.table).unwrap_or_default());
            match answer.unprocessed_keys.unwrap_or_default().remove(&self.table) {
                Some(left) if !left.keys.is_empty() => request = left,
                Some(_) | None => return Ok(items),
            }
            self.back_off(attempt).await;
        }
        Err(failed(OPERATION, Passing::new("some keys were left unprocessed every time")))
    }

    /// Applies each of some writes on its own, in one request.
    async fn write_some(&self, writes: &[Write]) -> Vec<Result<(), TransactError>> {
        const OPERATION: &str = "BatchExecuteStatement";
        let statements: Result<Vec<_>, _> = writes.iter().map(|write| statement(&self.table, write)).collect();
        let sent = match statements {
            Ok(statements) => {
                let request = self.client.batch_execute_statement().set_statements(Some(statements));
                match request.return_consumed_capacity(self.capacity()).send().await {
                    Ok(answer) => Some(answer),
                    Err(error) if passing::passes(&error) => {
                        // No write is at fault: each alone would meet the same.
                        let why = DisplayErrorContext(error).to_string();
                        return writes.iter().map(|_| Err(failed(OPERATION, Passing::new(&*why)).into())).collect();
                    }
                    Err(_) => None,
                }
            }
            Err(_) => None,
        };
        if let Some(answer) = &sent {
            self.observe(OPERATION, answer.consumed_capacity());
        }
        let answers = sent.and_then(|answer| answer.responses).filter(|answers| answers.len() == writes.len());
        let Some(answers) = answers else {
            // The request was refused as a whole, perhaps because of one write: make each alone.
            return join_all(writes.iter().map(|write| self.put(write.clone()))).await;
        };
        answers.into_iter().map(|answer| answer.error.map_or(Ok(()), |error| Err(refused(error)))).collect()
    }

    async fn put(&self, write: Write) -> Result<(), TransactError> {
        const OPERATION: &str = "PutItem";
        let (item, condition, values) = conditional(write);
        let sent = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_values(values)
            .return_consumed_capacity(self.capacity())
            .send()
            .await;
        match sent {
            Ok(answer) => {
                self.observe(OPERATION, answer.consumed_capacity.as_slice());
                Ok(())
            }
            Err(error)
                if matches!(error.code(), Some("ConditionalCheckFailedException" | "TransactionConflictException")) =>
            {
                Err(TransactError::Conflict)
            }
            Err(error) => Err(failed(OPERATION, error).into()),
        }
    }
}

impl fmt::Debug for DynamoStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoStore").field("table", &self.table).finish_non_exhaustive()
    }
}

impl DynamoStore {
    /// All items of a partition for which a condition holds.
    async fn query(&self, condition: &str, values: HashMap<String, AttributeValue>) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression(condition)
                .set_expression_attribute_values(Some(values.clone()))
                .set_exclusive_start_key(start)
                .return_consumed_capacity(self.capacity())
                .send()
                .await
                .map_err(|error| failed("Query", error))?;
            self.observe("Query", answer.consumed_capacity.as_slice());
            items.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(items);
            }
        }
    }
}

impl Store for DynamoStore {
    async fn get(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        let parts = join_all(keys.chunks(MAX_KEYS).map(|keys| self.get_some(keys, consistency))).await;
        parts.into_iter().try_fold(Vec::new(), |mut all, part| {
            all.extend(part?);
            Ok(all)
        })
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        self.query("pk = :pk", HashMap::from([(":pk".to_owned(), AttributeValue::S(pk))])).await
    }

    async fn beginning_with(&self, pk: String, prefix: String) -> Result<Vec<Item>, StoreError> {
        let values = [(":pk".to_owned(), AttributeValue::S(pk)), (":prefix".to_owned(), AttributeValue::S(prefix))];
        self.query("pk = :pk AND begins_with(sk, :prefix)", HashMap::from(values)).await
    }

    async fn index(&self, range: KeyRange) -> Result<Page, StoreError> {
        let (pk, sk) = range.index.keys();
        let gpk = AttributeValue::S(range.gpk);
        let start = range.after.map(|IndexKey { gsk, key }| {
            let mut start = key_item(&key);
            start.insert(pk.to_owned(), gpk.clone());
            start.insert(sk.to_owned(), AttributeValue::S(gsk));
            start
        });
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(range.index.name())
            .scan_index_forward(range.index.is_ascending())
            .key_condition_expression(format!("{pk} = :gpk AND {sk} BETWEEN :from AND :to"))
            .expression_attribute_values(":gpk", gpk)
            .expression_attribute_values(":from", AttributeValue::S(range.from))
            .expression_attribute_values(":to", AttributeValue::S(range.to))
            .set_exclusive_start_key(start)
            .limit(i32::try_from(range.limit).unwrap_or(i32::MAX))
            .return_consumed_capacity(self.capacity())
            .send()
            .await
            .map_err(|error| failed("Query", error))?;
        self.observe("Query", answer.consumed_capacity.as_slice());
        Ok(Page { items: answer.items.unwrap_or_default(), more: answer.last_evaluated_key.is_some() })
    }

    async fn write_each(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        let parts = join_all(writes.chunks(MAX_STATEMENTS).map(|writes| self.write_some(writes))).await;
        parts.into_iter().flatten().collect()
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        const OPERATION: &str = "TransactWriteItems";
        if writes.len() == 1 {
            // One write needs no transaction and costs half without.
            for write in writes {
                self.put(write).await?;
            }
            return Ok(());
        }
        let items: Result<Vec<_>, StoreError> = writes
            .into_iter()
            .map(|write| {
                let (item, condition, values) = conditional(write);
                let put = Put::builder()
                    .table_name(&self.table)
                    .set_item(Some(item))
                    .condition_expression(condition)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(|error| failed(OPERATION, error))?;
                Ok(TransactWriteItem::builder().put(put).build())
            })
            .collect();
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items?))
            .return_consumed_capacity(self.capacity())
            .send()
            .await;
        match sent {
            Ok(answer) => {
                self.observe(OPERATION, answer.consumed_capacity());
                Ok(())
            }
            Err(error) if is_conflict(&error) => Err(TransactError::Conflict),
            Err(error) => Err(failed(OPERATION, error).into()),
        }
    }

    async fn back_off(&self, attempt: u32) {
        tokio::time::sleep(longest_pause(attempt) * fastrand::u32(..1000) / 1000).await;
    }
}

/// The reason why one write of several was not applied. An insert conflicts with an item that exists, or that a transaction
/// is about to write: the slow path handles both.
fn refused(error: BatchStatementError) -> TransactError {
    const OPERATION: &str = "BatchExecuteStatement";
    match error.code {
        Some(
            BatchStatementErrorCodeEnum::DuplicateItem
            | BatchStatementErrorCodeEnum::ConditionalCheckFailed
            | BatchStatementErrorCodeEnum::TransactionConflict,
        ) => TransactError::Conflict,
        Some(code) if passing::is_passing_code(code.as_str()) => failed(OPERATION, Passing::new(code.as_str())).into(),
        code => failed(OPERATION, format!("{code:?}")).into(),
    }
}

/// Whether a transaction failed only because of its conditions or of concurrent transactions.
fn is_conflict<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            cancelled.cancellation_reasons().iter().all(|reason| {
                matches!(reason.code(), None | Some("None" | "ConditionalCheckFailed" | "TransactionConflict"))
            })
        }
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => true,
        Some(_) | None => error.code() == Some("TransactionConflictException"),
    }
}

fn conditional(write: Write) -> (Item, &'static str, Option<HashMap<String, AttributeValue>>) {
    match write {
        Write::Insert(item) => (item, "attribute_not_exists(pk)", None),
        Write::Replace(item, revision) => {
            let revision = AttributeValue::N(revision.to_string());
            (item, "v = :v", Some(HashMap::from([(":v".to_owned(), revision)])))
        }
        Write::Mend(item, Some(v)) => (item, "v = :v", Some(HashMap::from([(":v".to_owned(), v)]))),
        Write::Mend(item, None) => (item, "attribute_exists(pk) AND attribute_not_exists(v)", None),
    }
}

fn key_item(key: &Key) -> Item {
    let text = |text: &String| AttributeValue::S(text.clone());
    HashMap::from([("pk".to_owned(), text(&key.pk)), ("sk".to_owned(), text(&key.sk))])
}

/// A write as a statement.
fn statement(table: &str, write: &Write) -> Result<BatchStatementRequest, StoreError> {
    let (statement, parameters) = match write {
        Write::Insert(item) => insert_statement(table, item),
        Write::Replace(item, revision) => update_statement(table, item, Some(AttributeValue::N(revision.to_string()))),
        Write::Mend(item, v) => update_statement(table, item, v.clone()),
    };
    let request = BatchStatementRequest::builder().statement(statement).set_parameters(Some(parameters));
    request.build().map_err(|error| failed("BatchExecuteStatement", error))
}

/// `INSERT INTO "table" VALUE {'pk': ?, …}`: fails if the key is taken.
fn insert_statement(table: &str, item: &Item) -> (String, Vec<AttributeValue>) {
    let names: Vec<String> = item.keys().map(|name| format!("'{name}': ?")).collect();
    let statement = format!("INSERT INTO \"{table}\" VALUE {{{}}}", names.join(", "));
    (statement, item.values().cloned().collect())
}

/// `UPDATE "table" SET "tt" = ? … WHERE "pk" = ? AND "sk" = ? AND "v" = ?`: fails if `v` has another value; without one, if
/// there is a `v`.
fn update_statement(table: &str, item: &Item, v: Option<AttributeValue>) -> (String, Vec<AttributeValue>) {
    let (keys, others): (Vec<_>, Vec<_>) = item.iter().partition(|(name, _)| matches!(name.as_str(), "pk" | "sk"));
    let set: Vec<String> = others.iter().map(|(name, _)| format!("SET \"{name}\" = ?")).collect();
    let keyed: Vec<String> = keys.iter().map(|(name, _)| format!("\"{name}\" = ?")).collect();
    let condition = if v.is_some() { "\"v\" = ?" } else { "\"v\" IS MISSING" };
    let statement = format!("UPDATE \"{table}\" {} WHERE {} AND {condition}", set.join(" "), keyed.join(" AND "));
    (statement, others.into_iter().chain(keys).map(|(_, value)| value.clone()).chain(v).collect())
}

fn failed(operation: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError { operation, source: source.into() }
}
