// Contests of a document: the partner says what is wrong, a manager answers.

import { path, put } from "/page/api.js";
import { announce, h } from "/page/dom.js";
import { field, onSend, outcomeNote, select } from "/page/fields.js";
import { moment, month } from "/page/format.js";
import { noteOf } from "/page/notes.js";
import { badge, empty, section } from "/page/parts.js";
import { named, t } from "/page/text.js";

export function contestsOf(document, session, again) {
  const { contests } = document;
  return section(
    t("contests.title"),
    contests.length === 0 && !session.reports && empty(t("contests.none")),
    contests.map((contest) => contestCard(contest, document, session.manages ? again : null)),
    session.reports && contestForm(document, again),
  );
}

export const lineText = ({ month: of, kind, model }) => `${month(of)}, ${named("kind", kind)}, ${named("model", model)}`;

function contestCard(contest, { number }, answered) {
  const { n, line, reason, by, at, answer } = contest;
  return h(
    "section",
    { class: "card inquiry", "aria-label": t("contests.nth", { n }) },
    h("h3", {}, line ? t("contests.of-line", { line: lineText(line) }) : t("contests.of-document"), " ", badge("contest", answer ? "settled" : "open")),
    h("p", { class: "small" }, by, " · ", h("time", { datetime: at }, moment(at))),
    h("p", { class: "words", tabindex: "0" }, reason),
    answer &&
      h(
        "blockquote",
        { class: "answer" },
        h("p", { class: "words", tabindex: "0" }, answer.text),
        h("p", { class: "small" }, answer.by, " · ", h("time", { datetime: answer.at }, moment(answer.at))),
      ),
    !answer && answered && answerForm(number, n, answered),
    !answer && !answered && h("p", { class: "small" }, t("contests.waits")),
  );
}

function answerForm(number, n, again) {
  const text = h("textarea", { name: "text", rows: "3", maxlength: "1000", required: true });
  const button = h("button", { class: "primary" }, t("contests.answer"));
  const outcome = outcomeNote();
  const form = h(
    "form",
    { class: "form", novalidate: true },
    field(t("contests.your-answer"), text, { field: "text", help: t("contests.answer-help") }),
    h("div", { class: "actions" }, button),
    outcome,
  );
  const send = () => put(path("documents", number, "contests", n, "answer"), { text: noteOf(text.value) });
  onSend(form, button, outcome, send, () => {
    announce(t("contests.answered"));
    again();
  });
  return form;
}

function contestForm({ number, lines, contests }, again) {
  const options = lines.map((line, i) => [String(i), lineText(line)]);
  const line = select([["", t("contests.whole")], ...options], "", { name: "line" });
  const reason = h("textarea", { name: "reason", rows: "3", maxlength: "200", required: true });
  const button = h("button", { class: "primary" }, t("contests.send"));
  const outcome = outcomeNote();
  const form = h(
    "form",
    { class: "form", novalidate: true },
    h("p", {}, t("contests.text")),
    field(t("contests.what"), line, { field: "line" }),
    field(t("contests.reason"), reason, { field: "reason", help: t("contests.reason-help") }),
    h("div", { class: "actions" }, button),
    outcome,
  );
  // Sent again after a failure, it is the same contest.
  const next = Math.max(0, ...contests.map(({ n }) => n)) + 1;
  const send = () => {
    const { month, kind, model } = lines[Number(line.value)] ?? {};
    const named = line.value === "" ? null : { month, kind, model };
    return put(path("documents", number, "contests", next), { line: named, reason: oneLine(reason.value) });
  };
  onSend(form, button, outcome, send, () => {
    announce(t("contests.sent"));
    again();
  });
  return h("details", { class: "card" }, h("summary", {}, t("contests.contest")), form);
}

/** A reason is one line. */
const oneLine = (text) => noteOf(text).replace(/\s+/g, " ");
