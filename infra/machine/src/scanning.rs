//! Reading a whole table.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// An item, as DynamoDB represents it.
type Item = HashMap<String, AttributeValue>;

/// The table did not answer.
#[derive(Debug, thiserror::Error)]
#[error("the table could not be read")]
pub struct ScanError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Every item of a table, each strongly consistent; `read` is told how many there are so far.
pub async fn scan(dynamodb: &Client, table: &str, mut read: impl FnMut(usize)) -> Result<Vec<Item>, ScanError> {
    let mut items = Vec::new();
    let mut start: Option<Item> = None;
    loop {
        let request = dynamodb.scan().table_name(table).consistent_read(true).set_exclusive_start_key(start);
        let page = request.send().await.map_err(|error| ScanError(error.into()))?;
        items.extend(page.items.unwrap_or_default());
        read(items.len());
        start = page.last_evaluated_key;
        if start.is_none() {
            return Ok(items);
        }
    }
}
