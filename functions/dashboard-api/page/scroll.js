// Where each entry of the browser's history was scrolled to, so that Back and reload come back there.

const QUIET = 120;
/** Where to go, from leaving a view until the next one is loaded; nothing is kept meanwhile. */
let target = null;
let following = false;
let timer = 0;

/** From here on the page and not the browser, which would do so before anything has loaded, restores the place. */
export function keepScroll() {
  history.scrollRestoration = "manual";
  target = placeOfEntry();
  addEventListener("scroll", () => {
    clearTimeout(timer);
    const { href } = location;
    timer = setTimeout(() => href === location.href && keep(), QUIET);
  });
  addEventListener("click", keep, true);
  addEventListener("pagehide", keep);
  addEventListener("hashchange", () => {
    target = placeOfEntry();
    following = false;
  });
  for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(name, stop, { passive: true });
  new ResizeObserver(follow).observe(document.body);
}

/** A new entry of the history begins at its top. */
const placeOfEntry = () => history.state?.scroll ?? 0;

function keep() {
  if (target === null && placeOfEntry() !== scrollY) history.replaceState({ ...history.state, scroll: scrollY }, "");
}

/** Goes to where this entry of the history was, as soon as the page is that long. */
export function restoreScroll() {
  target ??= placeOfEntry();
  following = true;
  follow();
}

function follow() {
  if (!following) return;
  scrollTo(0, target);
  if (!document.querySelector("main [aria-busy=true]")) stop();
}

/** Whoever moves goes where they want. */
function stop() {
  if (!following) return;
  following = false;
  target = null;
}
