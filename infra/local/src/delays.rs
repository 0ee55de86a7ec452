//! Checks of delays, timeouts and retention times against each other. In an account the bounds of the template's
//! parameters ensure them; times that are shorter on this machine are checked here by the same rules.

use crate::template::{Function, Queue, Template};

/// The variable of a function that sends delayed messages: their delay in seconds.
const DELAY: &str = "RESTATEMENT_DELAY_SECONDS";
/// The variable of the function that adds up months: the time until it adds one up again, in seconds.
const CONFIRM: &str = "TOTALS_CONFIRM_SECONDS";
/// The variable of a function that announces months: the delay of its announcements, in seconds.
const ANNOUNCE: &str = "TOTALS_DELAY_SECONDS";
/// The variable of the function that makes the documents of closes: the delay of a close, in seconds.
const SETTLE: &str = "SETTLEMENT_DELAY_SECONDS";
/// A margin for the index of an account, which always lags a little, in seconds.
const MARGIN_SECONDS: u32 = 3;

/// Times that do not fit each other. A system with them could lose amounts owed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DelayError {
    /// A delayed message could come before the functions that it is to catch have ended.
    #[error(
        "RestatementDelaySeconds is {delay}, and must be at least {least}: {sender} may take {sender_seconds} s to make the \
         change that it has announced, and whoever read before it {writer_seconds} s more{}; give --parameter \
         RestatementDelaySeconds={least}, or a shorter FunctionTimeoutSeconds",
        and("reads lag", *lag_seconds)
    )]
    TooSoon {
        delay: u32,
        /// The shortest delay that is long enough.
        least: u32,
        /// The function that sends delayed messages.
        sender: String,
        /// Timeout of that function.
        sender_seconds: u32,
        /// Longest timeout of any function.
        writer_seconds: u32,
        /// Time for which a write may be missing from reads.
        lag_seconds: u32,
    },
    /// A month could be added up for the last time before everything announced can be read.
    #[error(
        "TotalsConfirmSeconds is {delay}, and must be at least {least}: whoever announced a month may take \
         {writer_seconds} s to book in it{}; give --parameter TotalsConfirmSeconds={least}, or a shorter \
         FunctionTimeoutSeconds", and("reads lag", *lag_seconds)
    )]
    ConfirmedTooSoon {
        delay: u32,
        /// The shortest delay that is long enough.
        least: u32,
        /// Longest timeout of any function.
        writer_seconds: u32,
        /// Time for which a write may be missing from reads.
        lag_seconds: u32,
    },
    /// The documents of a close could be made before everything booked before its cut is added up.
    #[error(
        "SettlementDelaySeconds is {delay}, and must be at least {least}: what is booked before the cut of a close may take \
         {added_up_seconds} s until it is added up, and the delay counts twice, before the close and after it; give --parameter \
         SettlementDelaySeconds={least}, or a shorter FunctionTimeoutSeconds"
    )]
    SettledTooSoon {
        delay: u32,
        /// The shortest delay that is long enough.
        least: u32,
        /// The longest time until what is booked is added up.
        added_up_seconds: u32,
    },
    /// A message could come back while it is still in work.
    #[error(
        "VisibilityTimeoutSeconds is {visibility}, and must be at least {least}: six times what {function}, which serves \
         {queue}, may take{}; give --parameter VisibilityTimeoutSeconds={least}, or a shorter FunctionTimeoutSeconds",
        and("its window of", *window_seconds)
    )]
    BackInWork {
        /// Time for which a message in work is hidden.
        visibility: u32,
        /// The shortest time that is long enough.
        least: u32,
        function: String,
        queue: String,
        /// Time for which messages of a batch are gathered.
        window_seconds: u32,
    },
    /// A message could expire before it was tried as often as it should be.
    #[error(
        "{queue} keeps a message for {retention} s, and must for more than {needed} s, since it is received {tries} times, \
         {visibility} s apart, after {delay} s: give a longer MessageRetentionSeconds, a smaller MaxReceiveCount or a shorter \
         VisibilityTimeoutSeconds with --parameter"
    )]
    GoneTooSoon {
        queue: String,
        /// Time for which the queue keeps a message.
        retention: u32,
        /// Time for which it must keep one.
        needed: u64,
        /// Number of tries.
        tries: u32,
        /// Time for which the message is hidden between two tries.
        visibility: u32,
        /// Longest delay before the first try.
        delay: u32,
    },
    /// A dead letter could expire before a person saw it: its age counts from when the message was first sent.
    #[error(
        "{dead_letters} keeps a message for {kept} s, and must for longer than {queue}, which keeps it for {retention} s: give \
         a longer DeadLetterRetentionSeconds or a shorter MessageRetentionSeconds with --parameter"
    )]
    UnseenDeadLetter {
        /// The dead-letter queue.
        dead_letters: String,
        /// Time for which it keeps a message.
        kept: u32,
        queue: String,
        /// Time for which the queue keeps a message.
        retention: u32,
    },
}

/// A time that adds to others, in an error; nothing if there is none.
fn and(what: &str, seconds: u32) -> String {
    if seconds == 0 { String::new() } else { format!(", and {what} {seconds} s") }
}

/// The shortest delay that outlasts two functions with a timeout, the one that announced a change and then one that had
/// read before it, and the time for which reads lag behind their writes.
fn least_delay(sender_seconds: u32, writer_seconds: u32, lag_seconds: u32) -> u32 {
    sender_seconds + writer_seconds + lag_seconds + 1
}

/// Time for which a message must be hidden while its batch is gathered and a function with a timeout works on it, as AWS
/// advises.
fn least_visibility(function: &Function) -> u32 {
    let window = function.mapping.as_ref().map_or(0, |mapping| mapping.window_seconds);
    6 * function.timeout_seconds + window
}

/// The shortest time until a month is added up again that outlasts a function with a timeout and the lag of the index, with
/// a margin.
fn least_confirmation(writer_seconds: u32, lag_seconds: u32) -> u32 {
    writer_seconds + lag_seconds + MARGIN_SECONDS
}

/// The shortest times that are long enough for every function, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Least {
    /// Until the pass after a change of agreements.
    pub(crate) delay: u32,
    /// Time for which a message is hidden.
    pub(crate) visibility: u32,
    /// Until a month is added up again.
    pub(crate) confirmation: u32,
}

/// The shortest times of a template whose reads lag for so many seconds.
pub(crate) fn least(template: &Template, lag_seconds: u32) -> Least {
    let (longest, visibility) = (longest_timeout(template), template.functions.values().map(least_visibility).max());
    Least {
        delay: least_delay(longest, longest, lag_seconds),
        visibility: visibility.unwrap_or_default(),
        confirmation: least_confirmation(longest, lag_seconds),
    }
}

/// The longest time until what is booked is added up: whoever books ends, and the month is added up twice, each time after its
/// batch was gathered.
fn added_up_seconds(template: &Template, lag_seconds: u32) -> u32 {
    let functions = || template.functions.values();
    let longest = |name| functions().filter_map(|function| function.environment.get(name)?.number()).max();
    let window = functions().filter_map(|function| Some(function.mapping.as_ref()?.window_seconds)).max();
    let delays = [longest(ANNOUNCE), longest(CONFIRM)].map(Option::unwrap_or_default);
    3 * longest_timeout(template) + 2 * window.unwrap_or_default() + delays.iter().sum::<u32>() + lag_seconds
}

/// The shortest delay of a close: its pass begins twice that after its cut.
pub(crate) fn least_settlement(template: &Template, lag_seconds: u32) -> u32 {
    added_up_seconds(template, lag_seconds) / 2 + 1
}

fn longest_timeout(template: &Template) -> u32 {
    template.functions.values().map(|function| function.timeout_seconds).max().unwrap_or_default()
}

/// Checks that each time is as long as it must be where reads lag behind their writes.
pub(crate) fn check(template: &Template, lag_seconds: u32) -> Result<(), DelayError> {
    check_delays(template, lag_seconds)?;
    check_confirmations(template, lag_seconds)?;
    check_settlement(template, lag_seconds)?;
    check_visibility(template)?;
    let delays = template.functions.values();
    let delays = delays.flat_map(|function| [delay(function), confirmation(function), settlement(function)]);
    let longest_delay = delays.flatten().max().unwrap_or_default();
    template.queues.iter().try_for_each(|(name, queue)| check_retention(template, (name, queue), longest_delay))
}

/// Checks that a delayed message comes after the writes that it is to see can be read.
fn check_delays(template: &Template, lag_seconds: u32) -> Result<(), DelayError> {
    let writer_seconds = longest_timeout(template);
    for (name, function) in &template.functions {
        let (Some(delay), sender_seconds) = (delay(function), function.timeout_seconds) else { continue };
        let least = least_delay(sender_seconds, writer_seconds, lag_seconds);
        if delay < least {
            let sender = name.clone();
            return Err(DelayError::TooSoon { delay, least, sender, sender_seconds, writer_seconds, lag_seconds });
        }
    }
    Ok(())
}

/// Checks that a month is added up for the last time when everything announced can be read.
fn check_confirmations(template: &Template, lag_seconds: u32) -> Result<(), DelayError> {
    let writer_seconds = longest_timeout(template);
    let least = least_confirmation(writer_seconds, lag_seconds);
    match template.functions.values().filter_map(confirmation).min() {
        Some(delay) if delay < least => Err(DelayError::ConfirmedTooSoon { delay, least, writer_seconds, lag_seconds }),
        Some(_) | None => Ok(()),
    }
}

/// Checks that the documents of a close are made when everything booked before its cut is added up.
fn check_settlement(template: &Template, lag_seconds: u32) -> Result<(), DelayError> {
    let least = least_settlement(template, lag_seconds);
    match template.functions.values().filter_map(settlement).min() {
        Some(delay) if delay < least => {
            let added_up_seconds = added_up_seconds(template, lag_seconds);
            Err(DelayError::SettledTooSoon { delay, least, added_up_seconds })
        }
        Some(_) | None => Ok(()),
    }
}

fn check_visibility(template: &Template) -> Result<(), DelayError> {
    for (name, function) in &template.functions {
        let Some(mapping) = &function.mapping else { continue };
        let Some(queue) = template.queues.get(&mapping.queue) else { continue };
        let (visibility, least) = (queue.visibility_seconds, least_visibility(function));
        if visibility < least {
            let (function, queue, window_seconds) = (name.clone(), mapping.queue.clone(), mapping.window_seconds);
            return Err(DelayError::BackInWork { visibility, least, function, queue, window_seconds });
        }
    }
    Ok(())
}

/// Delay of the messages that a function sends, if it sends delayed ones.
fn delay(function: &Function) -> Option<u32> {
    function.environment.get(DELAY)?.number()
}

/// Time until a function adds a month up again, if it adds up months.
fn confirmation(function: &Function) -> Option<u32> {
    function.environment.get(CONFIRM)?.number()
}

/// Delay of a close, if a function makes its documents.
fn settlement(function: &Function) -> Option<u32> {
    function.environment.get(SETTLE)?.number()
}

fn check_retention(template: &Template, (name, queue): (&String, &Queue), delay: u32) -> Result<(), DelayError> {
    let Some((target, tries)) = &queue.redrive else { return Ok(()) };
    let &Queue { visibility_seconds: visibility, retention_seconds: retention, .. } = queue;
    let needed = u64::from(delay) + u64::from(*tries) * u64::from(visibility);
    if needed >= u64::from(retention) {
        let (queue, tries) = (name.clone(), *tries);
        return Err(DelayError::GoneTooSoon { queue, retention, needed, tries, visibility, delay });
    }
    match template.queues.get(target).map(|dead| dead.retention_seconds) {
        Some(kept) if kept <= retention => {
            let (queue, dead_letters) = (name.clone(), target.clone());
            Err(DelayError::UnseenDeadLetter { dead_letters, kept, queue, retention })
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Given;

    /// Relations that no parameter of this template can break.
    #[test]
    fn what_is_kept_or_hidden_too_shortly_is_refused() {
        let text = include_str!("../../../template.yaml");
        let parameters = [("TokenIssuer", "https://i"), ("TokenAudience", "a")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let given = Given { parameters: &parameters, below_minimum: &[] };
        let checked = |from: &str, to: &str| {
            assert!(text.contains(from));
            check(&Template::read(&text.replacen(from, to, 1), given).unwrap(), 0).map_err(|error| error.to_string())
        };
        let (kept, dead) = ("MessageRetentionPeriod: !Ref Message", "MessageRetentionPeriod: !Ref DeadLetter");
        assert_eq!(checked(kept, kept), Ok(()));
        let error = checked(&format!("{kept}RetentionSeconds"), "MessageRetentionPeriod: 1800").unwrap_err();
        assert!(
            error.starts_with("SaleSignedQueue keeps a message for 1800 s, and must for more than 5700 s"),
            "{error}"
        );
        let error = checked(&format!("{dead}RetentionSeconds"), "MessageRetentionPeriod: 345600").unwrap_err();
        assert!(error.starts_with("SaleSignedDeadLetters keeps a message for 345600 s, and must"), "{error}");
        let batch = "BatchSize: 10";
        let window = |seconds: u32| format!("{batch}\n            MaximumBatchingWindowInSeconds: {seconds}");
        assert_eq!(checked(batch, &window(120)), Ok(()));
        let error = checked(batch, &window(121)).unwrap_err();
        assert!(error.starts_with("VisibilityTimeoutSeconds is 240, and must be at least 241: six times"), "{error}");
        assert!(error.contains("may take, and its window of 121 s; give"), "{error}");
    }
}
