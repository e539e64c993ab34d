// Small improvements of pages that all work without them, and what the other scripts use.
const root = document.documentElement;
document.body.classList.add("js-enabled", "govuk-frontend-supported");

const shared = {
  // What is asked before a page is left in a hurry: each keeps what is typed, and returns when it has.
  leaving: [],
  left: false,
  // Send fields to an address of ours. A token that a later sign-in has replaced is renewed, once.
  async post(address, fields, options = {}, again = false) {
    const body = new URLSearchParams(fields);
    const tokens = document.querySelectorAll("input[name=csrfmiddlewaretoken]");
    body.set("csrfmiddlewaretoken", tokens.length ? tokens[0].value : "");
    const headers = { Accept: "application/json" };
    const response = await fetch(address, { method: "POST", body, headers, cache: "no-store", ...options });
    if (response.status !== 403 || again) return response;
    const { token } = await response.json().catch(() => ({}));
    if (!token) return response;
    for (const input of tokens) input.value = token;
    return shared.post(address, fields, options, true);
  },
  // Keep what is typed, but wait no longer than this for it.
  keep(milliseconds) {
    const kept = Promise.allSettled(shared.leaving.map((keep) => keep()));
    return Promise.race([kept, new Promise((done) => setTimeout(done, milliseconds))]);
  },
};
window.dahashare = shared;

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

// A page that the browser kept in its memory is asked for again: the session may be over.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

// Quick exit: nothing to be seen at once, what is typed kept, then the neutral page in place of this one.
// Back leads to the sign-in page. Other windows of ours leave as well.
const exit = document.querySelector(".dh-quick-exit");
const windows = "BroadcastChannel" in window ? new BroadcastChannel("dahashare") : null;

async function leave() {
  shared.left = true;
  document.body.hidden = true;
  document.title = "Closed";
  await shared.keep(400);
  window.location.replace(exit.href);
}

// Shift three times leaves too. Only Shift by itself counts: not a capital letter, not a click with Shift held.
function watchShift() {
  const status = document.createElement("div");
  status.className = "govuk-visually-hidden";
  status.setAttribute("role", "status");
  document.body.append(status);
  let alone = false;
  let count = 0;
  let timer;
  const reset = () => {
    alone = false;
    count = 0;
    status.textContent = "";
  };
  const release = (event) => {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    count += 1;
    clearTimeout(timer);
    timer = setTimeout(reset, 5000);
    if (count === 3) exit.click();
    else status.textContent = `Quick exit: press Shift ${3 - count} more ${count === 2 ? "time" : "times"}`;
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") reset();
    else if (!event.repeat) alone = true;
  });
  document.addEventListener("keyup", release);
  for (const kind of ["pointerdown", "mousedown", "wheel"]) {
    document.addEventListener(kind, reset, { passive: true });
  }
}

if (exit) {
  exit.addEventListener("click", (event) => {
    event.preventDefault();
    if (windows) windows.postMessage("leave");
    leave();
  });
  if (windows) windows.addEventListener("message", leave);
  watchShift();
}
