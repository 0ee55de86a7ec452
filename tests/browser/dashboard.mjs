// Drives the real page in Chromium, against an API that runs. See support.mjs for the environment it takes.

import "./sign-in.mjs";
import "./partner.mjs";
import "./manager.mjs";
import "./registering.mjs";
import "./members.mjs";
import "./lists.mjs";
import "./charts.mjs";
import "./errands.mjs";
import "./everywhere.mjs";

// These change the ledger. A module that waits for something is evaluated after those that do not, wherever it is named: they
// are loaded once the others are.
await import("./closing.mjs");
await import("./changes.mjs");
await import("./trial.mjs");
