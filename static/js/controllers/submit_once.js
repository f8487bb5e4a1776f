import { Controller } from "@hotwired/stimulus";

// A form leaves once: its buttons rest until the answer, and wake when the page is shown again.
export default class extends Controller {
  connect() {
    this.wake = () => this.rest(false);
    this.element.addEventListener("submit", this.sent);
    window.addEventListener("pageshow", this.wake);
  }

  disconnect() {
    this.element.removeEventListener("submit", this.sent);
    window.removeEventListener("pageshow", this.wake);
  }

  sent = (event) => {
    // After this turn, so that the pressed button's own name and value still travel along.
    setTimeout(() => {
      if (!event.defaultPrevented) this.rest(true);
    });
  };

  rest(resting) {
    const buttons = this.element.querySelectorAll(resting ? "button[type=submit]:enabled" : "button[data-resting]");
    for (const button of buttons) {
      button.disabled = resting;
      button.toggleAttribute("data-resting", resting);
      button.setAttribute("aria-busy", resting);
    }
  }
}
