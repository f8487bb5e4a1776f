import { Controller } from "@hotwired/stimulus";
import { singleKey, singleKeysOn } from "../typing.js";

// "?" lists the keys of the page.
export default class extends Controller {
  static targets = ["dialog"];

  key(event) {
    if (event.key === "?" && singleKeysOn() && singleKey(event)) {
      event.preventDefault();
      this.show();
    }
  }

  show() {
    this.dialogTarget.showModal();
  }
}
