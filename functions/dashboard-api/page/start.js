// Starts the page. The answer of the identity provider leaves the address before anything else happens; a page that only
// leads on to the provider, or that answers another window, runs nothing more.

const answer = takeAnswer();
begin();

async function begin() {
  const { answerBeside, arrive } = await import("./tokens.js");
  if (answer !== null && answerBeside(answer)) {
    // The window that asked goes on; this one closes, unless the browser lets nobody but its user do so.
    close();
    document.title = "all-in-web";
    document.body.textContent = navigator.language.startsWith("fr")
      ? "Vous êtes connecté. Vous pouvez fermer cette fenêtre."
      : "You are signed in. You can close this window.";
  } else if ((await arrive(answer)) === "here") {
    const { start } = await import("./app.js");
    await start();
  }
}

/** The answer of the provider in the address, or null. */
function takeAnswer() {
  const given = new URLSearchParams(location.search);
  if (location.search !== "") history.replaceState(history.state, "", `${location.pathname}${location.hash}`);
  return given.has("state") && (given.has("code") || given.has("error")) ? given : null;
}
