//! The ledger as known on a day: the entries that were recorded until then (RULEBOOK §4).

use crate::App;
use crate::problem::Problem;
use ledger::queries::Listed;
use rules::text::Words;
use rules::{Day, PartnerId};

/// The most entries of one partner that one answer looks through; whoever has more reads them page by page.
const MAX_ENTRIES: usize = 5000;
/// How many are read at a time.
const PAGE: usize = 500;

/// A partner's entries booked in a period, as known on a day, that day included; now, if none is named.
pub(crate) async fn entries(
    app: &App,
    partner_id: &PartnerId,
    period: (Day, Day),
    as_of: Option<Day>,
) -> Result<Vec<Listed>, Problem> {
    let (mut entries, mut read, mut after) = (Vec::new(), 0, None);
    loop {
        let part = app.ledger.entries(partner_id, period, PAGE, after).await?;
        read += part.list.len();
        if read > MAX_ENTRIES {
            return Err(Problem::too_much(Words::new(
                format!("{partner_id} a plus de {MAX_ENTRIES} écritures ; les lire page par page de /entries"),
                format!("{partner_id} has more than {MAX_ENTRIES} entries; read them page by page from /entries"),
            )));
        }
        entries
            .extend(part.list.into_iter().filter(|listed| as_of.is_none_or(|day| recorded_on(listed) <= day.date())));
        after = part.next;
        if after.is_none() {
            return Ok(entries);
        }
    }
}

/// The vendor's day on which an entry was recorded.
pub(crate) fn recorded_on(listed: &Listed) -> jiff::civil::Date {
    App::day_of(listed.recorded.recorded_at)
}
