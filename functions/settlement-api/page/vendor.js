// The vendor's billing identity.

import { get } from "/page/api.js";
import { h } from "/page/dom.js";
import { loaded, section, viewHeading } from "/page/parts.js";
import { t } from "/page/text.js";
import { billingForm } from "./billing-form.js";
import { versionsOf } from "./billing.js";
import { closingTabs } from "./closes.js";

export function view({ session, signal }) {
  return h(
    "div",
    {},
    closingTabs("vendor"),
    viewHeading(t("vendor.title"), { below: t("vendor.text") }),
    loaded(
      () => get("/vendor", {}, signal),
      (vendor, again) => [...versionsOf(vendor), session.asksWhatIf && section(t("billing.next"), billingForm("/vendor", vendor, again, { isVendor: true }))],
    ),
  );
}
