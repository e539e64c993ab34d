// Small improvements of pages that all work without them.
const root = document.documentElement;
document.body.classList.add("js-enabled", "govuk-frontend-supported");

function focusErrors() {
  const summary = document.querySelector(".govuk-error-summary");
  if (summary) summary.focus();
}

// The address comes from the page: the file has a name of its own in every release.
const vendor = root.dataset.vendor;
if (vendor) {
  import(vendor).then((govuk) => govuk.initAll()).catch(focusErrors);
} else {
  focusErrors();
}

// The page that is left does not stay in the history: Back leads to the sign-in page.
const exit = document.querySelector(".dh-quick-exit");
if (exit) {
  exit.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    window.location.replace(exit.href);
  });
}
