import { Controller } from "@hotwired/stimulus";

// A changed word of the filter sentence shows its list at once; the button stays for searched words.
export default class extends Controller {
  static targets = ["apply"];

  connect() {
    const searched = this.element.querySelector("input[type=search]");
    this.applyTarget.hidden = !searched;
  }

  // Empty choices stay out of the address.
  apply() {
    for (const field of this.element.elements) if (field.name && field.value === "") field.disabled = true;
    this.element.requestSubmit();
    for (const field of this.element.elements) field.disabled = false;
  }
}
