//! The two sides of a document: seller and buyer.

use crate::words;
use crate::xml::{Xml, element, text, text_with};
use rules::PartnerId;
use rules::text::Language;
use settlement::complete::{Lacking, lacking};
use settlement::country::Country;
use settlement::document::Parties;
use settlement::identity::Identity;
use settlement::siren::Siren;
use settlement::terms::PrintedText;
use settlement::vat_id::VatId;
use settlement::{Direction, Document};

/// A side of a document.
#[derive(Debug, Clone)]
pub(crate) struct Party {
    identity: Identity,
    electronic_address: String,
}

/// The scheme of electronic addresses in France.
const FRENCH_ADDRESS: &str = "0225";

/// Checks that both sides have what the document must say of them.
pub(crate) fn complete(document: &Document) -> Result<(), Lacking> {
    let Parties { vendor, partner } = &document.parties;
    let lacking = lacking(document.account.direction, vendor.as_ref(), partner.as_ref());
    lacking.first().map_or(Ok(()), |lacking| Err(*lacking))
}

/// Seller and buyer, as far as they are known.
pub(crate) fn sides(document: &Document) -> (Party, Party) {
    let Parties { vendor, partner } = &document.parties;
    let vendor = Party::vendor(vendor.clone().unwrap_or_default());
    let partner = partner.as_ref().map(|billing| billing.identity().clone()).unwrap_or_default();
    let partner = Party::partner(partner, &document.account.partner_id, &vendor);
    match document.account.direction {
        Direction::ToPartner => (partner, vendor),
        Direction::FromPartner => (vendor, partner),
    }
}

impl Party {
    /// The vendor: its electronic address is its SIREN.
    pub(crate) fn vendor(identity: Identity) -> Party {
        let electronic_address = identity.siren().map_or_else(String::new, Siren::to_string);
        Party { identity, electronic_address }
    }

    /// The partner. One without a SIREN has no electronic address in France, and the rules demand one: it is at the vendor,
    /// where the partner fetches its documents.
    pub(crate) fn partner(identity: Identity, id: &PartnerId, vendor: &Party) -> Party {
        let at_the_vendor = || format!("{}_{id}", vendor.electronic_address);
        let electronic_address = identity.siren().map_or_else(at_the_vendor, Siren::to_string);
        Party { identity, electronic_address }
    }

    /// Its identity.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// It is in France.
    pub(crate) fn is_french(&self) -> bool {
        self.identity.country().is_some_and(Country::is_france)
    }

    /// Its VAT id.
    pub(crate) fn vat_id(&self) -> Option<&VatId> {
        self.identity.vat_id()
    }

    /// Its tax id as a seller: its VAT id, or else its SIREN.
    pub(crate) fn tax_id(&self) -> Option<(&'static str, &str)> {
        let siren = || self.identity.siren().map(|siren| ("FC", siren.as_str()));
        self.tax_id_of_vat().or_else(siren)
    }

    fn tax_id_of_vat(&self) -> Option<(&'static str, &str)> {
        self.vat_id().map(|id| ("VA", id.as_str()))
    }

    /// The seller, with its tax id or without.
    pub(crate) fn seller(&self, has_tax_id: bool) -> Xml {
        // Legal mentions (BT-33): of the seller alone, EN 16931 has a place for them.
        let legal = words::legal(&self.identity, Language::Fr).map(|legal| text("ram:Description", &legal));
        self.written("ram:SellerTradeParty", legal, self.tax_id().filter(|_| has_tax_id))
    }

    /// The buyer, with its VAT id or without.
    pub(crate) fn buyer(&self, has_tax_id: bool) -> Xml {
        self.written("ram:BuyerTradeParty", None, self.tax_id_of_vat().filter(|_| has_tax_id))
    }

    fn written(&self, name: &str, legal: Option<Xml>, tax_id: Option<(&str, &str)>) -> Xml {
        let tax_id = tax_id.map(|(scheme, id)| {
            element("ram:SpecifiedTaxRegistration", [text_with("ram:ID", ("schemeID", scheme), id)])
        });
        let address = text_with("ram:URIID", ("schemeID", FRENCH_ADDRESS), &self.electronic_address);
        element(
            name,
            [
                text("ram:Name", self.identity.legal_name().map_or("", PrintedText::as_str)),
                legal.unwrap_or_default(),
                self.legal_id(),
                self.postal_address(),
                element("ram:URIUniversalCommunication", [address]),
                tax_id.unwrap_or_default(),
            ],
        )
    }

    /// The id of its register: the SIREN in France (0002), the VAT id in another member of the European Union (0223), elsewhere
    /// the country and the first 16 characters of the name (0227).
    fn legal_id(&self) -> Xml {
        let Some(country) = self.identity.country() else { return Xml::default() };
        let name = self.identity.legal_name().map_or("", PrintedText::as_str);
        let (scheme, id) = if country.is_france() {
            ("0002", self.identity.siren().map(Siren::to_string))
        } else if country.is_in_union() {
            ("0223", self.vat_id().map(VatId::to_string))
        } else {
            ("0227", Some(country.as_str().chars().chain(name.chars().take(16)).collect()))
        };
        let written = |id: String| {
            element("ram:SpecifiedLegalOrganization", [text_with("ram:ID", ("schemeID", scheme), id.trim_end())])
        };
        id.map(written).unwrap_or_default()
    }

    /// The address is one line: nothing says which part of it is the city.
    fn postal_address(&self) -> Xml {
        element(
            "ram:PostalTradeAddress",
            [
                text("ram:LineOne", self.identity.address().map_or("", PrintedText::as_str)),
                text("ram:CountryID", self.identity.country().map_or("", Country::as_str)),
            ],
        )
    }
}
