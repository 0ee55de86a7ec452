// A partner's inquiries: it reports a missing sale or an error, and reads the answers.

import { get, path, put } from "./api.js";
import { announce, h } from "./dom.js";
import { field, input, onSend, outcomeNote, select } from "./fields.js";
import { inquiryCard } from "./inquiry-card.js";
import { noteOf } from "./notes.js";
import { empty, idNode, loaded, unreadableNote, viewHeading } from "./parts.js";
import { partnerTabs } from "./partner-tabs.js";
import { t } from "./text.js";

const CONCERNS = ["missing-sale", "error"];

export function view(where) {
  const { partnerId, session, query, signal } = where;
  const own = !session.seesAll;
  const shown = loaded(
    () => get(path("partners", partnerId, "inquiries"), {}, signal),
    ({ inquiries, ...rest }, again) => {
      shown.again = again;
      return [
        unreadableNote(rest),
        inquiries.length === 0
          ? empty(t("inquiries.none"))
          : inquiries.map((inquiry) => inquiryCard(inquiry, { answered: session.manages ? again : null })),
      ];
    },
  );
  return h(
    "div",
    {},
    partnerTabs(where),
    viewHeading(t("inquiries.title"), {
      above: own ? null : idNode(partnerId),
      below: session.reports ? t("inquiries.text") : !own && t("inquiries.text-manager"),
    }),
    session.reports && inquiryForm(partnerId, query.get("contract") ?? "", () => shown.again?.()),
    shown,
  );
}

function inquiryForm(partnerId, contractId, again) {
  const options = CONCERNS.map((concern) => [concern, t(`concern.${concern}`)]);
  const concern = select(options, contractId ? "error" : "missing-sale", { name: "concern" });
  const contract = input({ name: "contract_id", value: contractId, spellcheck: "false" });
  const text = h("textarea", { name: "text", rows: "4", maxlength: "1000", required: true });
  const button = h("button", { class: "primary" }, t("inquiries.send"));
  const outcome = outcomeNote();
  // Sent again after a failure, it is the same inquiry.
  let id = crypto.randomUUID();
  const form = h(
    "form",
    { class: "form card inquiry-form", novalidate: true },
    h("h2", {}, t("inquiries.report")),
    field(t("inquiries.concern"), concern, { field: "concern" }),
    field(t("contracts.id"), contract, { field: "contract_id", optional: true }),
    field(t("inquiries.words"), text, { field: "text", help: t("inquiries.help") }),
    h("div", { class: "actions" }, button),
    outcome,
  );
  const send = () => {
    const inquiry = { concern: concern.value, text: noteOf(text.value) };
    if (contract.value.trim()) inquiry.contract_id = contract.value.trim();
    return put(path("partners", partnerId, "inquiries", id), inquiry);
  };
  onSend(form, button, outcome, send, () => {
    id = crypto.randomUUID();
    text.value = "";
    announce(t("inquiries.sent"));
    again();
  });
  return form;
}
