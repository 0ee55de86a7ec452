//! Failed requests that pass, by the answers of DynamoDB.

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ConnectorError, ErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::batch_execute_statement::BatchExecuteStatementError;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::QueryError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::CancellationReason;
use aws_sdk_dynamodb::types::error::TransactionCanceledException;
use ledger::store::{Passing, StoreError};
use std::error::Error;

fn failed(source: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError { operation: "any", source: source.into() }
}

fn answer<E>(status: u16, error: E) -> SdkError<E> {
    SdkError::service_error(error, HttpResponse::new(status.try_into().unwrap(), "".into()))
}

fn named(code: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).build()
}

/// True of a code whose answers pass, whatever the request was.
fn passes_as(code: &str) -> bool {
    let all = [
        failed(answer(400, BatchGetItemError::generic(named(code)))),
        failed(answer(400, QueryError::generic(named(code)))),
        failed(answer(400, PutItemError::generic(named(code)))),
        failed(answer(400, BatchExecuteStatementError::generic(named(code)))),
        failed(answer(400, TransactWriteItemsError::generic(named(code)))),
    ]
    .map(|error| error.is_passing());
    assert!(all.iter().all(|one| *one == all[0]), "{code}: {all:?}");
    all[0]
}

#[test]
fn trouble_passes_and_a_mistake_does_not() {
    for code in [
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "InternalServerError",
        "ServiceUnavailable",
        "TransactionInProgressException",
    ] {
        assert!(passes_as(code), "{code}");
    }
    for code in [
        "ValidationException",
        "AccessDeniedException",
        "ResourceNotFoundException",
        "ConditionalCheckFailedException",
        "ItemCollectionSizeLimitExceededException",
        "UnrecognizedClientException",
    ] {
        assert!(!passes_as(code), "{code}");
    }
}

#[test]
fn an_answer_that_is_none_passes() {
    assert!(failed(answer(500, PutItemError::generic(named("")))).is_passing());
    assert!(failed(answer(503, QueryError::generic(ErrorMetadata::builder().build()))).is_passing());
    assert!(failed(SdkError::<QueryError>::timeout_error("3 s")).is_passing());
    let cut = || ConnectorError::io("the connection was cut".into());
    assert!(failed(SdkError::<BatchGetItemError>::dispatch_failure(cut())).is_passing());
    assert!(!failed(SdkError::<PutItemError>::construction_failure("no table")).is_passing());
    assert!(failed(Passing::new("some keys were left")).is_passing());
    assert!(!failed("a condition of ours").is_passing());
}

/// A cancelled transaction, with the reason of each of its writes.
fn cancelled(reasons: &[&str]) -> bool {
    let reasons = reasons.iter().map(|code| CancellationReason::builder().code(*code).build()).collect();
    let cancelled = TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons)).build();
    failed(answer(400, TransactWriteItemsError::TransactionCanceledException(cancelled))).is_passing()
}

#[test]
fn a_transaction_passes_if_all_its_writes_do() {
    assert!(cancelled(&["None", "ThrottlingError"]));
    assert!(cancelled(&["ProvisionedThroughputExceeded", "TransactionConflict", "ConditionalCheckFailed"]));
    assert!(!cancelled(&["ThrottlingError", "ValidationError"]));
    assert!(!cancelled(&["None", "ItemCollectionSizeLimitExceeded"]));
    // Conflicts alone are no failure: whoever meets them reads again.
    assert!(!cancelled(&["None", "ConditionalCheckFailed"]));
}
