// Keeps what is typed on a page of a decision, on the server only: two seconds after typing stops, and on leaving.
// Without this script nothing is lost that was saved with the button.
const PAUSE = 2000;
const LONGEST_PAUSE = 30000;
const MOST_KEPT_ALIVE = 60000;
const WORDS = {
  offline: "You are offline. What you type is sent when the connection is back.",
  failed: "What you typed could not be kept. It is still on this page, and it is sent again by itself.",
  changed: "This decision was saved in another window, or by somebody else. What you typed is kept.",
  changedLink: "See both",
  out: "You have been signed out.",
  outLink: "Sign in again in this window: what you typed is kept",
  outElsewhere: "Sign in in a new window, then come back to this one: it sends what you typed",
  recorded: "This decision has been recorded. What you type here is not kept.",
  recordedLink: "See the decision",
  gone: "This page is not open to you any more. What you type here is not kept.",
};

class Autosave {
  constructor(mark) {
    this.form = mark.form;
    this.address = mark.dataset.autosave;
    this.kept = "unsaved" in mark.dataset ? "" : this.typed();
    this.sentAt = 0;
    this.pause = 0;
    this.sending = null;
    this.stopped = false;
    this.failed = false;
    this.out = false;
    this.flight = Promise.resolve();
    this.draw();
    this.listen();
    if (this.kept === "") this.later();
  }

  draw() {
    const groups = this.form.querySelectorAll(".govuk-button-group");
    const buttons = groups[groups.length - 1];
    this.status = document.createElement("p");
    this.status.className = "dh-saved";
    this.alert = document.createElement("div");
    this.alert.className = "dh-not-saved";
    this.alert.setAttribute("role", "alert");
    buttons.append(this.status);
    buttons.before(this.alert);
  }

  listen() {
    this.form.addEventListener("input", () => this.later());
    this.form.addEventListener("change", () => this.soon());
    this.form.addEventListener("submit", (event) => this.submit(event));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.now();
      else if (this.out) this.soon();
    });
    window.addEventListener("pagehide", () => this.now());
    window.addEventListener("focus", () => this.out && this.soon());
    window.addEventListener("online", () => this.again());
    window.addEventListener("offline", () => this.tell("offline"));
    window.addEventListener("beforeunload", (event) => {
      if (this.failed && this.unsent() && !window.dahashare.left) event.preventDefault();
    });
    window.dahashare.leaving.push(() => this.now());
  }

  typed() {
    const fields = new URLSearchParams(new FormData(this.form));
    fields.delete("csrfmiddlewaretoken");
    return fields.toString();
  }

  unsent() {
    return !this.stopped && this.typed() !== this.kept;
  }

  later(milliseconds = PAUSE) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), milliseconds);
  }

  soon() {
    this.later(Math.max(0, this.sentAt + PAUSE - Date.now()));
  }

  again() {
    this.pause = 0;
    if (this.failed || this.unsent()) this.soon();
    else this.tell("");
  }

  // The last chance: the page is left, or hidden, perhaps for good.
  now() {
    clearTimeout(this.timer);
    return this.send(true);
  }

  // One request at a time; only who leaves sends newer text while an older one is on its way.
  send(leaving = false) {
    if (this.stopped) return this.flight;
    const typed = this.typed();
    if (typed === this.kept) {
      this.failed = false;
      if (navigator.onLine && !this.out) this.tell("");
      return this.flight;
    }
    if (this.sending !== null && !(leaving && this.sending !== typed)) return this.flight;
    this.sending = typed;
    this.sentAt = Date.now();
    this.flight = this.transfer(typed);
    return this.flight;
  }

  async transfer(typed) {
    const keepalive = typed.length < MOST_KEPT_ALIVE;
    this.canceller = new AbortController();
    const { signal } = this.canceller;
    try {
      await this.read(await window.dahashare.post(this.address, typed, { keepalive, signal }), typed);
    } catch {
      this.retry();
    }
    this.sending = null;
    if (this.unsent() && !this.failed && !this.out) this.soon();
  }

  async read(response, typed) {
    if (response.status >= 500 || response.status === 403 || response.status === 400) return this.retry();
    if (response.status === 404) return this.stop("gone");
    const said = await response.json();
    if (response.status === 401) return this.signedOut(said);
    if (response.status === 409) return this.stop("recorded", said.recorded);
    this.kept = typed;
    this.failed = this.out = false;
    this.pause = 0;
    if (response.status === 413) return this.say(said.refused);
    this.status.textContent = `Saved ${said.saved}`;
    if (this.wanted && Date.now() - this.wanted.at < 2 * PAUSE) return this.form.requestSubmit(this.wanted.button);
    return said.changed ? this.tell("changed", window.location.pathname) : this.tell("");
  }

  retry() {
    if (this.stopped) return;
    this.failed = true;
    this.status.textContent = "";
    this.tell(navigator.onLine ? "failed" : "offline");
    this.pause = Math.min(LONGEST_PAUSE, this.pause * 2 || PAUSE);
    this.later(this.pause);
  }

  signedOut(said) {
    this.out = true;
    this.status.textContent = "";
    const link = said.kept ? WORDS.outLink : WORDS.outElsewhere;
    this.say(WORDS.out, link, said.sign_in, !said.kept);
  }

  stop(name, href) {
    this.stopped = true;
    this.status.textContent = "";
    this.tell(name, href);
  }

  // A form that cannot be sent now stays on the page: the browser would show an error in its place.
  submit(event) {
    if (this.failed || !navigator.onLine) {
      event.preventDefault();
      this.wanted = { at: Date.now(), button: event.submitter };
      this.retry();
      this.soon();
      return;
    }
    // Nothing may arrive after the page was saved.
    this.stopped = true;
    clearTimeout(this.timer);
    if (this.canceller) this.canceller.abort();
  }

  tell(name, href) {
    this.say(WORDS[name] || "", WORDS[`${name}Link`], href);
  }

  // Announced once: words that stand there already are left alone.
  say(words, link, href, elsewhere = false) {
    if (this.said === words + (link || "")) return;
    this.said = words + (link || "");
    this.alert.replaceChildren();
    if (!words) return;
    const line = document.createElement("p");
    line.className = "govuk-body";
    line.textContent = words;
    if (link && href) {
      const anchor = document.createElement("a");
      anchor.className = "govuk-link";
      anchor.href = href;
      anchor.textContent = link;
      if (elsewhere) anchor.target = "_blank";
      line.append(" ", anchor);
    }
    this.alert.append(line);
  }
}

const mark = document.querySelector("[data-autosave]");
if (mark && mark.form && window.dahashare) new Autosave(mark);
