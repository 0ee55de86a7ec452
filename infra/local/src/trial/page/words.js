// The words of this page. Those of amounts, days and problems are the product's own.

import { integer } from "/page/format.js";
import { language, locale } from "/page/text.js";

const EN = {
  title: "See it work",
  lead: "Three trials of this machine’s ledger: everything again in another order, a sale that comes late, and what was known on a day.",

  "replay.title": "Everything again, shuffled and doubled",
  "replay.text":
    "Each event and each partner’s agreements are recorded twice, in an order drawn for this run, by the ledger’s own code, into an empty table. Then the balances of every partner are compared with those of the live ledger.",
  "replay.order":
    "Only this keeps its order: events that contradict each other, and a manager’s choices between them, since the first event counts until a manager chooses.",
  "replay.table": "The empty table is a second one in the same DynamoDB; it is deleted at the end.",
  "replay.start": "Replay {n} events",
  "replay.preparing": "Reading the ledger…",
  "replay.running": "{done} of {of} recorded, in the order of seed {seed}",
  "replay.same": "{n} events, twice, in another order: same balances to the cent, {same} of {partners} partners",
  "replay.differs": "{n} events, twice, in another order: same balances for {same} of {partners} partners, not for these:",
  "replay.how": "Seed {seed}, {seconds} s.",
  "replay.failed": "The replay failed: {reason}",
  "replay.partner": "Partner",
  "replay.live": "Live",
  "replay.again": "Replayed",
  "replay.to": "due to the partner",
  "replay.from": "due from the partner",

  "late.title": "A sale that comes late",
  "late.text":
    "Billing reports a sale that was signed months ago. The event goes through the real queue to the real function; this page then asks the API until the amounts have moved.",
  "late.nobody": "No partner has an agreement yet: register one first.",
  "late.to": "Due to {name}",
  "late.from": "Due from {name}",
  "late.start": "Send a late sale",
  "late.sent": "On the queue: contract {contract}, {customer}, signed on {day}, {fee} a year.",
  "late.booked": "Booked after {seconds} s, on the days on which it was owed:",
  "late.slow": "Nothing was booked within {seconds} s. The function’s log may say why.",
  "late.new": "the late sale",
  "late.moved": "an older line, moved by it",
  "late.contract": "Contract {contract}",

  "days.title": "What was known on a day",
  "days.text": "No entry is ever changed, so the programme can be read as it was known at the end of any day.",
  "days.none": "Nothing is on record yet.",
  "days.day": "As known on",
  "days.to": "due to partners",
  "days.from": "due from partners",
  "days.entries.one": "{n} entry on record",
  "days.entries.other": "{n} entries on record",
  "days.today": "today: {amount}",
  "days.unknown": "Nothing was known yet.",
};

const FR = {
  title: "Voir à l’œuvre",
  lead: "Trois essais sur le grand livre de cette machine\u00a0: tout rejouer dans un autre ordre, une vente qui arrive en retard, et ce que l’on savait un jour donné.",

  "replay.title": "Tout rejouer, dans le désordre et en double",
  "replay.text":
    "Chaque événement et les accords de chaque partenaire sont enregistrés deux fois, dans un ordre tiré pour cet essai, par le code même du grand livre, dans une table vide. Les soldes de chaque partenaire sont ensuite comparés à ceux du grand livre.",
  "replay.order":
    "Une seule chose garde son ordre\u00a0: les événements qui se contredisent et les choix d’un responsable entre eux, puisque le premier événement est retenu jusqu’à ce choix.",
  "replay.table": "La table vide est une seconde table du même DynamoDB\u00a0; elle est supprimée à la fin.",
  "replay.start": "Rejouer {n} événements",
  "replay.preparing": "Lecture du grand livre…",
  "replay.running": "{done} enregistrements sur {of}, dans l’ordre du tirage {seed}",
  "replay.same":
    "{n} événements, deux fois, dans un autre ordre\u00a0: mêmes soldes au centime, {same} partenaires sur {partners}",
  "replay.differs":
    "{n} événements, deux fois, dans un autre ordre\u00a0: mêmes soldes pour {same} partenaires sur {partners}, mais pas pour\u00a0:",
  "replay.how": "Tirage {seed}, {seconds}\u00a0s.",
  "replay.failed": "L’essai a échoué\u00a0: {reason}",
  "replay.partner": "Partenaire",
  "replay.live": "Grand livre",
  "replay.again": "Rejoué",
  "replay.to": "dû au partenaire",
  "replay.from": "dû par le partenaire",

  "late.title": "Une vente qui arrive en retard",
  "late.text":
    "La facturation signale une vente signée il y a des mois. L’événement passe par la vraie file et la vraie fonction\u00a0; cette page interroge ensuite l’API jusqu’à ce que les montants aient changé.",
  "late.nobody": "Aucun partenaire n’a encore d’accord\u00a0: enregistrez-en un d’abord.",
  "late.to": "Dû à {name}",
  "late.from": "Dû par {name}",
  "late.start": "Envoyer une vente en retard",
  "late.sent": "Dans la file\u00a0: contrat {contract}, {customer}, signé le {day}, {fee} par an.",
  "late.booked": "Inscrit après {seconds}\u00a0s, à leur date comptable\u00a0:",
  "late.slow": "Rien n’a été inscrit en {seconds}\u00a0s. Le journal de la fonction peut dire pourquoi.",
  "late.new": "la vente en retard",
  "late.moved": "une ligne plus ancienne, modifiée par elle",
  "late.contract": "Contrat {contract}",

  "days.title": "Ce que l’on savait un jour donné",
  "days.text":
    "Aucune écriture n’est jamais modifiée\u00a0: le programme peut donc se lire tel qu’on le connaissait à la fin de n’importe quel jour.",
  "days.none": "Rien n’est encore enregistré.",
  "days.day": "Tel que connu le",
  "days.to": "dû aux partenaires",
  "days.from": "dû par les partenaires",
  "days.entries.one": "{n} écriture enregistrée",
  "days.entries.other": "{n} écritures enregistrées",
  "days.today": "aujourd’hui\u00a0: {amount}",
  "days.unknown": "On ne savait encore rien.",
};

/** A text by its key; `{name}` in it is replaced. */
export function say(key, values = {}) {
  const text = (language() === "fr" ? FR : EN)[key];
  if (text === undefined) throw new Error(`no text ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** The singular or the plural, as the language counts. */
export function sayCount(key, number) {
  const rule = new Intl.PluralRules(locale()).select(number);
  return say(`${key}.${rule === "one" ? "one" : "other"}`, { n: integer(number) });
}

export const seconds = (number) =>
  new Intl.NumberFormat(locale(), { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(number);
