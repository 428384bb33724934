// Passkeys: a form with [data-passkey] fetches a challenge, lets the device answer it, and sends the answer as a form.
// Browsers allow it on secure pages only; elsewhere the form stays hidden.
export function passkeys() {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.isSecureContext || !window.PublicKeyCredential) continue;
    for (const e of [form, form.closest("[data-passkey-box]")]) if (e) e.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const say = form.querySelector("[role=status]");
      say.textContent = "";
      const button = form.querySelector("button");
      button.disabled = true;
      ask(form).then(() => form.submit(), (error) => {
        button.disabled = false;
        say.textContent = error.name === "NotAllowedError" ? form.dataset.refused : form.dataset.failed;
      });
    });
  }
}

async function ask(form) {
  const begun = await fetch(form.dataset.begin, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  });
  if (!begun.ok) {
    // What comes next asks first who it is: that page comes with the address of the form's own page.
    if (begun.status === 401 || begun.status === 403) window.location.assign(form.dataset.again ?? window.location.href);
    throw new Error(`challenge: ${begun.status}`);
  }
  const { options, challenge } = await begun.json();
  const asked = options.publicKey;
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  for (const list of [asked.excludeCredentials, asked.allowCredentials]) {
    for (const one of list ?? []) one.id = bytes(one.id);
  }
  const made = form.dataset.passkey === "add"
    ? await navigator.credentials.create({ publicKey: asked })
    : await navigator.credentials.get({ publicKey: asked });
  form.elements.challenge.value = challenge;
  form.elements.answer.value = JSON.stringify(plain(made));
}

function plain(made) {
  const response = { clientDataJSON: letters(made.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = letters(made.response[name]);
  }
  return { id: made.id, rawId: letters(made.rawId), type: made.type, response, extensions: {} };
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}

function letters(buffer) {
  const text = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
