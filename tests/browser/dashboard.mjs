// Drives the real page in Chromium, against an API that runs. See support.mjs for the environment it takes.

import "./sign-in.mjs";
import "./partner.mjs";
import "./manager.mjs";
import "./registering.mjs";
import "./members.mjs";
import "./changes.mjs";
import "./lists.mjs";
import "./charts.mjs";
import "./errands.mjs";
import "./everywhere.mjs";
// Changes the ledger, so it comes last.
import "./trial.mjs";
