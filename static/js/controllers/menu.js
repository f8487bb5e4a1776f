import { Controller } from "@hotwired/stimulus";

// A <details> that closes like a menu: by Escape, by a click elsewhere; focus returns to its summary.
export default class extends Controller {
  outside(event) {
    if (!this.element.contains(event.target)) this.element.open = false;
  }

  close() {
    if (!this.element.open) return;
    this.element.open = false;
    this.element.querySelector("summary").focus();
  }
}
