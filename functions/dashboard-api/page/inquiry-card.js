// One inquiry of a partner with its answer, or the form to answer it.

import { path, put } from "./api.js";
import { announce, h } from "./dom.js";
import { field, onSend, outcomeNote } from "./fields.js";
import { moment } from "./format.js";
import { noteOf } from "./notes.js";
import { badge, contractLink, partnerLink } from "./parts.js";
import { t } from "./text.js";

/** `answered` is called after an answer; null: whoever looks cannot answer. `names`: the card says whose inquiry it is. */
export function inquiryCard(inquiry, { answered, names = false }) {
  const { partner_id: partner, partner_name: name, concern, contract_id: contract, text, asked_at: asked, answer } = inquiry;
  return h(
    "section",
    { class: "card inquiry" },
    h("h2", {}, t(`concern.${concern}`), " ", badge("inquiry", answer ? "answered" : "open")),
    h(
      "p",
      { class: "small" },
      names && [partnerLink(partner, name ?? partner), " · "],
      contract && [contractLink(contract), " · "],
      h("time", { datetime: asked }, moment(asked)),
    ),
    h("p", { class: "words", tabindex: "0" }, text),
    answer && h("blockquote", { class: "answer" }, h("p", { class: "words", tabindex: "0" }, answer.text), answeredAt(answer)),
    !answer && answered && answerForm(inquiry, answered),
  );
}

const answeredAt = ({ at }) => h("p", { class: "small" }, t("inquiries.answered", { moment: moment(at) }));

function answerForm({ partner_id: partner, id }, again) {
  const text = h("textarea", { name: "text", rows: "3", maxlength: "1000", required: true });
  const button = h("button", { class: "primary" }, t("inquiries.answer"));
  const outcome = outcomeNote();
  const form = h(
    "form",
    { class: "form", novalidate: true },
    field(t("inquiries.your-answer"), text, { field: "text", help: t("inquiries.answer-help") }),
    h("div", { class: "actions" }, button),
    outcome,
  );
  const send = () => put(path("partners", partner, "inquiries", id, "answer"), { text: noteOf(text.value) });
  onSend(form, button, outcome, send, () => {
    announce(t("inquiries.answer-sent"));
    again();
  });
  return h("details", {}, h("summary", {}, t("inquiries.answer")), form);
}
