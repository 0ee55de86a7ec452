//! Answers of DynamoDB that pass: what it had no room for, or could not answer, may succeed a little later.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::batch_execute_statement::BatchExecuteStatementError;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::QueryError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use std::error::Error;

/// True of the cause of a failed request that may succeed when it is made again.
pub(crate) fn is_passing(cause: &(dyn Error + Send + Sync + 'static)) -> bool {
    if let Some(error) = cause.downcast_ref::<SdkError<TransactWriteItemsError>>() {
        return passes(error) || error.as_service_error().is_some_and(is_cancelled_in_passing);
    }
    cause.downcast_ref().is_some_and(passes::<BatchGetItemError>)
        || cause.downcast_ref().is_some_and(passes::<QueryError>)
        || cause.downcast_ref().is_some_and(passes::<PutItemError>)
        || cause.downcast_ref().is_some_and(passes::<BatchExecuteStatementError>)
}

/// The same of an error of the AWS client.
pub(crate) fn passes<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
        SdkError::ServiceError(refused) => {
            refused.raw().status().is_server_error() || refused.err().code().is_some_and(is_passing_code)
        }
        // What could not even be sent, and kinds of errors that later releases of the client may have.
        _ => false,
    }
}

/// True of a cancelled transaction that may succeed again: at least one write had a passing cause, and none has one that stays.
fn is_cancelled_in_passing(error: &TransactWriteItemsError) -> bool {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else { return false };
    let codes: Vec<&str> = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect();
    let of_others = |code: &str| matches!(code, "None" | "ConditionalCheckFailed" | "TransactionConflict");
    codes.iter().any(|code| is_passing_code(code)) && codes.iter().all(|code| of_others(code) || is_passing_code(code))
}

/// Codes of passing trouble: of a request, of one statement of several, or of one write of a transaction.
pub(crate) fn is_passing_code(code: &str) -> bool {
    let code = code.strip_suffix("Exception").unwrap_or(code);
    matches!(
        code,
        "ThrottlingError"
            | "Throttling"
            | "ProvisionedThroughputExceeded"
            | "RequestLimitExceeded"
            | "InternalServerError"
            | "InternalServer"
            | "ServiceUnavailable"
            | "TransactionConflict"
            | "TransactionInProgress"
    )
}
