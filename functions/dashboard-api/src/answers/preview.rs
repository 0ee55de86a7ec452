//! Previews: what a request would append to the ledger.

use crate::answers::entries::{LineAnswer, LineName};
use crate::answers::unreadable::Unreadable;
use events::json::Money;
use ledger::preview_steps::PreviewId;
use rules::balance::Balance;
use rules::people::Role;
use rules::preview::{Booked, Change};
use rules::programme::Language;
use rules::totals::{Group, Total};
use rules::{Currency, Day, Kind, Minor, Model, Month, PartnerId, PostingKey};
use serde::Serialize;
use std::collections::BTreeMap;

/// A preview of more contracts than one request reads is being made: the same request with this id is answered once it is there.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = PreviewUnderWay))]
pub(crate) struct UnderWay {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub(crate) previewed: PreviewId,
}

/// The entries that the request would append if it were made now. Nothing was written.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Preview {
    /// Number of lines to which entries would be appended.
    lines_changed: usize,
    /// Number of entries that would be appended.
    entries: usize,
    /// Number of lines on which an earlier change is still being booked. Its amounts are not among the changes.
    being_booked: usize,
    /// Number of acts of the last 15 minutes on these partners that are still to be carried out, or were refused. Their amounts
    /// are not among the changes.
    to_carry_out: usize,
    /// Number of months before the present one in which an amount would change.
    past_months: usize,
    /// Sums of the entries by partner, month, kind, model and currency, without those of nothing.
    changes: Vec<PreviewedChange>,
    /// Differences of the balances of each partner with such a sum.
    totals: Vec<PreviewedTotal>,
    /// Partner to whom a sale would belong and who is not registered: nothing is due for it until then. Null: there is none.
    unregistered: Option<PartnerId>,
    /// Lines with the largest changes, at most 20, the largest first.
    largest: Vec<PreviewedLine>,
    #[serde(flatten)]
    unreadable: Unreadable,
}

/// Sum of the entries that would be booked for a partner in a month: the difference of its amounts there.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct PreviewedChange {
    partner_id: PartnerId,
    /// Name of the partner; null if the partner is not registered or cannot be read.
    partner_name: Option<String>,
    month: Month,
    /// The month is before the present one.
    past: bool,
    kind: Kind,
    model: Model,
    amount: Money,
    vendor_share: Money,
}

/// Difference of a partner's balance in one currency; positive: more is due.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct PreviewedTotal {
    partner_id: PartnerId,
    /// Name of the partner; null if the partner is not registered or cannot be read.
    partner_name: Option<String>,
    currency: Currency,
    due_to_partner: Money,
    due_from_partner: Money,
}

/// A line before and after the request.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct PreviewedLine {
    #[serde(flatten)]
    line: LineName,
    /// The amount on the line, once all that is due on it is booked; null: nothing, or all of it was reversed.
    before: Option<BookedAmount>,
    /// The line as it would be, with its explanation; null: it would not be owed.
    after: Option<LineAnswer>,
    /// The entries that would be appended: one, or if the line would be booked elsewhere, a reversal and a new one.
    differences: Vec<BookedAmount>,
}

/// An amount, and where it is booked.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct BookedAmount {
    partner_id: PartnerId,
    kind: Kind,
    model: Model,
    booked_on: Day,
    amount: Money,
    vendor_share: Money,
}

type Names = BTreeMap<PartnerId, String>;

impl Preview {
    /// The preview, for managers; `present` is the present month.
    pub(crate) fn of(
        preview: &reports::preview::Preview,
        (names, unregistered, to_carry_out): (&Names, Option<&PartnerId>, usize),
        unreadable: &reports::Unreadable,
        present: Month,
        language: Language,
    ) -> Preview {
        let change = |partner_id: &PartnerId, month: Month, (group, total): (&Group, &Total)| PreviewedChange {
            partner_id: partner_id.clone(),
            partner_name: names.get(partner_id).cloned(),
            month,
            past: month < present,
            kind: group.kind,
            model: group.model,
            amount: Money::new(total.amount, group.currency),
            vendor_share: Money::new(total.vendor_share, group.currency),
        };
        let total = |partner_id: &PartnerId, (currency, balance): (&Currency, &Balance)| PreviewedTotal {
            partner_id: partner_id.clone(),
            partner_name: names.get(partner_id).cloned(),
            currency: *currency,
            due_to_partner: Money::new(balance.due_to_partner, *currency),
            due_from_partner: Money::new(balance.due_from_partner, *currency),
        };
        let sums = preview.sums.iter();
        let balances = preview.balances.iter();
        Preview {
            lines_changed: preview.lines,
            entries: preview.entries,
            being_booked: preview.being_booked,
            to_carry_out,
            past_months: preview.past_months.len(),
            changes: sums.flat_map(|(of, sum)| sum.0.iter().map(|one| change(&of.partner_id, of.month, one))).collect(),
            totals: balances.flat_map(|(id, of)| of.0.iter().map(|one| total(id, one))).collect(),
            unregistered: unregistered.cloned(),
            largest: preview.largest.iter().map(|change| PreviewedLine::of(change, language)).collect(),
            unreadable: Unreadable::of(unreadable, &Role::Manager),
        }
    }
}

impl PreviewedLine {
    fn of(Change { id, before, after, entries }: &Change, language: Language) -> PreviewedLine {
        let booked =
            |Booked { posting, amount, vendor_share }: &Booked| BookedAmount::of(posting, *amount, *vendor_share);
        let difference = entries.iter().map(|entry| BookedAmount::of(&entry.posting, entry.amount, entry.vendor_share));
        PreviewedLine {
            line: id.into(),
            before: before.as_ref().map(booked),
            after: after.as_ref().map(|line| LineAnswer::of(line, language)),
            differences: difference.collect(),
        }
    }
}

impl BookedAmount {
    fn of(posting: &PostingKey, amount: Minor, vendor_share: Minor) -> BookedAmount {
        let money = |minor| Money::new(minor, posting.currency);
        BookedAmount {
            partner_id: posting.partner_id.clone(),
            kind: posting.kind,
            model: posting.model,
            booked_on: posting.booked_on,
            amount: money(amount),
            vendor_share: money(vendor_share),
        }
    }
}
