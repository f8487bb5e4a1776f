import { Controller } from "@hotwired/stimulus";

// Long text grows with its content. CSS does it where field-sizing is known; this is for the rest.
export default class extends Controller {
  connect() {
    if (CSS.supports("field-sizing", "content")) return;
    this.grow = () => {
      this.element.style.height = "auto";
      this.element.style.height = `${this.element.scrollHeight + 2}px`;
    };
    this.element.addEventListener("input", this.grow);
    this.grow();
  }

  disconnect() {
    if (this.grow) this.element.removeEventListener("input", this.grow);
  }
}
