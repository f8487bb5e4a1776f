// What a person typed and the server has not yet confirmed, by person and form, in this browser only.
export function keep(key, fields, sent = false) {
  try {
    localStorage.setItem(key, JSON.stringify({ at: new Date().toISOString(), sent, fields }));
  } catch {
    // A full or forbidden store: the server remains the place where text is kept.
  }
}

export function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

export function move(key, other) {
  try {
    localStorage.setItem(other, localStorage.getItem(key));
    localStorage.removeItem(key);
  } catch {
    // What cannot be moved stays where it is.
  }
}

export function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing is kept where nothing may be stored.
  }
}

// A sent form has arrived when the next page of the signed-in person is no error.
export function forgetArrived() {
  const [visit] = performance.getEntriesByType("navigation");
  if (!document.querySelector('meta[name="person"]') || (visit?.responseStatus ?? 200) >= 400) return;
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("draft:") && kept(key)?.sent) forget(key);
  } catch {
    // As above.
  }
}

// Whoever signs out leaves no text behind in this browser.
export function forgetAll() {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("draft:")) forget(key);
  } catch {
    // As above.
  }
}
