// Months of the calendar, as `2024-11`; days, as `2024-11-26`.

/**
 * `2024-11` and 3 is `2025-02`.
 * @param {string} month
 * @param {number} number
 */
export function addMonths(month, number) {
  const months = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + number;
  return `${String(Math.floor(months / 12)).padStart(4, "0")}-${String((months % 12) + 1).padStart(2, "0")}`;
}

/**
 * Every month from one to another.
 * @param {string} from
 * @param {string} to
 */
export function monthsBetween(from, to) {
  const months = [];
  for (let month = from; month <= to; month = addMonths(month, 1)) months.push(month);
  return months;
}

/**
 * Whether a text is a month that the API takes: `2000-01` to `2099-12`.
 * @param {string | null | undefined} text
 */
export const isMonth = (text) => /^20\d{2}-(0[1-9]|1[0-2])$/.test(text ?? "");

const DAY = 86_400_000;

/**
 * `2024-02-28` and 2 is `2024-03-01`.
 * @param {string} day
 * @param {number} number
 */
export const addDays = (day, number) => new Date(Date.parse(day) + number * DAY).toISOString().slice(0, 10);

/**
 * How much of a period is over on a day, in hundredths. That day is not over yet.
 * @param {string} from
 * @param {string} to
 * @param {string} today
 */
export function elapsed(from, to, today) {
  const [start, end, now] = [from, to, today].map(Date.parse);
  return Math.round(Math.min(1, Math.max(0, (now - start) / (end - start + DAY))) * 100);
}
