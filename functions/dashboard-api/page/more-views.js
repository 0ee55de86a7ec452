// Views that another API of this origin serves. The page knows their entry alone, from its configuration; without them it is as
// it is. The entry gives `viewOf(where, session)` (what loads a view, or null), `menuOf(session)` (places of the menu),
// `tabsOf(session)` (tabs of a partner) and `wordsIn(language)`.

import { config } from "./config.js";
import { speakAlso } from "./text.js";

const NONE = { viewOf: () => null, menuOf: () => [], tabsOf: () => [] };
let more = NONE;

/** Asks for them once. They are no reason for the page not to start. */
export async function loadMoreViews() {
  if (more !== NONE) return;
  const { views } = config();
  if (!views) return;
  const entry = await import(views);
  await speakAlso(entry.wordsIn);
  more = entry;
}

export const viewOf = (where, session) => more.viewOf(where, session);
export const menuOf = (session) => more.menuOf(session);
export const tabsOf = (session) => more.tabsOf(session);
