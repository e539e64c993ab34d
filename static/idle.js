// Warns before somebody is signed out because nothing was done for a while, and takes the page away when it happens.
// Whoever does something in any window stays signed in: the server is asked how long is left.
const dialog = document.getElementById("idle");

class Idle {
  constructor() {
    const { left, warning, every, stay, signIn } = dialog.dataset;
    this.warning = Number(warning) * 1000;
    this.every = Number(every) * 1000;
    this.stay = stay;
    this.signIn = signIn;
    this.until = Date.now() + Number(left) * 1000;
    this.asked = Date.now();
    this.active = false;
    this.asking = false;
    this.seconds = dialog.querySelector("[data-seconds]");
    for (const kind of ["keydown", "pointerdown", "wheel", "touchmove"]) {
      document.addEventListener(kind, () => (this.active = true), { passive: true, capture: true });
    }
    dialog.querySelector("form").addEventListener("submit", (event) => this.submit(event));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.ask({});
    });
    setInterval(() => this.tick(), 500);
  }

  tick() {
    const left = this.until - Date.now();
    if (dialog.open) {
      this.seconds.textContent = String(Math.max(0, Math.ceil(left / 1000)));
      if (left <= 0 || Date.now() - this.asked > Math.min(5000, this.warning / 3)) this.ask({ peek: "1" });
    } else if (left <= this.warning) {
      this.warn();
    } else if (this.active && Date.now() - this.asked > this.every) {
      this.ask({});
    }
  }

  // What is typed is kept first, and that may be reason enough to stay.
  async warn() {
    if (this.asking) return;
    await window.dahashare.keep(1000);
    await this.ask({ peek: "1" });
    if (this.until - Date.now() <= this.warning && !dialog.open && !window.dahashare.left) dialog.showModal();
  }

  async ask(fields) {
    if (this.asking) return;
    this.asking = true;
    this.asked = Date.now();
    if (!fields.peek) this.active = false;
    try {
      const response = await window.dahashare.post(this.stay, fields);
      if (response.status === 401) this.lock();
      else if (response.ok) this.until = Date.now() + (await response.json()).remaining * 1000;
    } catch {
      // No connection: the time goes on, and what is on the page does not stay for others to read.
    }
    this.asking = false;
    const left = this.until - Date.now();
    if (left <= 0) this.lock();
    else if (dialog.open && left > this.warning) dialog.close();
  }

  submit(event) {
    if (event.submitter && event.submitter.hasAttribute("formaction")) {
      window.dahashare.left = true;
      return;
    }
    event.preventDefault();
    this.ask({});
  }

  lock() {
    window.dahashare.left = true;
    document.body.hidden = true;
    document.title = "Signed out";
    const address = `${this.signIn}?next=${encodeURIComponent(window.location.pathname)}`;
    if (navigator.onLine) window.location.replace(address);
    else window.addEventListener("online", () => window.location.replace(address));
  }
}

if (dialog && dialog.showModal && window.dahashare) new Idle();
