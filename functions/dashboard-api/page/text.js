// The page's words, in the chosen language.

const KEY = "language";
export const LANGUAGES = { en: "English", fr: "Français" };

let chosen = "en";
let words = {};
let groups = {};
/** Texts of views that are not the page's own. */
let also = () => ({});

export const language = () => chosen;
export const locale = () => (chosen === "fr" ? "fr-FR" : "en-GB");

export function firstLanguage() {
  const kept = stored(() => localStorage.getItem(KEY));
  if (kept in LANGUAGES) return kept;
  return navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en";
}

/** Where the browser keeps nothing, a language is chosen for as long as the page is open. */
function stored(access) {
  try {
    return access();
  } catch {
    return null;
  }
}

/** The page's own texts, and the names of kinds, models, reasons and anomalies, which the rules give. */
export async function speak(name) {
  const [{ default: texts }, { default: names }, more] = await Promise.all([
    name === "fr" ? import("./text-fr.js") : import("./text-en.js"),
    import("./codes.js"),
    also(name),
  ]);
  const named = Object.fromEntries(names.map((one) => [`${one.group}.${one.code}`, one.text[name]]));
  const all = { ...texts, ...named, ...more };
  words = name === "fr" ? typeset(all) : all;
  groups = {};
  for (const one of names) (groups[one.group] ??= []).push(one.code);
  chosen = name;
  document.documentElement.lang = name;
}

/** More texts: `load(language)` gives them. */
export async function speakAlso(load) {
  const texts = await load(chosen);
  words = { ...words, ...(chosen === "fr" ? typeset(texts) : texts) };
  also = load;
}

const typeset = (texts) => Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, typesetText(text)]));

/** French puts spaces that do not break before its double punctuation. */
const typesetText = (text) =>
  text
    .replace(/ ([;!?%])/g, "\u202f$1")
    .replace(/ ([:»])/g, "\u00a0$1")
    .replace(/« /g, "«\u00a0")
    .replace(/(\p{L})'/gu, "$1’");

export async function chooseLanguage(name) {
  stored(() => localStorage.setItem(KEY, name));
  await speak(name);
}

/** The codes of a group that the API names, such as every model. */
export const codes = (group) => groups[group] ?? [];

/** A text by its key; `{name}` in it is replaced. */
export function t(key, values = {}) {
  const text = words[key];
  if (text === undefined) throw new Error(`no text ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** The singular or the plural, as the language counts. */
export function count(key, number) {
  const rule = new Intl.PluralRules(locale()).select(Number(number));
  return t(`${key}.${rule === "one" ? "one" : "other"}`, { n: new Intl.NumberFormat(locale()).format(number) });
}

/** The word for one of the API's names, such as a model. A name newer than this page is shown as words. */
export const named = (group, name) => words[`${group}.${name}`] ?? String(name).replaceAll("-", " ");

/** A text that is optional. */
export const maybe = (key) => words[key] ?? null;

/** From `{ fr, en }`, as the API gives the programme. */
export const inLanguage = (texts) => (chosen === "fr" ? typesetText(texts.fr) : texts[chosen]);
