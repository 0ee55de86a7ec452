// An address that shows nothing.

import { h } from "./dom.js";
import { link, viewHeading } from "./parts.js";
import { t } from "./text.js";

export const view = () =>
  h(
    "div",
    {},
    viewHeading(t("not-found.title"), { below: t("not-found.text") }),
    h("p", {}, link("#/", t("not-found.back"))),
  );
