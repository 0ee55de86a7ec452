//! Words of the provider's pages, in both languages.

use super::authorization::Wrong;
use super::people::Member;
use axum::http::{HeaderMap, header};
use machine::tokens::CLIENT_ID;
use rules::text::Language;

/// The words of a page.
pub(super) struct Words {
    pub(super) lang: &'static str,
    pub(super) what: &'static str,
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) other_title: &'static str,
    pub(super) other_lead: &'static str,
    pub(super) name: &'static str,
    pub(super) go: &'static str,
    pub(super) wrong_title: &'static str,
    pub(super) open_page: &'static str,
}

const EN: Words = Words {
    lang: "en",
    what: "Sign-in on this machine",
    title: "Who do you want to be?",
    lead: "The programme runs on this machine, and so does its sign-in: it asks for no password.",
    other_title: "Somebody else",
    other_lead: "The programme does not know this person yet: sign in under a name to try an invitation.",
    name: "Your name",
    go: "Sign in",
    wrong_title: "Sign-in is not possible",
    open_page: "Open the page",
};

const FR: Words = Words {
    lang: "fr",
    what: "Connexion sur cette machine",
    title: "Qui voulez-vous être\u{a0}?",
    lead: "Le programme fonctionne sur cette machine, et sa connexion aussi\u{a0}: elle ne demande pas de mot de passe.",
    other_title: "Quelqu’un d’autre",
    other_lead: "Le programme ne connaît pas encore cette personne\u{a0}: connectez-vous sous un nom pour essayer une invitation.",
    name: "Votre nom",
    go: "Se connecter",
    wrong_title: "La connexion est impossible",
    open_page: "Ouvrir la page",
};

/// Somebody on the page of people.
pub(super) struct Card {
    pub(super) title: String,
    pub(super) name: &'static str,
    /// Two lines on what this person does.
    pub(super) lines: [&'static str; 2],
}

impl Words {
    pub(super) fn of(language: Language) -> Words {
        match language {
            Language::En => EN,
            Language::Fr => FR,
        }
    }
}

/// The card of a member; `partner` is the name of the partner.
pub(super) fn card(member: Member, partner: &str, language: Language) -> Card {
    let (title, lines) = match (member, language) {
        (Member::OfPartner, Language::En) => (
            format!("A member of {partner}"),
            [
                "Sees what the partner has earned, contract by contract, with the reason for every amount.",
                "Downloads statements, and reports a sale that is missing.",
            ],
        ),
        (Member::OfPartner, Language::Fr) => (
            format!("Un membre de {partner}"),
            [
                "Voit ce que le partenaire a gagné, contrat par contrat, avec l’explication de chaque montant.",
                "Télécharge les relevés et signale une vente manquante.",
            ],
        ),
        (Member::Manager, Language::En) => (
            "The partner manager".to_owned(),
            [
                "Registers partners and agreements, decides between contradictory events, answers inquiries.",
                "Invites members, and can see the page as each of them does.",
            ],
        ),
        (Member::Manager, Language::Fr) => (
            "Le responsable des partenaires".to_owned(),
            [
                "Enregistre partenaires et accords, tranche entre événements contradictoires, répond aux questions.",
                "Invite les membres et peut voir la page comme chacun d’eux.",
            ],
        ),
        (Member::Accountant, Language::En) => (
            "The accountant".to_owned(),
            [
                "Reads everything: balances, statements and the summary of every month, on the page or as a workbook.",
                "Changes nothing.",
            ],
        ),
        (Member::Accountant, Language::Fr) => (
            "Le comptable".to_owned(),
            [
                "Lit tout\u{a0}: soldes, relevés et récapitulatif de chaque mois, à l’écran ou en classeur.",
                "Ne modifie rien.",
            ],
        ),
    };
    Card { title, name: member.somebody().name, lines }
}

/// The fault of a link in words, with what to do; `page` is the address of the page.
pub(super) fn wrong(wrong: Wrong, page: &str, language: Language) -> String {
    match (wrong, language) {
        (Wrong::Repeated, Language::En) => "A parameter of the link is there twice.".to_owned(),
        (Wrong::Repeated, Language::Fr) => "Un paramètre du lien est présent deux fois.".to_owned(),
        (Wrong::ClientId, Language::En) => format!("client_id must be {CLIENT_ID}."),
        (Wrong::ClientId, Language::Fr) => format!("client_id doit être {CLIENT_ID}."),
        (Wrong::RedirectUri, Language::En) => {
            format!("redirect_uri must be exactly {page}: open the page at that address.")
        }
        (Wrong::RedirectUri, Language::Fr) => {
            format!("redirect_uri doit être exactement {page}\u{a0}: ouvrez la page à cette adresse.")
        }
        (Wrong::LogoutUri, Language::En) => format!("post_logout_redirect_uri must be exactly {page}."),
        (Wrong::LogoutUri, Language::Fr) => format!("post_logout_redirect_uri doit être exactement {page}."),
        (Wrong::Hint, Language::En) => {
            "id_token_hint or client_id must be the page's. Nobody was signed out: sign out on the page.".to_owned()
        }
        (Wrong::Hint, Language::Fr) => "id_token_hint ou client_id doit être celui de la page. Personne n’a été \
             déconnecté\u{a0}: déconnectez-vous sur la page."
            .to_owned(),
        (Wrong::OtherSite, Language::En) => "Another site has sent this form: choose on this page.".to_owned(),
        (Wrong::OtherSite, Language::Fr) => {
            "Un autre site a envoyé ce formulaire\u{a0}: choisissez sur cette page.".to_owned()
        }
        (Wrong::Name, Language::En) => "The name is empty or too long.".to_owned(),
        (Wrong::Name, Language::Fr) => "Le nom est vide ou trop long.".to_owned(),
    }
}

/// The language that a browser prefers among ours.
pub(super) fn language(headers: &HeaderMap) -> Language {
    let listed = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best = (0.0, Language::En);
    for range in listed.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        let known = match tag.split('-').next() {
            Some("fr") => Language::Fr,
            Some("en") => Language::En,
            Some(_) | None => continue,
        };
        if weight > best.0 {
            best = (weight, known);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_language_that_weighs_most_and_the_first_of_equals() {
        for (listed, expected) in [
            ("", Language::En),
            ("de", Language::En),
            ("fr", Language::Fr),
            ("fr-CH, en;q=0.9", Language::Fr),
            ("en, fr", Language::En),
            ("de, en;q=0.3, fr;q=0.7", Language::Fr),
            ("fr;q=0, de", Language::En),
            ("FR;q=x", Language::En),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(listed))]);
            assert_eq!(language(&headers), expected, "{listed}");
        }
    }
}
