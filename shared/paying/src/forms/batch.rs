//! A batch as stored, and a partner that it leaves out.

use crate::batch::{Batch, BatchId, LeftOut, Order, Signed, State, Why};
use ledger::store::IndexKey;
use payments::NotPayable;
use rules::PartnerId;
use rules::money::Minor;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BatchForm {
    #[serde(rename = "or")]
    order: Order,
    #[serde(rename = "be")]
    begun: Signed,
    #[serde(rename = "co")]
    count: u32,
    #[serde(rename = "su")]
    sum: Minor,
    #[serde(rename = "st")]
    state: State,
    /// The place among all partners up to which it is filled.
    #[serde(rename = "af", default, skip_serializing_if = "Option::is_none")]
    after: Option<IndexKey>,
}

impl BatchForm {
    pub(crate) fn of(batch: &Batch, after: Option<IndexKey>) -> BatchForm {
        let Batch { id: _, order, begun, count, sum, state } = batch.clone();
        BatchForm { order, begun, count, sum, state, after }
    }

    /// The batch with an id, and the place up to which it is filled.
    pub(crate) fn read(self, id: BatchId) -> (Batch, Option<IndexKey>) {
        let BatchForm { order, begun, count, sum, state, after } = self;
        (Batch { id, order, begun, count, sum, state }, after)
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WhyForm {
    OtherCurrency,
    TransferUnderWay,
    NoSepaIban,
    NothingDue,
    NoHolder,
    TooLarge,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LeftOutForm {
    #[serde(rename = "du")]
    due: Minor,
    #[serde(rename = "wh")]
    why: Vec<WhyForm>,
}

impl From<&LeftOut> for LeftOutForm {
    fn from(LeftOut { partner_id: _, due, why }: &LeftOut) -> LeftOutForm {
        let form = |why: &Why| match why {
            Why::NotPayable(NotPayable::OtherCurrency) => WhyForm::OtherCurrency,
            Why::NotPayable(NotPayable::TransferUnderWay) => WhyForm::TransferUnderWay,
            Why::NotPayable(NotPayable::NoSepaIban) => WhyForm::NoSepaIban,
            Why::NotPayable(NotPayable::NothingDue) => WhyForm::NothingDue,
            Why::NoHolder => WhyForm::NoHolder,
            Why::TooLarge => WhyForm::TooLarge,
        };
        LeftOutForm { due: *due, why: why.iter().map(form).collect() }
    }
}

impl LeftOutForm {
    /// The partner that is left out.
    pub(crate) fn read(self, partner_id: PartnerId) -> LeftOut {
        let why = |form: &WhyForm| match form {
            WhyForm::OtherCurrency => Why::NotPayable(NotPayable::OtherCurrency),
            WhyForm::TransferUnderWay => Why::NotPayable(NotPayable::TransferUnderWay),
            WhyForm::NoSepaIban => Why::NotPayable(NotPayable::NoSepaIban),
            WhyForm::NothingDue => Why::NotPayable(NotPayable::NothingDue),
            WhyForm::NoHolder => Why::NoHolder,
            WhyForm::TooLarge => Why::TooLarge,
        };
        LeftOut { partner_id, due: self.due, why: self.why.iter().map(why).collect() }
    }
}
