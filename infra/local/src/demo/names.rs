//! Names of the demo's partners and their clients, and what partners asked.

use rules::inquiry::Concern;

/// A partner of the demo: what it sells, and how many sales it makes in each year, the current one last.
pub(super) struct Profile {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) model: Model,
    /// Sales of five years and of the whole current one.
    pub(super) sales: [u16; 6],
    pub(super) currency: &'static str,
}

/// The model of a partner's first agreement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Model {
    /// With the segment conceded and its commercial potential, in thousands.
    Affiliate(&'static str, u32),
    AffiliatedIntegrator,
    IndependentIntegrator,
    Referrer,
}

const fn euro(id: &'static str, name: &'static str, model: Model, sales: [u16; 6]) -> Profile {
    Profile { id, name, model, sales, currency: "EUR" }
}

/// The partner that one signs in as.
pub const PARTNER: &str = "nantes-integration";
/// A partner that changed its model last 1 March.
pub(super) const CHANGED_MODEL: &str = "cabinet-lefevre";
/// A partner whose agreement has ended, and that still sold.
pub(super) const ENDED: &str = "occitanie-conseil";
/// A partner whose rate was negotiated later, for all its sales.
pub(super) const NEGOTIATED: &str = "loire-et-code";
/// The reason for that rate, as the manager stated it.
pub(super) const NEGOTIATED_BECAUSE: &str = "Taux porté à 75 % : troisième année de suite au-dessus de dix ventes";
/// A partner with a sale that billing reported two years late.
pub(super) const LATE: &str = "garonne-informatique";

/// Inquiries of partners: the partner, the concern, the words, the days since, and the answer a day later.
pub(super) const INQUIRIES: [(&str, Concern, &str, i64, Option<&str>); 2] = [
    (
        PARTNER,
        Concern::MissingSale,
        "Notre vente à la communauté de communes de Lunel ne figure pas dans nos contrats.",
        24,
        Some("Elle y figure depuis ce matin : la facturation l’avait transmise avec retard."),
    ),
    (
        ENDED,
        Concern::Error,
        "Notre dernière vente est en attente. L’accord devait être prolongé d’un an, pouvez-vous vérifier ?",
        3,
        None,
    ),
];

pub(super) const PARTNERS: [Profile; 24] = [
    euro("beziers-web", "Béziers Web Services", Model::Affiliate("mairies", 260), [0, 0, 0, 16, 18, 18]),
    euro("atelier-du-midi", "Atelier numérique du Midi", Model::Affiliate("notaires", 180), [0, 0, 0, 15, 16, 6]),
    euro("armor-digital", "Armor Digital", Model::Affiliate("associations", 140), [0, 0, 0, 15, 9, 17]),
    euro("jura-numerique", "Jura Numérique", Model::Affiliate("offices de tourisme", 95), [0, 0, 0, 0, 15, 16]),
    euro("nantes-integration", "Nantes Intégration", Model::AffiliatedIntegrator, [1, 3, 3, 4, 4, 6]),
    euro("loire-et-code", "Loire & Code", Model::AffiliatedIntegrator, [1, 2, 2, 3, 2, 3]),
    euro("studio-vauban", "Studio Vauban", Model::AffiliatedIntegrator, [0, 1, 2, 2, 3, 2]),
    euro("bretagne-systemes", "Bretagne Systèmes", Model::AffiliatedIntegrator, [0, 2, 1, 2, 2, 3]),
    euro("agence-mirabeau", "Agence Mirabeau", Model::AffiliatedIntegrator, [0, 0, 1, 2, 1, 2]),
    euro("pixel-et-pierre", "Pixel & Pierre", Model::AffiliatedIntegrator, [0, 0, 0, 1, 2, 3]),
    euro("garonne-informatique", "Garonne Informatique", Model::IndependentIntegrator, [0, 1, 1, 2, 2, 2]),
    Profile {
        id: "leman-solutions",
        name: "Léman Solutions",
        model: Model::IndependentIntegrator,
        sales: [0, 1, 1, 1, 2, 2],
        currency: "CHF",
    },
    euro("rhone-logiciels", "Rhône Logiciels", Model::IndependentIntegrator, [1, 1, 2, 1, 2, 2]),
    euro("alsace-informatique", "Alsace Informatique", Model::IndependentIntegrator, [0, 1, 1, 1, 1, 2]),
    euro("picardie-reseaux", "Picardie Réseaux", Model::IndependentIntegrator, [0, 0, 1, 1, 1, 1]),
    euro("dordogne-numerique", "Dordogne Numérique", Model::IndependentIntegrator, [0, 0, 1, 1, 1, 2]),
    euro("provence-digital", "Provence Digital", Model::IndependentIntegrator, [0, 0, 0, 2, 1, 2]),
    euro("littoral-web", "Littoral Web", Model::IndependentIntegrator, [0, 0, 0, 1, 1, 2]),
    euro("cabinet-lefevre", "Cabinet Lefèvre", Model::Referrer, [0, 1, 1, 2, 1, 3]),
    euro("occitanie-conseil", "Occitanie Conseil", Model::Referrer, [0, 1, 2, 1, 1, 0]),
    euro("maitre-delmas", "Étude Delmas", Model::Referrer, [0, 1, 1, 1, 1, 1]),
    euro("reseau-des-maires", "Réseau des maires du Sud", Model::Referrer, [0, 0, 1, 2, 2, 1]),
    euro("cci-du-tarn", "CCI du Tarn", Model::Referrer, [0, 0, 1, 0, 1, 1]),
    euro("union-des-associations", "Union des associations", Model::Referrer, [0, 0, 0, 1, 1, 2]),
];

const TOWNS: [&str; 40] = [
    "Vias",
    "Agde",
    "Pézenas",
    "Marseillan",
    "Bessan",
    "Sète",
    "Lunel",
    "Uzès",
    "Anduze",
    "Alès",
    "Mende",
    "Millau",
    "Albi",
    "Castres",
    "Revel",
    "Auch",
    "Mirande",
    "Pau",
    "Oloron",
    "Dax",
    "Royan",
    "Saintes",
    "Cognac",
    "Niort",
    "Cholet",
    "Saumur",
    "Ancenis",
    "Vertou",
    "Guérande",
    "Redon",
    "Vannes",
    "Auray",
    "Lorient",
    "Quimper",
    "Morlaix",
    "Lannion",
    "Dinan",
    "Vitré",
    "Fougères",
    "Avranches",
];

const SURNAMES: [&str; 12] = [
    "Bonnet", "Carrère", "Delmas", "Esteban", "Fabre", "Garnier", "Lacroix", "Mercier", "Noël", "Périer", "Roussel",
    "Vidal",
];

/// The number of clients with names of their own.
pub(crate) const CLIENTS: usize = 240;

/// The `n`-th client.
pub(crate) fn client(n: usize) -> String {
    let town = TOWNS.get(n % TOWNS.len()).copied().unwrap_or_default();
    let surname = SURNAMES.get(n % SURNAMES.len()).copied().unwrap_or_default();
    // Neighbours in the list are of different kinds.
    match (n / TOWNS.len() + n) % 6 {
        0 => format!("Mairie {}", of(town)),
        1 => format!("Étude {surname}, notaires à {town}"),
        2 => format!("Office de tourisme {}", of(town)),
        3 => format!("Association sportive {}", of(town)),
        4 => format!("Communauté de communes {}", of(town)),
        _ => format!("Cabinet {surname}, {town}"),
    }
}

/// `de Vias`, `d’Agde`.
fn of(town: &str) -> String {
    if town.starts_with(['A', 'E', 'I', 'O', 'U', 'É']) { format!("d’{town}") } else { format!("de {town}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn partners_and_clients_have_names_of_their_own() {
        let names: BTreeSet<&str> = PARTNERS.iter().flat_map(|partner| [partner.id, partner.name]).collect();
        assert_eq!(names.len(), 2 * PARTNERS.len());
        assert_eq!((0..CLIENTS).map(client).collect::<BTreeSet<_>>().len(), CLIENTS);
        assert_eq!((client(0).as_str(), client(3).as_str()), ("Mairie de Vias", "Association sportive de Marseillan"));
        for known in [PARTNER, CHANGED_MODEL, ENDED, NEGOTIATED, LATE] {
            assert!(PARTNERS.iter().any(|partner| partner.id == known), "{known}");
        }
    }
}
