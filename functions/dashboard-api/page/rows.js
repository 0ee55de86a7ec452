// Finding and ordering the rows of a list.

/**
 * A text as it is searched: without case, accents and ligatures.
 * @param {string} text
 */
export const plain = (text) =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("œ", "oe")
    .replaceAll("æ", "ae")
    .replaceAll("ß", "ss")
    .replaceAll("’", "'")
    .replace(/[\u00a0\u202f]/g, " ");

/**
 * Whether a plain text has all the words of a query, in any order.
 * @param {string} query
 * @returns {(text: string) => boolean}
 */
export function finder(query) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return (text) => words.every((word) => text.includes(word));
}

/** @typedef {string | number | bigint | null} Key Nothing comes last, whichever way is up. */

/**
 * The order of two keys, or of two lists of keys, of which the first that differ decide.
 * @param {Key | Key[]} one
 * @param {Key | Key[]} other
 * @param {(one: string, other: string) => number} texts
 * @param {boolean} descending
 * @returns {number}
 */
export function order(one, other, texts, descending = false) {
  if (Array.isArray(one) && Array.isArray(other)) {
    for (let i = 0; i < one.length; i += 1) {
      const decided = order(one[i], other[i] ?? null, texts, descending);
      if (decided !== 0) return decided;
    }
    return 0;
  }
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  const up =
    typeof one === "string" && typeof other === "string" ? texts(one, other) : one < other ? -1 : one > other ? 1 : 0;
  return descending ? -up : up;
}

/**
 * Rows in the order of their keys; equal ones stay as they were.
 * @template R
 * @param {R[]} rows
 * @param {(row: R) => Key | Key[]} keyOf
 * @param {(one: string, other: string) => number} texts
 * @param {boolean} descending
 * @returns {R[]}
 */
export function sorted(rows, keyOf, texts, descending) {
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((one, other) => order(one.key, other.key, texts, descending))
    .map(({ row }) => row);
}

/**
 * The page of so many rows that a number from 1 names, or the nearest there is.
 * @template R
 * @param {R[]} rows
 * @param {number} number
 * @param {number} size
 */
export function pageOf(rows, number, size) {
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const page = Math.min(pages, Math.max(1, Number.isInteger(number) ? number : 1));
  const first = (page - 1) * size;
  return { page, pages, first, rows: rows.slice(first, first + size) };
}
