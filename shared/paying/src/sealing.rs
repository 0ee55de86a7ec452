//! Sealing a batch (§8.7): it is computed again, and from then on its transfers and its file are final.

use crate::batch::{Batch, BatchId, Placed, Seal, Signed, State, TransferId, WholeBatch};
use crate::partner::signed;
use crate::{Paying, PayingError, keys};
use closing::acts::act;
use closing::table::{ATTEMPTS, contended};
use documents::batch::{
    BankId, BankIdError, Head, Holder, Remittance, SealedBatch, SepaIban, Transfer, TransferAmount,
};
use documents::pain001;
use ledger::journal::{Occasion, SettlementStep};
use ledger::{LedgerError, Store};
use rules::day::day_of;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The SHA-256 of a text, in hexadecimal digits.
pub(crate) fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a text does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The id of a batch or transfer, as the bank gets it: both are made of what banks take.
fn bank_id(text: &str) -> Result<BankId, BankIdError> {
    text.parse()
}

fn unwritable(id: &BatchId) -> PayingError {
    let why = "a transfer has a value that no bank takes, although it was checked when it was made";
    LedgerError::Damaged { key: keys::batch_partition(id), why }.into()
}

fn transfer(Placed { id, transfer, .. }: &Placed) -> Option<Transfer> {
    Some(Transfer {
        id: bank_id(&TransferId::to_string(id)).ok()?,
        amount: TransferAmount::try_from(transfer.amount).ok()?,
        holder: Holder::try_from(&transfer.holder).ok()?,
        iban: SepaIban::try_from(transfer.iban.clone()).ok()?,
        remittance: Remittance::try_from(transfer.documents.as_slice()).ok()?,
    })
}

/// The bank's file of a batch sealed at a moment: a function of its items.
fn file(WholeBatch { batch, transfers, .. }: &WholeBatch, sealed: &Signed) -> Result<String, PayingError> {
    let unwritable = || unwritable(&batch.id);
    let head = Head {
        id: bank_id(&batch.id.to_string()).map_err(|_| unwritable())?,
        sealed_at: sealed.at,
        on: batch.order.on,
        debtor: batch.order.payer.debtor()?,
    };
    let transfers = transfers.iter().map(|placed| transfer(placed).ok_or_else(unwritable)).collect::<Result<_, _>>()?;
    Ok(pain001(&SealedBatch::new(head, transfers)?))
}

impl<S: Store> Paying<S> {
    /// Seals a batch that is filled. It is computed again for every partner, and refused if it would differ. Repeated, it changes
    /// nothing.
    pub async fn seal(&self, id: &BatchId, occasion: &Occasion) -> Result<Batch, PayingError> {
        let by = signed(occasion)?;
        for attempt in 0..ATTEMPTS {
            let stored = self.stored_batch(id).await?;
            let refused = |is, needed| PayingError::State { id: id.clone(), is, needed };
            match stored.batch.state {
                State::Filled => {}
                State::Sealed(_) | State::Sent(..) => return Ok(stored.batch),
                State::Filling => return Err(refused("being filled", "fill it to its end first")),
                State::Void(..) => return Err(refused("void", "fill another batch")),
            }
            let whole = self.batch(id).await?.ok_or_else(|| PayingError::NoBatch(id.clone()))?;
            if whole.batch.order.on.date() < day_of(by.at) {
                return Err(PayingError::PastDay(whole.batch.order.on));
            }
            let partners = self.stale(&whole, &by).await?;
            if !partners.is_empty() {
                return Err(PayingError::Stale { id: id.clone(), partners });
            }
            let seal = Seal { sha256: sha256(&file(&whole, &by)?), signed: by.clone() };
            let batch = Batch { state: State::Sealed(seal), ..stored.batch.clone() };
            let mut writes = act(occasion, SettlementStep::BatchSealed, None, &[id])?;
            writes.push(stored.replaced(&batch, None)?);
            if self.closing.applied(writes, attempt).await? {
                return Ok(batch);
            }
        }
        Err(contended(keys::batch_partition(id)).into())
    }

    /// The bank's file of a batch that is sealed or sent: the same bytes each time, or an error.
    pub async fn file(&self, id: &BatchId) -> Result<String, PayingError> {
        let whole = self.batch(id).await?.ok_or_else(|| PayingError::NoBatch(id.clone()))?;
        let seal = match &whole.batch.state {
            State::Sealed(seal) | State::Sent(seal, _) => seal,
            State::Filling | State::Filled => {
                return Err(PayingError::State { id: id.clone(), is: "not sealed", needed: "seal it first" });
            }
            State::Void(..) => {
                return Err(PayingError::State { id: id.clone(), is: "void", needed: "fill another batch" });
            }
        };
        let file = file(&whole, &seal.signed)?;
        if sha256(&file) == seal.sha256 {
            return Ok(file);
        }
        let why = "its file is not what was sealed: its digest differs";
        Err(LedgerError::Damaged { key: keys::batch_partition(id), why }.into())
    }
}
