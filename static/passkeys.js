// Passkeys: asks the device to make or use one, puts its answer into the form, and sends the form.
//
// A form says what it wants: data-passkey="create" or "get"; where the server's question is, either
// data-passkey-options (the id of a JSON element) or data-passkey-from (an address); and data-passkey-sorry, the id of
// the words to show when the device or the person says no. Such forms are hidden until this runs.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const withBytes = (credential) => ({ ...credential, id: toBytes(credential.id) });

// The server writes bytes as base64url; the browser wants them as bytes.
function read(question) {
  const { publicKey } = question;
  const wanted = { ...publicKey, challenge: toBytes(publicKey.challenge) };
  if (publicKey.user) {
    wanted.user = { ...publicKey.user, id: toBytes(publicKey.user.id) };
  }
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (publicKey[list]) {
      wanted[list] = publicKey[list].map(withBytes);
    }
  }
  return wanted;
}

// And back again: every byte array of the answer as base64url.
function write(credential) {
  const { response } = credential;
  const written = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) {
      written[name] = toText(response[name]);
    }
  }
  if (response.getTransports) {
    written.transports = response.getTransports();
  }
  return {
    type: credential.type,
    id: credential.id,
    rawId: toText(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    response: written,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function questionOf(form) {
  const { passkeyOptions, passkeyFrom } = form.dataset;
  if (passkeyOptions) {
    return JSON.parse(document.getElementById(passkeyOptions).textContent);
  }
  const answer = await fetch(passkeyFrom, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    throw new Error(`the server answered ${answer.status}`);
  }
  return answer.json();
}

async function create(form) {
  const publicKey = read((await questionOf(form)).creation_options);
  const alone = form.elements.namedItem("passwordless")?.checked ?? false;
  publicKey.authenticatorSelection = {
    ...publicKey.authenticatorSelection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone && { userVerification: "required" }),
  };
  return navigator.credentials.create({ publicKey });
}

async function get(form) {
  return navigator.credentials.get({ publicKey: read((await questionOf(form)).request_options) });
}

async function answer(form) {
  const sorry = document.getElementById(form.dataset.passkeySorry);
  sorry.hidden = true;
  try {
    const credential = form.dataset.passkey === "create" ? await create(form) : await get(form);
    form.elements.namedItem("credential").value = JSON.stringify(write(credential));
  } catch {
    // The person stopped, the device has no passkey, or the server would not ask: the words fit them all.
    sorry.hidden = false;
    return;
  }
  form.submit();
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer(form);
    });
  }
}
