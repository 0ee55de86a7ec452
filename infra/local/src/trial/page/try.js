// The view of trials, for managers alone; the server checks the token of each request anyway.

import { get } from "/page/api.js";
import { h } from "/page/dom.js";
import { loaded, viewHeading } from "/page/parts.js";
import { days } from "./days.js";
import { lateSale } from "./late-sale.js";
import { replay } from "./replay.js";
import { say } from "./words.js";
import style from "./try.css" with { type: "css" };

document.adoptedStyleSheets.push(style);

export const view = ({ query, signal }) =>
  h(
    "div",
    { class: "trial" },
    viewHeading(say("title"), { below: say("lead") }),
    loaded(
      () => figures(signal),
      (first) => {
        const others = [replay(first, signal), days(first, query.get("day"), signal)];
        const booked = async () => {
          const now = await figures(signal).catch(() => null);
          if (now !== null) others.forEach((trial) => trial.update(now));
        };
        const [again, known] = others;
        return [again, lateSale(first, signal, booked), known];
      },
    ),
  );

const figures = (signal) => get("/try/figures", {}, signal);
