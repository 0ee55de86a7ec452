// A field that finds a partner by its name while it is typed.

import { Problem, get } from "./api.js";
import { freshId, h } from "./dom.js";
import { field, input } from "./fields.js";
import { t } from "./text.js";

const REST = 150;
const SHOWN = 20;

/** `{ element, read }`: `read` gives the id of the partner that was picked, or refuses. */
export function partnerField() {
  const known = new Map();
  const options = h("datalist", { id: freshId("partners") });
  const text = input({ name: "partner", list: options.id, required: true, spellcheck: "false" });
  let timer = 0;
  const ask = async () => {
    const { partners } = await get("/partners", { q: text.value.trim(), limit: SHOWN }).catch(() => ({ partners: [] }));
    for (const { partner_id: id, name } of partners) known.set(shown(id, name), id).set(id, id);
    options.replaceChildren(...partners.map(({ partner_id: id, name }) => h("option", { value: shown(id, name) })));
  };
  text.addEventListener("focus", () => known.size === 0 && ask(), { once: true });
  text.addEventListener("input", () => {
    clearTimeout(timer);
    if (!known.has(text.value)) timer = setTimeout(ask, REST);
  });
  const read = () => {
    const id = known.get(text.value.trim());
    if (id === undefined) throw new Problem(422, t("invite.partner-help"), { field: "partner_id" });
    return id;
  };
  const element = field(t("partner"), text, { field: "partner_id", help: t("invite.partner-help") });
  element.append(options);
  return { element, read };
}

const shown = (id, name) => `${name} (${id})`;
