// Behaviour on top of pages that already work without it. Nothing here decides, stores or sends anything.

import {
  Button, CharacterCount, Checkboxes, ErrorSummary, ExitThisPage, NotificationBanner, PasswordInput, Radios,
  ServiceNavigation, SkipLink, createAll, isSupported,
} from "./vendor/govuk-frontend/govuk-frontend.min.js";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}

// Covers the page at once, then takes its place in the history, so that "back" does not bring it up again.
class Leave extends ExitThisPage {
  exitPage() {
    document.body.classList.add("govuk-exit-this-page-hide-content");
    this.$overlay = document.createElement("div");
    this.$overlay.className = "govuk-exit-this-page-overlay";
    this.$overlay.setAttribute("role", "alert");
    this.$overlay.textContent = this.i18n.t("activated");
    document.body.append(this.$overlay);
    window.location.replace(this.$button.href);
  }
}

if (isSupported()) {
  for (const component of [
    Button, CharacterCount, Checkboxes, ErrorSummary, Leave, NotificationBanner, PasswordInput, Radios,
    ServiceNavigation, SkipLink,
  ]) {
    createAll(component);
  }
}

// htmx sends the token of the nearest form, because scripts cannot read the cookie.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb === "get") {
    return;
  }
  const form = event.detail.elt.closest("form") ?? document;
  const token = form.querySelector("input[name=csrfmiddlewaretoken]");
  if (token) {
    event.detail.headers["X-CSRFToken"] = token.value;
  }
});

// A waiting page tells a screen reader only when its words change, not at each tick.
document.addEventListener("htmx:afterSwap", () => {
  const heard = document.querySelector("[data-progress-heard]");
  const words = document.querySelector("[data-progress-words]");
  if (heard && words && heard.textContent !== words.textContent) {
    heard.textContent = words.textContent;
  }
});
