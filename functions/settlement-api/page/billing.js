// A partner's billing identity: what is lacking, what holds today, the versions before, and the form for the next one.

import { get, path } from "/page/api.js";
import { h } from "/page/dom.js";
import { day, moment } from "/page/format.js";
import { empty, idNode, link, loaded, section, viewHeading } from "/page/parts.js";
import { partnerTabs } from "/page/partner-tabs.js";
import { t } from "/page/text.js";
import { billingForm } from "./billing-form.js";
import { identityPairs } from "./identities.js";
import { fieldNames } from "./papers.js";

export function view(where) {
  const { partnerId, session, signal } = where;
  const own = !session.seesAll;
  return h(
    "div",
    {},
    partnerTabs(where),
    viewHeading(t("billing.title"), { above: own ? null : idNode(partnerId), below: t(own ? "billing.text-own" : "billing.text") }),
    loaded(
      () => get(path("partners", partnerId, "billing"), {}, signal),
      (billing, again) => [
        lackingNote(billing, own),
        ...versionsOf(billing),
        // Whoever sees them all may record, but for a manager who sees the page as another member.
        session.asksWhatIf && section(t("billing.next"), billingForm(path("partners", partnerId, "billing"), billing, again)),
      ],
    ),
  );
}

/** What no document can be made without. */
function lackingNote({ lacking, has_mandate: hasMandate, versions }, own) {
  const of = (wanted) => fieldNames(lacking.filter(({ side }) => side === wanted).map(({ field }) => field));
  const [vendor, partner] = [of("vendor"), of("partner")];
  if (lacking.length === 0)
    return h(
      "div",
      { class: hasMandate ? "note good" : "note" },
      h("p", {}, h("strong", {}, t("billing.complete"))),
      h("p", {}, t(hasMandate ? "billing.has-mandate" : own ? "billing.lacks-mandate-own" : "billing.lacks-mandate")),
    );
  return h(
    "div",
    { class: "note bad" },
    h("p", {}, h("strong", {}, t(own ? "billing.lacking-own" : "billing.lacking"))),
    partner && h("p", {}, t("billing.lacking-partner", { fields: partner })),
    vendor && h("p", {}, t("billing.lacking-vendor", { fields: vendor }), !own && [" ", link("#/closing/vendor", t("look.vendor-form"))]),
    versions.length > 0 && !hasMandate && h("p", {}, t(own ? "billing.lacks-mandate-own" : "billing.lacks-mandate")),
  );
}

/** What holds today, then all versions, the last first. */
export function versionsOf({ versions, holds_today: place }) {
  const holds = place === null ? null : versions[place - 1];
  const others = versions.filter((version) => version !== holds).toReversed();
  return [
    section(t("billing.today"), holds ? versionCard(holds) : empty(t("billing.none"))),
    others.length > 0 &&
      h("details", { class: "versions-before" }, h("summary", {}, t("billing.versions")), h("ol", { class: "versions" }, others.map((version) => h("li", {}, versionCard(version))))),
  ];
}

const versionCard = (version) =>
  h(
    "section",
    { class: "card", "aria-label": t("billing.version", { n: version.n }) },
    h("h3", {}, t("billing.from-day", { day: day(version.from) })),
    h("p", { class: "small" }, t("billing.recorded", { n: version.n, moment: moment(version.recorded_at) })),
    identityPairs(version),
  );
