// Passkeys: asks the browser for one, and sends what it answers with the form around the button.
// A button carries data-passkey="create", "get" or "sign-in"; the form has a hidden field for the answer.
const KEYS = ["challenge", "id"];
const blocks = document.querySelectorAll("[data-passkey-block]");
// Browsers make passkeys for names alone, not for numbers such as 127.0.0.1.
const able = Boolean(window.PublicKeyCredential) && !/^[\d.]+$|:/.test(window.location.hostname);

function toBytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function toText(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// What the server asks, with its texts made bytes where the browser wants bytes.
function asked(value, key = "") {
  if (Array.isArray(value)) return value.map((one) => asked(one, key));
  if (value === null || value === undefined) return undefined;
  if (typeof value !== "object") return KEYS.includes(key) && typeof value === "string" ? toBytes(value) : value;
  const read = {};
  for (const [name, one] of Object.entries(value)) {
    // The site's own id is a name, not bytes.
    const found = key === "rp" ? one : asked(one, name);
    if (found !== undefined && found !== null) read[name] = found;
  }
  return read;
}

function answered(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment || undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function options(button) {
  if (button.dataset.passkey !== "sign-in") return JSON.parse(document.getElementById("passkey-options").textContent);
  const answer = await fetch(button.form.action, { headers: { Accept: "application/json" }, cache: "no-store" });
  return answer.json();
}

async function use(button) {
  const form = button.form;
  const name = form.querySelector("[name=name]");
  const status = form.querySelector("[data-passkey-status]");
  status.textContent = "";
  // Without a name the server says so, before a passkey is made that nothing could be done with.
  if (name && !name.value.trim()) return form.submit();
  button.disabled = true;
  try {
    const { publicKey } = asked(await options(button));
    const ask = button.dataset.passkey === "create" ? "create" : "get";
    const credential = await navigator.credentials[ask]({ publicKey });
    form.querySelector("[data-credential]").value = JSON.stringify(answered(credential));
    form.submit();
  } catch {
    button.disabled = false;
    button.focus();
    status.textContent = status.dataset.words;
  }
}

for (const block of blocks) {
  if (!able) break;
  block.hidden = false;
  const button = block.querySelector("[data-passkey]");
  button.addEventListener("click", () => use(button));
}
for (const without of document.querySelectorAll("[data-without-passkeys]")) {
  without.hidden = able;
}
