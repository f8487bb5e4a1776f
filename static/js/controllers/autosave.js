import { Controller } from "@hotwired/stimulus";
import { forget, forgetAll, keep, kept, move } from "../drafts.js";

const PAUSE = 400;
const AT_ONCE = 60;
const RETRY = 5000;
const PATIENCE = 2000;
const MOST_AFTER_LEAVING = 60_000;
const SKIPPED = new Set(["csrf_token", "_once", "version", "opened"]);

// Saves a form within half a second of a change: choices at once, text after a pause. Until the server has answered, the text also stands in this
// browser, so an ended sign-in, a lost line or a closed window loses nothing.
export default class extends Controller {
  static values = { url: String };

  connect() {
    this.state = document.getElementById("autosave-state") ?? document.createElement("p");
    const person = document.querySelector('meta[name="person"]')?.content ?? "";
    this.key = `draft:${person}:${this.urlValue}`;
    this.aside = `${this.key}:aside`;
    this.opened = this.saved = this.text();
    this.back = () => this.comeBack();
    this.leave = () => this.part();
    window.addEventListener("focus", this.back);
    window.addEventListener("online", this.back);
    window.addEventListener("pagehide", this.leave);
    document.addEventListener("submit", this.signingOut);
    this.element.addEventListener("submit", this.submitted);
    this.element.addEventListener("compositionend", this.composed);
    this.putAside();
    this.offer();
  }

  disconnect() {
    clearTimeout(this.timer);
    window.removeEventListener("focus", this.back);
    window.removeEventListener("online", this.back);
    window.removeEventListener("pagehide", this.leave);
    document.removeEventListener("submit", this.signingOut);
    this.element.removeEventListener("submit", this.submitted);
    this.element.removeEventListener("compositionend", this.composed);
  }

  // The form itself goes to the server; the copy stays until a page shows that it arrived (drafts.js).
  // A save under way is waited for: its version is the one this form must carry.
  submitted = (event) => {
    clearTimeout(this.timer);
    if (this.busy) {
      event.preventDefault();
      this.then = () => this.element.requestSubmit(event.submitter);
      return;
    }
    this.gone = true;
    keep(this.key, this.fields(), true);
  };

  // The last words go to the server first; what is kept in this browser goes with the person.
  signingOut = async (event) => {
    if (this.gone || !event.target.matches('form[action^="/sign-out"]')) return;
    clearTimeout(this.timer);
    if (this.busy || this.text() !== this.saved) {
      event.preventDefault();
      await Promise.race([this.lastWords(), pause(PATIENCE)]);
    }
    this.gone = true;
    forgetAll();
    if (event.defaultPrevented) event.target.submit();
  };

  async lastWords() {
    while (this.busy) await pause(AT_ONCE);
    if (this.text() !== this.saved) await this.post().catch(() => {});
  }

  // The page goes away: the text is kept here, and sent without waiting for the answer.
  part() {
    if (this.gone || this.text() === this.saved) return;
    this.keep();
    const body = new URLSearchParams(this.fields(() => true)).toString();
    if (this.busy || body.length > MOST_AFTER_LEAVING) return;
    this.post(body, { keepalive: true }).catch(() => {});
  }

  // While an input method composes, the text is not yet the person's; its end is a change.
  composed = () => this.changed({});

  changed(event) {
    if (event.isComposing) return;
    this.keep();
    clearTimeout(this.timer);
    const choice = event.target?.matches?.("[type=radio], [type=checkbox], select");
    this.timer = setTimeout(() => this.save(), choice || event.again ? AT_ONCE : PAUSE);
  }

  async save() {
    if (this.busy || this.gone || this.text() === this.saved) return;
    const sent = this.text();
    this.keep();
    this.busy = true;
    const slow = setTimeout(() => this.say(this.state.dataset.saving), 400);
    try {
      const answer = await this.post();
      if (answer.ok) await this.stored(answer, sent);
      else if (answer.status === 409) this.meet();
      else await this.refused(answer);
    } catch {
      this.hold(true, this.state.dataset.offline);
    } finally {
      clearTimeout(slow);
      this.busy = false;
    }
    if (this.then && !this.gone) return this.then();
    if (!this.held && this.text() !== sent) this.changed({ again: true });
  }

  post(body, options = {}) {
    const form = body && { "Content-Type": "application/x-www-form-urlencoded" };
    return fetch(this.urlValue, {
      method: "POST",
      body: body ?? this.texts(),
      headers: { Accept: "application/json", "X-CSRFToken": this.token(), ...form },
      redirect: "error",
      ...options,
    });
  }

  // Files go with the form itself: a pause in typing sends none.
  texts() {
    const sent = new FormData(this.element);
    for (const [name, value] of [...sent]) if (typeof value !== "string") sent.delete(name);
    return sent;
  }

  async stored(answer, sent) {
    const { version, saved_at: at, note } = await answer.json();
    const field = this.element.elements.namedItem("version");
    if (field) field.value = version;
    this.saved = sent;
    this.held = false;
    if (this.text() === sent) forget(this.key);
    else this.keep();
    if (note) this.say(note, true);
    else this.say(this.state.dataset.saved.replace("{time}", clock(at)));
  }

  // Somebody else saved meanwhile: the form is posted as a page, which shows both texts.
  meet() {
    this.gone = true;
    this.element.submit();
  }

  // The sign-in ended, the server is busy, or a field cannot be stored as it is.
  async refused(answer) {
    const body = await answer.json().catch(() => ({}));
    this.hold(answer.status >= 500 || answer.status === 429);
    if (answer.status === 422 && body.error) this.state.append(`. ${body.error}`);
    if (!body.sign_in && answer.status !== 401) return;
    const link = document.createElement("a");
    link.href = body.sign_in ?? "/";
    link.target = "_blank";
    link.textContent = this.state.dataset.signIn;
    this.state.append(" ", link);
    this.renew = true;
  }

  // Not saved: say so, and try again by itself where that can help.
  hold(again, why = this.state.dataset.kept) {
    this.held = true;
    this.say(why, true);
    if (again) this.timer = setTimeout(() => this.save(), RETRY);
  }

  // Back from the sign-in in another tab, or online again.
  async comeBack() {
    if (!this.held) return;
    if (this.renew) await this.freshToken();
    this.save();
  }

  async freshToken() {
    const page = await fetch(location.href, { credentials: "same-origin" }).then((answer) => answer.text());
    const token = new DOMParser().parseFromString(page, "text/html").querySelector('meta[name="csrf-token"]');
    if (!token) return;
    document.querySelector('meta[name="csrf-token"]').content = token.content;
    const field = this.element.elements.namedItem("csrf_token");
    if (field) field.value = token.content;
    this.renew = false;
  }

  token() {
    return document.querySelector('meta[name="csrf-token"]').content;
  }

  // What a person typed, without tokens and files.
  fields(wanted = (name) => !SKIPPED.has(name)) {
    return [...new FormData(this.element)].filter(([name, value]) => wanted(name) && typeof value === "string");
  }

  text() {
    return JSON.stringify(this.fields());
  }

  keep() {
    if (!this.gone && this.text() !== this.saved) keep(this.key, this.fields());
  }

  // What an earlier visit left unsaved is put aside until it is taken or discarded: typing on does not replace it.
  putAside() {
    if (kept(this.key)) move(this.key, this.aside);
    if (JSON.stringify(kept(this.aside)?.fields) === this.saved) forget(this.aside);
  }

  offer() {
    this.offered?.remove();
    const draft = kept(this.aside);
    if (!draft) return;
    this.offered = document.createElement("p");
    this.offered.className = "autosave-state is-kept";
    this.offered.setAttribute("role", "status");
    this.state.after(this.offered);
    this.offered.textContent = this.state.dataset.found.replace("{time}", clock(draft.at));
    this.button(this.state.dataset.restore, () => this.restore(draft.fields));
    this.button(this.state.dataset.discard, () => {
      forget(this.aside);
      this.offered.remove();
    });
  }

  button(label, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", act);
    this.offered.append(" ", button);
  }

  // What was typed since the page opened is put aside in its turn.
  restore(fields) {
    forget(this.aside);
    if (this.text() !== this.opened) keep(this.aside, this.fields());
    const values = new Map();
    for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
    for (const element of this.element.elements) {
      if (!element.name || SKIPPED.has(element.name) || element.type === "file") continue;
      const wanted = values.get(element.name) ?? [];
      if (element.type === "checkbox" || element.type === "radio") element.checked = wanted.includes(element.value);
      else if (element.multiple) for (const option of element.options) option.selected = wanted.includes(option.value);
      else if (wanted.length) element.value = wanted.shift();
    }
    this.save();
    this.offer();
  }

  say(text, kept = false) {
    this.state.textContent = text;
    this.state.classList.toggle("is-kept", kept);
  }
}

function clock(at) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false }).format(
    new Date(at),
  );
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
