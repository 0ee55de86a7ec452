//! The ledger as known on a day: the entries that were recorded until then (RULEBOOK §4).

use crate::App;
use crate::problem::Problem;
use jiff::civil::Date;
use ledger::queries::{Listed, Part};
use rules::text::Words;
use rules::{Day, PartnerId};

/// The most entries of one partner that one answer lists or adds up; whoever has more reads them page by page.
const MAX_ENTRIES: usize = 5000;

/// When what is wanted was recorded; both days are included.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Recorded {
    /// Then or later.
    pub(crate) since: Option<Day>,
    /// Then or earlier.
    pub(crate) as_of: Option<Day>,
}

impl Recorded {
    fn includes(self, day: Date) -> bool {
        self.since.is_none_or(|since| since.date() <= day) && self.as_of.is_none_or(|as_of| day <= as_of.date())
    }
}

/// A partner's entries booked in a period, if they were recorded when it is wanted. However many there are, those alone
/// count that are given.
pub(crate) async fn entries(
    app: &App,
    partner_id: &PartnerId,
    period: (Day, Day),
    recorded: Recorded,
) -> Result<Part<Listed>, Problem> {
    let is_wanted = |listed: &Listed| recorded.includes(App::day_of(listed.recorded.recorded_at));
    let part = app.ledger.entries_that(is_wanted, partner_id, period, MAX_ENTRIES, None).await?;
    if part.next.is_some() {
        return Err(Problem::too_much(Words::new(
            format!("{partner_id} a plus de {MAX_ENTRIES} écritures ; les lire page par page de /entries"),
            format!("{partner_id} has more than {MAX_ENTRIES} entries; read them page by page from /entries"),
        )));
    }
    Ok(part)
}
