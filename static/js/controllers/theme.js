import { Controller } from "@hotwired/stimulus";

// Light or dark at once; the server is told behind it, and the page goes back if it refuses.
export default class extends Controller {
  async choose(event) {
    event.preventDefault();
    const before = document.documentElement.dataset.theme;
    const chosen = event.submitter.value;
    this.show(chosen);
    const body = new FormData(this.element, event.submitter);
    const answer = await fetch(this.element.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (!answer || answer.status >= 400) this.show(before);
  }

  show(theme) {
    document.documentElement.dataset.theme = theme;
    document.querySelector('meta[name="color-scheme"]').content = theme === "auto" ? "light dark" : theme;
    for (const button of this.element.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", button.value === theme);
    }
  }
}
