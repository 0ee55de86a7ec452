//! Operations of DynamoDB, as far as faults tell them apart.

use serde_json::Value;

/// Kinds of operations, by their effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    /// Reads an item or a range of a key.
    Read,
    /// Reads a whole table or index.
    Scan,
    /// Reads items by their keys.
    BatchGet,
    /// Writes an item.
    Write,
    /// Writes several items or none.
    Transact,
    /// Carries out statements, each for itself.
    Statements,
    /// May write in another way, which this product does not use.
    OtherWrite,
    /// Changes which tables there are.
    Define,
    Other,
}

impl Operation {
    /// The operation of a request, from its header `X-Amz-Target`.
    pub(super) fn of(target: &str) -> Operation {
        match target.rsplit('.').next().unwrap_or_default() {
            "GetItem" | "Query" => Operation::Read,
            "Scan" => Operation::Scan,
            "BatchGetItem" => Operation::BatchGet,
            "PutItem" | "UpdateItem" | "DeleteItem" => Operation::Write,
            "TransactWriteItems" => Operation::Transact,
            "BatchExecuteStatement" => Operation::Statements,
            "BatchWriteItem" | "ExecuteStatement" | "ExecuteTransaction" => Operation::OtherWrite,
            "CreateTable" | "DeleteTable" | "UpdateTable" => Operation::Define,
            _ => Operation::Other,
        }
    }

    /// Tells a request that may be answered from an older state of a table.
    pub(super) fn is_eventual(self, request: &Value, table: &str) -> bool {
        let is_eventual = |read: &Value| !read.get("ConsistentRead").and_then(Value::as_bool).unwrap_or(false);
        match self {
            Operation::Read | Operation::Scan => {
                request.get("TableName").and_then(Value::as_str) == Some(table) && is_eventual(request)
            }
            Operation::BatchGet => {
                let reads = request.get("RequestItems").and_then(Value::as_object);
                reads.is_some_and(|reads| reads.iter().all(|(name, read)| name == table && is_eventual(read)))
            }
            Operation::Write
            | Operation::Transact
            | Operation::Statements
            | Operation::OtherWrite
            | Operation::Define
            | Operation::Other => false,
        }
    }

    /// Tells a request that may change items.
    pub(super) fn is_write(self) -> bool {
        match self {
            Operation::Write | Operation::Transact | Operation::Statements | Operation::OtherWrite => true,
            Operation::Read | Operation::Scan | Operation::BatchGet | Operation::Define | Operation::Other => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_reads_of_the_table_that_are_not_strongly_consistent_lag() {
        let lags = |name: &str, request: &Value| {
            Operation::of(&format!("DynamoDB_20120810.{name}")).is_eventual(request, "Ledger")
        };
        for name in ["GetItem", "Query", "Scan"] {
            assert!(lags(name, &json!({"TableName": "Ledger"})), "{name}");
            assert!(lags(name, &json!({"TableName": "Ledger", "IndexName": "i", "ConsistentRead": false})), "{name}");
            assert!(!lags(name, &json!({"TableName": "Ledger", "ConsistentRead": true})), "{name}");
            assert!(!lags(name, &json!({"TableName": "Ledger-replayed"})), "{name}");
        }
        let read = |read: Value| json!({"RequestItems": {"Ledger": read}});
        assert!(lags("BatchGetItem", &read(json!({"Keys": []}))));
        assert!(!lags("BatchGetItem", &read(json!({"Keys": [], "ConsistentRead": true}))));
        assert!(!lags("BatchGetItem", &json!({"RequestItems": {"Ledger": {}, "Other": {}}})));
        for name in ["TransactGetItems", "PutItem", "TransactWriteItems", "ExecuteStatement", "DescribeTable"] {
            assert!(!lags(name, &json!({"TableName": "Ledger"})), "{name}");
        }
    }
}
