// The names of partners and of managers by id. They are a courtesy, without which ids are shown.

import { getAll } from "./api.js";

const LIMIT = 500;
const PAGES = 10;

const named = async (path, list, { signal, pages, of }) => {
  const found = await getAll(path, { limit: LIMIT }, list, signal, pages).catch((error) => {
    if (error.name === "AbortError") throw error;
    return { list: [] };
  });
  return new Map(found.list.map(of));
};

export const partnerNames = (signal) =>
  named("/partners", "partners", { signal, pages: PAGES, of: ({ partner_id: id, name }) => [id, name] });

const members = (signal, pages) => named("/members", "members", { signal, pages, of: ({ id, name }) => [id, name] });

/** Managers come first in the list of members. */
export const managerNames = (signal) => members(signal, 1);
export const memberNames = (signal) => members(signal, PAGES);
