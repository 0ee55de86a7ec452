//! Sums while very many sales of one month are imported: a sum reads its own month and nothing else, and a month that grows is
//! added up the more rarely, the longer it is.

use crate::clocked::System;
use crate::figures::{Figure, Goal, Unit};
use fixtures::largest::{agreements, partner, sale};
use harness::running::Running;
use rules::Fact;

/// Sales of one partner, all signed in one month.
const SALES: usize = 100_000;
/// Those of a second, recorded at once.
const AT_ONCE: usize = 200;

/// Rows that are read of the index while the sales are booked, 200 a second, until their month total is confirmed.
pub(crate) async fn figures(running: &Running) -> Vec<Figure> {
    let mut system = System::new(running.store());
    system.register(vec![(partner(0), agreements())]).await;
    let sales = |first: usize| -> Vec<Fact> {
        (first..first + AT_ONCE).map(|n| Fact::Sale(sale(partner(0), n, "2026-01-05"))).collect()
    };
    for first in (0..SALES).step_by(AT_ONCE) {
        system.tick(&sales(first)).await;
    }
    system.finish().await;
    let spent = system.spent();
    let hundredths = |number: usize| i64::try_from(number * 100 / SALES).unwrap();
    let how = format!("{SALES} sales of one partner and month, 200 a second, until the total is confirmed");
    let sums = i64::try_from(spent.sums).unwrap();
    vec![
        Figure::new(
            "import of a month: rows read per 100 sales",
            (hundredths(spent.rows), Unit::Count),
            // At most 1,000, which is missed: see README.md.
            Goal::None,
            how.clone(),
        ),
        Figure::new("import of a month: sums of it", (sums, Unit::Count), Goal::None, how),
    ]
}
