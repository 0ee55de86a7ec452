// A manager sees the page as another member does, read only; in the memory of this page alone.

import { get } from "./api.js";
import { admit, startViewing, stopViewing } from "./session.js";

let from = "#/";
let changed = () => {};

/** Called when the page is somebody else's to see, or no longer. */
export const onViewing = (callback) => (changed = callback);

export async function viewAs({ id }) {
  from = location.hash;
  startViewing(id);
  try {
    admit(await get("/me"));
  } catch (error) {
    stopViewing();
    throw error;
  }
  history.pushState(null, "", "#/");
  changed();
}

/** Back to where the manager was. */
export function stop() {
  stopViewing();
  history.pushState(null, "", from);
  changed();
}
