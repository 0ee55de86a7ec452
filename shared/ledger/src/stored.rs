//! The rules' types as stored: short names, so that an annuity and its first entry fit one write unit. A read checks
//! every value as it was checked before recording.

use rules::agreement::{Draft, EntryFee};
use rules::decision::{Decision, Reason};
use rules::line::Basis;
use rules::people::{Role, RoleKind};
use rules::programme::{Condition, FromSale, Terms};
use rules::rank::{Earliest, RankKey};
use rules::rates::{Band, Bands, Rates};
use rules::{
    Agreement, AgreementId, Agreements, ContractId, Currency, Day, Kind, Minor, Model, Money, PartnerId,
    ProgrammeVersion, Rate,
};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt::Display;

/// A value of the rules as stored in an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored<T>(pub(crate) T);

/// The name of a role in items: its kind, and a partner's member's partner.
pub(crate) fn stored_role(role: &Role) -> (String, Option<PartnerId>) {
    (role.kind().as_str().to_owned(), role.partner().cloned())
}

/// The role of an item; none: of a later release.
pub(crate) fn read_role(kind: &str, partner: Option<PartnerId>) -> Option<Role> {
    RoleKind::ALL.into_iter().find(|known| known.as_str() == kind)?.of(partner)
}

/// A type with a shape of its own in items.
pub(crate) trait Storable: Sized {
    type Shape: Serialize + DeserializeOwned;

    fn shape(&self) -> Self::Shape;

    /// The value of a shape, or an error if it could not have been recorded.
    fn read(shape: Self::Shape) -> Result<Self, impl Display>;
}

impl<T: Storable> Serialize for Stored<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.shape().serialize(serializer)
    }
}

impl<'de, T: Storable> Deserialize<'de> for Stored<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(T::Shape::deserialize(deserializer)?).map(Stored).map_err(D::Error::custom)
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct MoneyShape {
    #[serde(rename = "m")]
    minor: Minor,
    #[serde(rename = "c")]
    currency: Currency,
}

impl Storable for Money {
    type Shape = MoneyShape;

    fn shape(&self) -> MoneyShape {
        MoneyShape { minor: self.minor(), currency: self.currency() }
    }

    fn read(MoneyShape { minor, currency }: MoneyShape) -> Result<Money, impl Display> {
        Money::new(minor, currency)
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct RankShape {
    #[serde(rename = "d")]
    signed_on: Day,
    #[serde(rename = "c")]
    contract_id: ContractId,
}

impl Storable for Earliest {
    type Shape = Vec<RankShape>;

    fn shape(&self) -> Vec<RankShape> {
        let shape =
            |rank_key: &RankKey| RankShape { signed_on: rank_key.signed_on, contract_id: rank_key.contract_id.clone() };
        self.iter().map(shape).collect()
    }

    fn read(shape: Vec<RankShape>) -> Result<Earliest, impl Display> {
        let rank_key = |RankShape { signed_on, contract_id }| RankKey { signed_on, contract_id };
        Earliest::try_from(shape.into_iter().map(rank_key).collect::<Vec<_>>())
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct BasisShape {
    #[serde(rename = "d")]
    decision: DecisionShape,
    #[serde(rename = "b0")]
    before: Minor,
    #[serde(rename = "b1")]
    after: Minor,
}

#[derive(Serialize, Deserialize)]
struct DecisionShape {
    #[serde(rename = "ag")]
    agreement: AgreementId,
    #[serde(rename = "pv")]
    programme: ProgrammeVersion,
    #[serde(rename = "mo")]
    model: Model,
    #[serde(rename = "k")]
    kind: Kind,
    #[serde(rename = "ra")]
    rates: RatesShape,
    #[serde(rename = "ng", default, skip_serializing_if = "std::ops::Not::not")]
    negotiated: bool,
    #[serde(rename = "re", with = "ReasonShape")]
    reason: Reason,
}

/// One rate, or bands in their order.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum RatesShape {
    One(Rate),
    Bands(Vec<BandShape>),
}

#[derive(Serialize, Deserialize)]
struct BandShape {
    #[serde(rename = "f")]
    from: Minor,
    #[serde(rename = "r")]
    rate: Rate,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Reason", rename_all = "kebab-case")]
enum ReasonShape {
    RevenueShare,
    AgreementEnded,
    SaleNOrLater {
        #[serde(rename = "n")]
        from_sale: FromSale,
    },
    BeforeSaleN {
        #[serde(rename = "n")]
        from_sale: FromSale,
    },
    PaidOnce,
    InstanceDiscount,
    InstanceWithoutPerk,
    NotTheFirstInstance,
    EntryFee,
}

impl RatesShape {
    fn of(rates: &Rates) -> RatesShape {
        match rates {
            Rates::One(rate) => RatesShape::One(*rate),
            Rates::Bands(bands) => RatesShape::Bands(
                bands.iter().map(|Band { from, rate }| BandShape { from: *from, rate: *rate }).collect(),
            ),
        }
    }

    fn read(self) -> Result<Rates, String> {
        match self {
            RatesShape::One(rate) => Ok(Rates::One(rate)),
            RatesShape::Bands(bands) => {
                let bands = bands.into_iter().map(|BandShape { from, rate }| Band { from, rate }).collect();
                Bands::new(bands).map(Rates::Bands).map_err(|error| error.to_string())
            }
        }
    }
}

impl Storable for Basis {
    type Shape = BasisShape;

    fn shape(&self) -> BasisShape {
        let Decision { agreement, programme, model, kind, rates, negotiated, reason } = &self.decision;
        let decision = DecisionShape {
            agreement: *agreement,
            programme: *programme,
            model: *model,
            kind: *kind,
            rates: RatesShape::of(rates),
            negotiated: *negotiated,
            reason: *reason,
        };
        BasisShape { decision, before: self.before(), after: self.after() }
    }

    fn read(BasisShape { decision, before, after }: BasisShape) -> Result<Basis, impl Display> {
        let DecisionShape { agreement, programme, model, kind, rates, negotiated, reason } = decision;
        if programme.programme().terms(model).is_none() {
            return Err("the programme has no such model".to_owned());
        }
        let decision = Decision { agreement, programme, model, kind, rates: rates.read()?, negotiated, reason };
        Basis::new(decision, before, after).map_err(|error| error.to_string())
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct AgreementShape {
    starts_on: Day,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_on: Option<Day>,
    programme: ProgrammeVersion,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<Rate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_sale: Option<FromSale>,
    #[serde(rename = "evidence")]
    signed: SignedShape,
}

/// The model, with the evidence that its conditions are met if it asks for any.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum SignedShape {
    Model(Model),
    WithEvidence(BTreeMap<Model, EvidenceShape>),
}

#[derive(Serialize, Deserialize)]
struct EvidenceShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    qualified_on: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry_fee: Option<EntryFeeShape>,
}

#[derive(Serialize, Deserialize)]
struct EntryFeeShape {
    segment: String,
    commercial_potential: Stored<Money>,
    rate: Rate,
}

impl AgreementShape {
    fn of(agreement: &Agreement) -> AgreementShape {
        let fee = |fee: &EntryFee| EntryFeeShape {
            segment: fee.segment.clone(),
            commercial_potential: Stored(fee.commercial_potential),
            rate: fee.rate,
        };
        let (model, qualified_on) = (agreement.model(), agreement.technical_qualification());
        let signed = match (qualified_on, agreement.entry_fee()) {
            (None, None) => SignedShape::Model(model),
            (qualified_on, entry_fee) => {
                let evidence = EvidenceShape { qualified_on, entry_fee: entry_fee.map(fee) };
                SignedShape::WithEvidence(BTreeMap::from([(model, evidence)]))
            }
        };
        AgreementShape {
            starts_on: agreement.starts_on(),
            ends_on: agreement.ends_on(),
            programme: agreement.programme(),
            rate: agreement.negotiated_rate(),
            from_sale: agreement.negotiated_from_sale(),
            signed,
        }
    }

    fn read(self) -> Result<Agreement, String> {
        let AgreementShape { starts_on, ends_on, programme, rate, from_sale, signed } = self;
        let (model, evidence) = match signed {
            SignedShape::Model(model) => (model, None),
            SignedShape::WithEvidence(mut all) => match (all.pop_first(), all.is_empty()) {
                (Some((model, evidence)), true) => (model, Some(evidence)),
                (Some(_) | None, _) => return Err("an agreement has one model".to_owned()),
            },
        };
        let (technical_qualification, entry_fee) =
            evidence.map_or((None, None), |evidence| (evidence.qualified_on, evidence.entry_fee));
        let fee = |EntryFeeShape { segment, commercial_potential: Stored(commercial_potential), rate }| EntryFee {
            segment,
            commercial_potential,
            rate,
        };
        // The support structure is not stored: no such agreement is accepted without it.
        let asks_for_structure = |terms: &Terms| terms.asks_for(Condition::SupportStructure);
        let draft = Draft {
            ends_on,
            programme: Some(programme),
            rate,
            from_sale,
            technical_qualification,
            support_structure: programme.programme().terms(model).is_some_and(asks_for_structure).then_some(true),
            entry_fee: entry_fee.map(fee),
            ..Draft::new(model, starts_on)
        };
        draft.accept().map_err(|error| error.to_string())
    }
}

impl Storable for Agreements {
    type Shape = Vec<AgreementShape>;

    fn shape(&self) -> Vec<AgreementShape> {
        self.iter().map(AgreementShape::of).collect()
    }

    fn read(shape: Vec<AgreementShape>) -> Result<Agreements, impl Display> {
        let agreements = shape.into_iter().map(AgreementShape::read).collect::<Result<Vec<_>, String>>()?;
        Agreements::new(agreements).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Item;
    use aws_sdk_dynamodb::types::AttributeValue;

    fn referrer(from: &str, to: Option<&str>) -> Agreement {
        let ends_on = to.map(|day| day.parse().unwrap());
        Draft { ends_on, ..Draft::new(Model::Referrer, from.parse().unwrap()) }.accept().unwrap()
    }

    fn integrator() -> Agreement {
        let starts_on: Day = "2026-01-01".parse().unwrap();
        let (technical_qualification, ends_on) = (Some(starts_on), Some(starts_on));
        Draft { technical_qualification, ends_on, ..Draft::new(Model::AffiliatedIntegrator, starts_on) }
            .accept()
            .unwrap()
    }

    fn affiliate() -> Agreement {
        let commercial_potential = Money::parse("1000.10", Currency::EUR).unwrap();
        let entry_fee = Some(EntryFee { segment: "s".to_owned(), commercial_potential, rate: Rate::percent(2) });
        let draft = Draft { entry_fee, support_structure: Some(true), ..Draft::new(Model::Affiliate, Day::MAX) };
        draft.accept().unwrap()
    }

    /// Checks that a value reads back, and the result of reading it with one attribute replaced.
    fn check<T: Storable + PartialEq + std::fmt::Debug + Clone>(value: &T, path: &[&str], other: AttributeValue) {
        let item = || -> Item { serde_dynamo::to_item(BTreeMap::from([("it", Stored(value.clone()))])).unwrap() };
        let read =
            |item: Item| -> Result<BTreeMap<String, Stored<T>>, serde_dynamo::Error> { serde_dynamo::from_item(item) };
        assert_eq!(&read(item()).unwrap()["it"].0, value);
        let mut changed = item();
        let mut at = changed.get_mut("it").unwrap();
        for name in path {
            at = match at {
                AttributeValue::M(fields) => fields.get_mut(*name).unwrap(),
                AttributeValue::L(values) => values.get_mut(name.parse::<usize>().unwrap()).unwrap(),
                other => unreachable!("{other:?} has no {name}"),
            };
        }
        assert_ne!(*at, other, "{path:?}");
        *at = other;
        assert!(read(changed).is_err(), "{path:?}");
    }

    fn s(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn n(number: i64) -> AttributeValue {
        AttributeValue::N(number.to_string())
    }

    #[test]
    fn what_could_not_be_registered_does_not_read() {
        let two = vec![referrer("2024-01-01", Some("2024-12-31")), referrer("2025-01-01", Some("2025-12-31"))];
        let all = Agreements::new([two, vec![integrator(), affiliate()]].concat()).unwrap();
        check(&all, &["0", "ends_on"], s("2025-01-01"));
        check(&all, &["0", "ends_on"], s("2023-12-31"));
        check(&all, &["0", "programme"], s("2013-11-17"));
        check(&all, &["0", "evidence"], s("affiliate"));
        check(&all, &["2", "evidence"], s("affiliated-integrator"));
        check(&all, &["2", "evidence", "affiliated-integrator", "qualified_on"], s("2026-01-02"));
        check(&all, &["3", "evidence", "affiliate", "entry_fee", "commercial_potential", "m"], n(-1));
        check(&all, &["3", "evidence", "affiliate", "entry_fee", "rate"], s("1.1"));
        check(&all, &["3", "evidence"], AttributeValue::M(std::collections::HashMap::new()));
    }

    #[test]
    fn what_could_not_be_recorded_does_not_read() {
        let rank_key = |day: &str| RankKey { signed_on: day.parse().unwrap(), contract_id: "C".parse().unwrap() };
        let earliest = Earliest::try_from(vec![rank_key("2024-01-01"), rank_key("2024-01-02")]).unwrap();
        check(&earliest, &["1", "d"], s("2023-12-31"));
        check(&earliest, &["1", "d"], s("2024-01-01"));
        check(&Money::parse("1", Currency::EUR).unwrap(), &["m"], n(-1));
        let decision = Decision {
            agreement: Day::MIN.into(),
            programme: ProgrammeVersion::V2013_11_16,
            model: Model::Referrer,
            kind: Kind::Commission,
            rates: Rate::percent(15).into(),
            negotiated: true,
            reason: Reason::SaleNOrLater { from_sale: 2.try_into().unwrap() },
        };
        let basis = Basis::new(decision, Minor(5), Minor(100)).unwrap();
        check(&basis, &["b0"], n(-1));
        check(&basis, &["b1"], n(i64::MAX));
        check(&basis, &["d", "ra"], s("1.5"));
        check(&basis, &["d", "ra"], AttributeValue::L(Vec::new()));
        check(&basis, &["d", "re", "sale-n-or-later", "n"], n(13));
    }
}
