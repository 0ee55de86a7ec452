//! Pages of the provider: the choice of who signs in, and faults of a link. They need no script.

use super::authorization::Wrong;
use super::people::{LONGEST, Member};
use super::words::{self, Card, Words};
use machine::tokens::IDENTITY;
use maud::{DOCTYPE, Markup, html};
use rules::text::Language;

/// The styles that the product's page does not have.
pub(super) const STYLE: &str = include_str!("identity.css");
/// The path of the styles.
pub(super) const STYLE_PATH: &str = "/identity.css";

/// The page to choose who signs in: `partner` is the name of a partner with a member, and the forms are sent to `action`.
pub(super) fn people(partner: Option<&str>, action: &str, problem: Option<&str>, language: Language) -> Markup {
    let words = Words::of(language);
    let members = Member::ALL.into_iter().filter(|member| partner.is_some() || *member != Member::OfPartner);
    let cards = members.map(|member| (member, words::card(member, partner.unwrap_or_default(), language)));
    let content = html! {
        h1 { (words.title) }
        p class="lead" { (words.lead) }
        form class="people" method="post" action=(action) {
            @for (member, Card { title, name, lines }) in cards {
                section class="card" {
                    h2 { (title) }
                    p class="what" { (name) }
                    @for line in lines { p { (line) } }
                    button class="primary" name="subject" value=(member.somebody().subject) aria-label={ (words.go) ": " (title) } {
                        (words.go)
                    }
                }
            }
        }
        section class="card" {
            h2 { (words.other_title) }
            p id="other" { (words.other_lead) }
            @if let Some(problem) = problem { p class="problem" id="problem" role="alert" { (problem) } }
            form class="other" method="post" action=(action) {
                label for="name" { (words.name) }
                input id="name" name="subject" required maxlength=(LONGEST) autocomplete="name" spellcheck="false"
                    aria-describedby=(if problem.is_some() { "problem" } else { "other" })
                    aria-invalid=[problem.map(|_| "true")];
                button { (words.go) }
            }
        }
    };
    document(words.title, &content, &words)
}

/// A page about a wrong link, with the way to the product's page.
pub(super) fn wrong(wrong: Wrong, page: &str, language: Language) -> Markup {
    let words = Words::of(language);
    let content = html! {
        h1 { (words.wrong_title) }
        p class="problem" role="alert" { (words::wrong(wrong, page, language)) }
        p { a class="button" href=(page) { (words.open_page) } }
    };
    document(words.wrong_title, &content, &words)
}

fn document(title: &str, content: &Markup, words: &Words) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(words.lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – all-in-web" }
                link rel="icon" href="/page/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href={ (IDENTITY) (STYLE_PATH) };
            }
            body {
                header {
                    span class="brand" { "all-in-web" }
                    span class="what" { (words.what) }
                }
                main { (content) }
            }
        }
    }
}
